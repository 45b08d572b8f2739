import Checkpoints
import JSON
import TensorFiles
import TestSupport
import Testing

@Suite struct ParameterInventoryTests {
  /// By timm 0.9.10 and transformers 4.40.1: Scripts/oracles/parameter_shapes.py.
  private let golden: JSONNode

  init() throws { golden = try JSONNode(file: Repository.fixture("Checkpoints/shapes.json")) }

  /// Names and shapes of one part, without the part's prefix.
  private func lines(_ config: PolicyConfig, _ part: PolicyPart) -> [String] {
    config.parameters.filter { $0.part == part }.map { "\($0.name.dropFirst(part.prefix.count + 1)) \($0.shape)" }
  }

  private func lines(_ node: JSONNode) throws -> [String] {
    try node.member("shapes").array().map { pair in
      let pair = try pair.array()
      return "\(try pair[0].string()) \(try pair[1].array().map { try $0.count() })"
    }
  }

  private func total(_ config: PolicyConfig, _ part: PolicyPart) -> Int {
    config.parameters.reduce(0) { $0 + ($1.part == part ? $1.elementCount : 0) }
  }

  @Test func `every vision tower has timm's parameters, in timm's order`() throws {
    let towers = try golden.member("towers").array()
    #expect(towers.count == 8)
    for node in towers {
      let id = try node.member("model").string()
      func config(_ changes: JSONValue) throws -> PolicyConfig {
        try PolicyConfig(
          JSONNode(
            [
              "timm_model_ids": [.string(id)], "image_sizes": [node.member("image").value],
              "timm_override_act_layers": [node.value["activation"] ?? .null], "timm_override_kwargs": [changes],
              "text_config": ["vocab_size": 32064],
            ], file: "config.json"))
      }
      let whole = try config([:])
      let tower = try #require(whole.towers.first)
      #expect(try total(whole, .featurizer) == node.member("parameters").count(), "\(id)")
      #expect(try tower.normEpsilon == node.member("epsilon").double(), "\(id)")
      #expect(try tower.mlpHidden == node.member("mlp").count(), "\(id)")
      #expect(try tower.prefixTokens == node.member("prefix").count(), "\(id)")
      #expect(try tower.depth == node.member("depth").count(), "\(id)")
      #expect(try tower.heads == node.member("heads").count(), "\(id)")
      #expect(try lines(config(["depth": 2]), .featurizer) == lines(node), "\(id)")
    }
  }

  @Test func `every decoder has transformers' parameters, in its order, and its defaults`() throws {
    let decoders = try golden.member("decoders").array()
    #expect(decoders.count == 3)
    for node in decoders {
      let text = try node.member("text_config").value
      let model = text["model_type"]?.text == "mistral" ? "mistral-v0.1-7b-pure" : "llama2-7b-pure"
      func config(_ text: JSONValue) throws -> PolicyConfig {
        try PolicyConfig(
          JSONNode(["llm_backbone_id": .string(model), "text_config": text, "pad_token_id": 0], file: "config.json"))
      }
      let whole = try config(text)
      let decoder = whole.decoder
      #expect(try total(whole, .languageModel) == node.member("parameters").count())
      #expect(
        try lines(config(text.setting(["num_hidden_layers"], 1)), .languageModel) == lines(node))
      #expect(try decoder.rmsEpsilon == node.member("epsilon").double())
      #expect(try decoder.ropeTheta == node.member("theta").double())
      #expect(try decoder.maxPositions == node.member("positions").count())
      #expect(try decoder.heads == node.member("heads").count())
      #expect(try decoder.keyValueHeads == node.member("key_value_heads").count())
      #expect(try decoder.layers == node.member("layers").count())
      #expect(try decoder.slidingWindow == node.optional("window")?.count())
      #expect(try decoder.bosTokenID == node.member("bos").count())
      #expect(try decoder.eosTokenID == node.member("eos").count())
      #expect(try decoder.initializerRange == node.member("initializer_range").double())
    }
  }

  @Test(arguments: CheckpointFixture.names) func `a small model has exactly the tensors that the reference stored`(
    _ name: String
  ) throws {
    let config = try PolicyConfig(CheckpointFixture.config(name))
    let path = CheckpointFixture.path(name)
    var stored: [String: [Int]] = [:]
    for index in 1...4 {
      for file in ["model-0000\(index)-of-00002", "model-0000\(index)-of-00004", index == 1 ? "model" : ""] {
        guard let file = try? SafetensorsFile("\(path)/\(file).safetensors") else { continue }
        for tensor in file.tensors { stored[tensor.name] = tensor.shape }
      }
    }
    #expect(!stored.isEmpty)
    #expect(Dictionary(uniqueKeysWithValues: config.parameters.map { ($0.name, $0.shape) }) == stored)
  }

  @Test func `the projector takes all towers' features`() throws {
    let fused = try PolicyConfig(CheckpointFixture.config("dev"))
    // 32 + 48 = 80 features, four times as many in the first layer, then the decoder's 64.
    #expect(
      lines(fused, .projector) == [
        "fc1.weight [320, 80]", "fc1.bias [320]", "fc2.weight [64, 320]", "fc2.bias [64]", "fc3.weight [64, 64]",
        "fc3.bias [64]",
      ])
    let single = try PolicyConfig(CheckpointFixture.config("siglip"))
    #expect(
      lines(single, .projector) == [
        "fc1.weight [24, 16]", "fc1.bias [24]", "fc2.weight [24, 24]", "fc2.bias [24]",
      ])
  }
}
