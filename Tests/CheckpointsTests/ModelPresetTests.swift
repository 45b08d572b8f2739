import ByteIO
import Checkpoints
import ImageCodec
import JSON
import ManifestSyntax
import TestSupport
import Testing

@Suite struct ModelPresetTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private static func shipped(_ name: String) throws -> ModelPreset {
    try ModelPreset(path: "\(Repository.root)/manifests/models/\(name).yaml")
  }

  private func preset(_ text: String) throws -> ModelPreset {
    try ModelPreset(path: directory.write(Array(text.utf8), to: "a.yaml"))
  }

  /// The parts' sum, with LoRA's 110,828,288, is the 7,652,065,472 of public fine-tuning logs.
  ///
  /// The paper gives 7,188.1 M for SigLIP alone.
  @Test func `the published models have the published numbers of parameters`() throws {
    let cost = try ModelCost(Self.shipped("openvla-7b").config)
    #expect(cost.parameterCount(.featurizer) == 303_230_976)
    #expect(cost.parameterCount(.fusedFeaturizer) == 427_680_704)
    #expect(cost.parameterCount(.projector) == 71_385_600)
    #expect(cost.parameterCount(.languageModel) == 6_738_939_904)
    #expect(cost.parameterCount() == 7_541_237_184)
    let first = try ModelCost(Self.shipped("openvla-v01-7b").config)
    #expect(first.parameterCount() == 7_188_124_608)
    #expect(first.parameterCount(.fusedFeaturizer) == 0)
  }

  @Test func `the small models have the numbers of parameters that docs/models.md gives`() throws {
    #expect(try ModelCost(Self.shipped("small").config).parameterCount() == 12_804_443)
    #expect(try ModelCost(Self.shipped("tiny").config).parameterCount() == 2_368_798)
  }

  @Test func `openvla-7b is what its config says`() throws {
    let preset = try Self.shipped("openvla-7b")
    #expect(preset.name == "openvla-7b")
    let published = try PolicyConfig(
      JSONNode(
        [
          "arch_specifier": "no-align+fused-gelu-mlp", "image_resize_strategy": "resize-naive",
          "llm_backbone_id": "llama2-7b-pure", "pad_token_id": 32000, "pad_to_multiple_of": 64,
          "text_config": ["model_type": "llama", "pad_token_id": 32000, "vocab_size": 32064],
          "use_fused_vision_backbone": true, "vision_backbone_id": "dinosiglip-vit-so-224px",
        ], file: "config.json"))
    var own = preset.config
    own.document = published.document
    #expect(own == published)
  }

  @Test(arguments: ["tiny", "small", "openvla-7b", "openvla-v01-7b"])
  func `a preset's config.json means the same model`(_ name: String) throws {
    let preset = try Self.shipped(name)
    #expect(preset.name == name)
    #expect(preset.description?.isEmpty == false)
    let written = preset.config.json(torchDType: "float32")
    var read = try PolicyConfig(JSONNode(written, file: "config.json"))
    #expect(read.document == written)
    read.document = nil
    #expect(read == preset.config)
    #expect(read.json(torchDType: "float32") == written)
  }

  @Test func `every size can be given`() throws {
    let preset = try preset(
      """
      name: mine
      vision:
        backbone: dinoclip-vit-l-336px
        image: 48
        towers:
          - {width: 64, depth: 3, heads: 2, patch: 12, mlp_ratio: 2.5}
          - {patch: 12}
      language:
        model: mistral-v0.1-7b-pure
        hidden: 96
        intermediate: 100
        layers: 3
        heads: 6
        key_value_heads: 2
        rms_epsilon: 0.001
        rope_theta: 500
        max_positions: 77
      vocabulary: {rows: 400, padding: 16, pad_token: 3, empty_token: 9}
      resize: letterbox
      """)
    let config = preset.config
    #expect(config.towers.map(\.imageSize) == [48, 48])
    #expect(config.towers.map(\.width) == [64, 1024])
    #expect(config.towers.map(\.depth) == [3, 24])
    #expect(config.towers.map(\.heads) == [2, 16])
    #expect(config.towers.map(\.patchSize) == [12, 12])
    #expect(config.towers.map(\.mlpHidden) == [160, 4096])
    #expect(config.towers.map(\.activation) == [.gelu, .quickGELU])
    #expect(config.architecture == .fused)
    #expect(config.decoder.hidden == 96)
    #expect(config.decoder.intermediate == 100)
    #expect(config.decoder.layers == 3)
    #expect(config.decoder.heads == 6)
    #expect(config.decoder.keyValueHeads == 2)
    #expect(config.decoder.rmsEpsilon == 0.001)
    #expect(config.decoder.ropeTheta == 500)
    #expect(config.decoder.maxPositions == 77)
    #expect(config.maxTextLength == 77)
    #expect(config.decoder.slidingWindow == 4096)
    #expect(config.actionTokens == 128..<384)
    #expect(config.padTokenID == 3)
    #expect(config.emptyTokenID == 9)
    #expect(config.resizeStrategy == .letterbox)
    var read = try PolicyConfig(JSONNode(config.json(torchDType: "float32"), file: "config.json"))
    read.document = nil
    #expect(read == config)
  }

  static let rest = "\nlanguage: {model: llama2-7b-pure}\nvocabulary: {rows: 32064}"
  static let refusals: [(text: String, says: String)] = [
    ("# nothing\n", "the file is empty; a manifest is a mapping of keys"),
    ("vision: {backbone: siglip-vit-so400m}" + rest, ":1:1: missing key `name`; the preset's name"),
    ("name: a\nvison: 1", ":2:1: unknown key `vison`; did you mean `vision`"),
    ("name: a" + rest, ":1:1: missing key `vision`; give `backbone`"),
    (
      "name: a\nvision: {backbone: siglip-vit-so400n}" + rest,
      ":2:20: vision.backbone: unknown name `siglip-vit-so400n`; did you mean `siglip-vit-so400m`"
    ),
    (
      "name: a\nvision: {backbone: siglip-vit-so400m, image: 13}" + rest,
      ":2:9: vision: an image of 13 pixels holds no patch of 14"
    ),
    (
      "name: a\nvision:\n  backbone: siglip-vit-so400m\n  towers:\n    - {width: 10, heads: 3}" + rest,
      ":5:7: vision.towers[0]: 3 heads do not divide a width of 10"
    ),
    (
      "name: a\nvision:\n  backbone: siglip-vit-so400m\n  towers:\n    - {depth: 1}" + rest,
      ":5:15: vision.towers[0].depth: 1 is out of range; give 2 to 4096"
    ),
    (
      "name: a\nvision:\n  backbone: siglip-vit-so400m\n  towers:\n    - {mlp_ratio: 0.0001}" + rest,
      ":5:7: vision.towers[0]: an MLP ratio of 0.0001 is no size"
    ),
    (
      "name: a\nvision:\n  backbone: dinosiglip-vit-so-224px\n  towers:\n    - {width: 64}" + rest,
      ":3:3: vision: 1 towers for a backbone of 2"
    ),
    (
      "name: a\nvision:\n  backbone: dinosiglip-vit-so-224px\n  towers:\n    - {patch: 28}\n    - {patch: 14}" + rest,
      ":3:3: vision: the towers cut an image into different numbers of patches"
    ),
    (
      "name: a\nvision: {backbone: siglip-vit-so400m}\nlanguage: {model: phi-2-3b}\nvocabulary: {rows: 32064}",
      ":3:19: language.model: Phi models are not supported"
    ),
    (
      "name: a\nvision: {backbone: siglip-vit-so400m}\nlanguage: {model: llama2-7b-pure, heads: 5}\n"
        + "vocabulary: {rows: 32064}",
      ":3:11: language: 4096 channels do not make 5 heads of even width for 5 keys"
    ),
    (
      "name: a\nvision: {backbone: siglip-vit-so400m}\nlanguage: {model: llama2-7b-pure, rope_theta: 0}\n"
        + "vocabulary: {rows: 32064}",
      ":3:47: language.rope_theta: 0.0 is not positive"
    ),
    (
      "name: a\nvision: {backbone: siglip-vit-so400m}\nlanguage: {model: llama2-7b-pure}\nvocabulary: {rows: 319}",
      ":4:20: vocabulary.rows: 319 rows less 64 have no room for 256 action tokens"
    ),
    (
      "name: a\nvision: {backbone: siglip-vit-so400m}\nlanguage: {model: llama2-7b-pure}\n"
        + "vocabulary: {rows: 320, pad_token: 320}",
      ":4:36: vocabulary.pad_token: 320 is out of range; give 0 to 319"
    ),
    (
      "name: a\nvision: {backbone: siglip-vit-so400m}" + rest + "\nresize: stretch",
      ":5:9: resize: unknown name `stretch`; the names are resize-naive, resize-crop, letterbox"
    ),
  ]

  @Test(arguments: refusals) func `a mistake is reported with its line`(_ refusal: (text: String, says: String)) {
    let found = complaint { _ = try preset(refusal.text) }
    let prefix = directory("a.yaml")
    #expect(found == prefix + (refusal.says.hasPrefix(":") ? refusal.says : ": " + refusal.says))
  }

  @Test func `every prefix of a preset is refused or read`() throws {
    let whole = try readBytes("\(Repository.root)/manifests/models/small.yaml")
    for count in 0..<whole.count {
      do {
        let preset = try ModelPreset(path: directory.write(Array(whole[..<count]), to: "a.yaml"))
        // From the second row's first digits on, what is missing may be left out, but the rows make no sense before.
        #expect(preset.name == "small")
      } catch {
        #expect(error is ManifestError, "\(count): \(error)")
      }
    }
  }

  @Test func `a preset that is not there is reported as missing`() {
    let error = #expect(throws: ManifestError.self) { try ModelPreset(path: directory("none.yaml")) }
    #expect(error?.kind == .inputMissing)
  }
}
