import ByteIO
import Checkpoints
import ImageCodec
import JSON
import TestSupport
import Testing

@Suite struct PolicyConfigTests {
  @Test func `a whole config is read`() throws {
    let config = try PolicyConfig(file: "\(CheckpointFixture.path("dev"))/config.json")
    #expect(config.visionBackboneID == "dinosiglip-vit-so-224px")
    #expect(config.languageBackboneID == "llama2-7b-pure")
    #expect(config.architecture == .fused)
    #expect(config.architecture.layers == ["fc1", "fc2", "fc3"])
    #expect(config.towers.map(\.modelID) == ["vit_large_patch14_reg4_dinov2.lvd142m", "vit_so400m_patch14_siglip_224"])
    #expect(config.towers.map(\.imageSize) == [56, 56])
    #expect(config.towers.map(\.width) == [32, 48])
    #expect(config.towers.map(\.depth) == [3, 4])
    #expect(config.towers.map(\.heads) == [4, 4])
    // 32 · 4 = 128; 48 · 3.7362 = 179.3376, cut to 179.
    #expect(config.towers.map(\.mlpHidden) == [128, 179])
    // 56 / 14 = 4 patches a side.
    #expect(config.patchCount == 16)
    #expect(config.imageSize == 56)
    #expect(config.visionWidth == 80)
    #expect(config.decoder.hidden == 64)
    #expect(config.decoder.vocabularySize == 448)
    #expect(config.padToMultipleOf == 64)
    #expect(config.padTokenID == 384)
    // 448 rows less 64 that stand for nothing: 384 ids, the last 256 of them actions.
    #expect(config.actionVocabularySize == 384)
    #expect(config.actionTokens == 128..<384)
    #expect(config.emptyTokenID == 100)
    #expect(config.maxTextLength == 2048)
    #expect(config.resizeStrategy == .naive)
    #expect(config.torchDType == "float32")
    #expect(config.normStats.members?.map(\.name) == ["fake_arm_nomask", "fake_bridge"])
  }

  /// OpenVLA's own defaults, prismatic/extern/hf/configuration_prismatic.py.
  @Test func `what is absent means the reference's defaults`() throws {
    let config = try PolicyConfig(JSONNode(["text_config": ["vocab_size": 32064]], file: "config.json"))
    #expect(config.visionBackboneID == "siglip-vit-so400m")
    #expect(config.languageBackboneID == "vicuna-v15-7b")
    #expect(config.architecture == .single)
    #expect(config.resizeStrategy == .letterbox)
    #expect(config.maxTextLength == 2048)
    #expect(config.padTokenID == 32000)
    #expect(config.padToMultipleOf == 64)
    #expect(config.emptyTokenID == 29871)
    #expect(config.actionTokens == 31744..<32000)
    #expect(config.torchDType == "float32")
    #expect(config.normStats == .object([]))
    #expect(config.towers.map(\.width) == [1152])
  }

  static let backbones: [(id: String, size: Int, models: [String], activations: [VisionActivation])] = [
    ("clip-vit-l", 224, ["vit_large_patch14_clip_224.openai"], [.quickGELU]),
    ("clip-vit-l-336px", 336, ["vit_large_patch14_clip_336.openai"], [.quickGELU]),
    ("dinov2-vit-l", 224, ["vit_large_patch14_reg4_dinov2.lvd142m"], [.gelu]),
    ("in1k-vit-l", 224, ["vit_large_patch16_224.augreg_in21k_ft_in1k"], [.gelu]),
    ("siglip-vit-so400m", 224, ["vit_so400m_patch14_siglip_224"], [.gelu]),
    ("siglip-vit-so400m-384px", 384, ["vit_so400m_patch14_siglip_384"], [.gelu]),
    (
      "dinoclip-vit-l-336px", 336, ["vit_large_patch14_reg4_dinov2.lvd142m", "vit_large_patch14_clip_336.openai"],
      [.gelu, .quickGELU]
    ),
    (
      "dinosiglip-vit-so-224px", 224, ["vit_large_patch14_reg4_dinov2.lvd142m", "vit_so400m_patch14_siglip_224"],
      [.gelu, .gelu]
    ),
    (
      "dinosiglip-vit-so-384px", 384, ["vit_large_patch14_reg4_dinov2.lvd142m", "vit_so400m_patch14_siglip_384"],
      [.gelu, .gelu]
    ),
  ]

  @Test func `each vision backbone stands for its models, size and activations`() throws {
    #expect(VisionBackbone.all.map(\.id) == Self.backbones.map(\.id))
    for (id, size, models, activations) in Self.backbones {
      let node = JSONNode(
        ["vision_backbone_id": .string(id), "text_config": ["vocab_size": 32064]], file: "config.json")
      let config = try PolicyConfig(node)
      #expect(config.towers.map(\.modelID) == models, "\(id)")
      #expect(config.towers.map(\.imageSize) == models.map { _ in size }, "\(id)")
      #expect(config.towers.map(\.activation) == activations, "\(id)")
      #expect(config.architecture == (models.count == 2 ? .fused : .single), "\(id)")
    }
  }

  @Test func `keys that are there win over the backbone's own`() throws {
    let config = try PolicyConfig(
      CheckpointFixture.config(
        "clip",
        [
          ("timm_override_act_layers", [.null]), ("image_sizes", [70]),
          ("timm_override_kwargs", [["patch_size": 35, "mlp_ratio": 2.5]]), ("oracle_empty_token_id", nil),
        ]))
    let tower = try #require(config.towers.first)
    #expect(tower.activation == .gelu)
    #expect(tower.imageSize == 70)
    #expect(tower.patchCount == 4)
    #expect(tower.width == 1024)
    #expect(tower.mlpHidden == 2560)
    #expect(config.emptyTokenID == 29871)
  }

  static let refusals: [(key: String, value: JSONValue, says: String)] = [
    ("model_type", "llava", "config.json: model_type: `llava` is no OpenVLA model"),
    (
      "vision_backbone_id", "dinosiglip-vit-so-225px",
      "config.json: vision_backbone_id: `dinosiglip-vit-so-225px` is not supported; known are clip-vit-l, "
        + "clip-vit-l-336px, dinov2-vit-l, in1k-vit-l, siglip-vit-so400m, siglip-vit-so400m-384px, "
        + "dinoclip-vit-l-336px, dinosiglip-vit-so-224px, dinosiglip-vit-so-384px"
    ),
    (
      "llm_backbone_id", "phi-2-3b",
      "config.json: llm_backbone_id: `phi-2-3b` is a Phi model, which is not supported; Llama's and Mistral's are"
    ),
    (
      "llm_backbone_id", "qwen25-0_5b",
      "config.json: llm_backbone_id: `qwen25-0_5b` is not supported; known are llama2-7b-pure, llama2-13b-pure, "
        + "llama2-7b-chat, llama2-13b-chat, vicuna-v15-7b, vicuna-v15-13b, mistral-v0.1-7b-pure, "
        + "mistral-v0.1-7b-instruct, phi-2-3b"
    ),
    (
      "arch_specifier", "linear",
      "config.json: arch_specifier: `linear` is not supported; known are no-align+fused-gelu-mlp, no-align+gelu-mlp"
    ),
    (
      "arch_specifier", "no-align+gelu-mlp",
      "config.json: arch_specifier: `no-align+gelu-mlp` does not fit 2 vision towers"
    ),
    (
      "use_fused_vision_backbone", false,
      "config.json: use_fused_vision_backbone: `false` does not fit 2 vision towers"
    ),
    (
      "image_resize_strategy", "stretch",
      "config.json: image_resize_strategy: `stretch` is not supported; known are resize-naive, resize-crop, letterbox"
    ),
    ("n_action_bins", 255, "config.json: n_action_bins: 255 bins are not supported; 256 are"),
    (
      "pad_to_multiple_of", 193,
      "config.json: text_config.vocab_size: 448 rows less 193 have no room for 256 action tokens"
    ),
    ("pad_token_id", 448, "config.json: pad_token_id: 448 lies outside the vocabulary of 448"),
    (
      "timm_model_ids", ["vit_large_patch14_reg4_dinov2.lvd142m", "vit_base_patch16_224"],
      "config.json: timm_model_ids[1]: the vision model `vit_base_patch16_224` is not supported"
    ),
    ("timm_model_ids", ["a", "b", "c"], "config.json: timm_model_ids: 3 vision towers; one or two are expected"),
    (
      "timm_override_act_layers", [.null, "relu"],
      "config.json: timm_override_act_layers[1]: `relu` is not supported; quick_gelu is"
    ),
    ("image_sizes", [56], "config.json: image_sizes: 1 values for 2 vision towers"),
    ("image_sizes", [56, 70], "config.json: image_sizes: the towers cut an image into 16 and 25 patches"),
    ("image_sizes", [13, 13], "config.json: image_sizes: 13 pixels hold no patch of 14"),
    ("image_sizes", [8192, 8192], "config.json: image_sizes: 8192 pixels hold no patch of 14"),
    (
      "timm_override_kwargs", [["qk_norm": true], [:]],
      "config.json: timm_override_kwargs[0].qk_norm: is not supported; known are embed_dim, depth, num_heads, "
        + "patch_size, mlp_ratio"
    ),
    (
      "timm_override_kwargs", [["depth": 1], [:]],
      "config.json: timm_override_kwargs[0]: a depth of 1 has no second-to-last block; 2 or more are needed"
    ),
    (
      "timm_override_kwargs", [["num_heads": 3], [:]],
      "config.json: timm_override_kwargs[0]: 3 heads do not divide a width of 1024"
    ),
    (
      "timm_override_kwargs", [["mlp_ratio": 0.0001], [:]],
      "config.json: timm_override_kwargs[0]: an MLP ratio of 0.0001 is no size"
    ),
    (
      "quantization_config", ["load_in_4bit": true],
      "config.json: quantization_config: quantised weights are not supported; use the model as it was published"
    ),
    ("llm_max_length", "long", "config.json: llm_max_length: an integer expected"),
  ]

  @Test(arguments: refusals) func `what is not supported is refused by name`(
    _ refusal: (key: String, value: JSONValue, says: String)
  ) throws {
    let node = try CheckpointFixture.config("dev", [(refusal.key, refusal.value)])
    #expect(complaint { _ = try PolicyConfig(node) } == refusal.says)
  }

  @Test(arguments: CheckpointFixture.names) func `a config that was read is written back to the byte`(
    _ name: String
  ) throws {
    let path = "\(CheckpointFixture.path(name))/config.json"
    let config = try PolicyConfig(file: path)
    let text = config.json(torchDType: config.torchDType).serialized(.indented) + "\n"
    #expect(try Array(text.utf8) == readBytes(path))
  }

  @Test func `a new element type is written in both places, unknown keys stay`() throws {
    let node = try CheckpointFixture.config("dev", [("surprise", ["deep": [1, 2.5, .null]])])
    let written = try PolicyConfig(node).json(torchDType: "bfloat16")
    #expect(written["torch_dtype"] == "bfloat16")
    #expect(written["text_config"]?["torch_dtype"] == "bfloat16")
    #expect(written["surprise"] == ["deep": [1, 2.5, .null]])
    let back = written.setting(["torch_dtype"], "float32").setting(["text_config", "torch_dtype"], "float32")
    #expect(back == node.value)
  }

  @Test func `other statistics are written`() throws {
    var config = try PolicyConfig(CheckpointFixture.config("dev"))
    config.normStats = ["mine": ["action": ["q01": [0.0], "q99": [1.0]]]]
    #expect(config.json(torchDType: "float32")["norm_stats"] == config.normStats)
  }

  @Test func `every prefix of a config is refused`() throws {
    let whole = try readBytes("\(CheckpointFixture.path("siglip"))/config.json")
    #expect(whole.suffix(2) == Array("}\n".utf8))
    for count in 0..<whole.count - 1 {
      #expect(throws: JSONError.self, "\(count)") {
        try PolicyConfig(JSONNode(JSONValue(parsing: Array(whole[..<count]), file: "config.json"), file: "config.json"))
      }
    }
  }

  /// Every key of a config in turn.
  static let keys = [
    "arch_specifier", "image_resize_strategy", "image_sizes", "llm_backbone_id", "llm_max_length", "model_type",
    "n_action_bins", "norm_stats", "oracle_empty_token_id", "pad_to_multiple_of", "pad_token_id", "text_config",
    "timm_model_ids", "timm_override_act_layers", "timm_override_kwargs", "torch_dtype", "use_fused_vision_backbone",
    "vision_backbone_id", "text_config.hidden_size", "text_config.intermediate_size", "text_config.num_hidden_layers",
    "text_config.num_attention_heads", "text_config.num_key_value_heads", "text_config.vocab_size",
    "text_config.pad_token_id", "text_config.bos_token_id", "text_config.rms_norm_eps", "text_config.rope_theta",
    "text_config.rope_scaling", "text_config.max_position_embeddings", "text_config.hidden_act", "text_config.head_dim",
  ]

  @Test(arguments: keys) func `no value of a key ends the program`(_ key: String) throws {
    let values: [JSONValue] = [
      .null, true, -1, 0, 1, 4096, .integer(.max), .integer(.min), .real(1e308), .real(-0.5), "", "text", [], [[]], [1],
      [-1, -1], [.integer(.max), .integer(.max)], [:], [["embed_dim": 9_223_372_036_854_775_807], [:]],
      [["depth": 4096, "embed_dim": 1_048_576, "num_heads": 1], ["mlp_ratio": 64]],
      [["patch_size": 0], [:]], ["vocab_size": 16_777_216, "hidden_size": 16_777_216, "num_hidden_layers": 4096],
    ]
    for value in values {
      do {
        let config = try PolicyConfig(CheckpointFixture.config("dev", [(key, value)]))
        #expect(config.actionTokens.count == 256)
        let cost = try ModelCost(config, batch: 1 << 20, textLength: 1 << 20)
        #expect(cost.trainingOperations > 0)
      } catch {
        #expect(error is any Failure, "\(value): \(error)")
        #expect(!"\(error)".contains("\n"))
      }
    }
  }
}
