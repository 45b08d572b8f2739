import ByteIO
import Checkpoints
import JSON
import TensorFiles
import TestSupport
import Testing

@Suite struct AdapterFolderTests {
  private let directory: TemporaryDirectory
  private let config: PolicyConfig
  private static let source = Repository.fixture("TinyOpenVLA/dev/adapter")
  private var path: String { directory("adapter") }
  private var weights: String { "\(path)/\(AdapterFolder.weightsName)" }

  init() throws {
    directory = try TemporaryDirectory()
    config = try PolicyConfig(CheckpointFixture.config("dev"))
    try Directory.create(directory("adapter"))
    for name in [AdapterFolder.configName, AdapterFolder.weightsName] {
      try directory.write(readBytes("\(Self.source)/\(name)"), to: "adapter/\(name)")
    }
  }

  private func open(_ changes: [(String, JSONValue?)] = []) throws -> AdapterFolder {
    let root = try JSONNode(file: "\(Self.source)/\(AdapterFolder.configName)").value
    let changed = changes.reduce(root) { $0.setting([Substring($1.0)], $1.1) }
    try directory.write(Array(changed.serialized().utf8), to: "adapter/\(AdapterFolder.configName)")
    return try AdapterFolder(path, for: config)
  }

  /// Changes the tensors of the adapter.
  private func rewrite(_ change: (inout [(name: String, tensor: HostTensor)]) throws -> Void) throws {
    let source = try SafetensorsFile("\(Self.source)/\(AdapterFolder.weightsName)")
    var tensors = try source.tensors.map {
      (name: $0.name, tensor: HostTensor($0.dtype, $0.shape, Bytes(try source.bytes($0.name).array)))
    }
    try change(&tensors)
    try writeTensors(tensors, metadata: ["format": "pt"], to: weights)
  }

  private static let prefix = "base_model.model."
  private static let query = "language_model.model.layers.0.self_attn.q_proj"

  @Test func `PEFT's adapter of the small model is read`() throws {
    let adapter = try AdapterFolder(Self.source, for: config)
    #expect(adapter.config.rank == 4)
    #expect(adapter.config.alpha == 8)
    // Three DINO blocks and four of SigLIP with 4 layers each, two convolutions, 5 layers of the attention pool,
    // 3 of the projector, two decoder layers with 7 each, the head: 12 + 16 + 2 + 5 + 3 + 14 + 1 = 53.
    #expect(adapter.scales.count == 53)
    #expect(adapter.scales.values.allSatisfy { $0 == 2 })
    #expect(adapter.tensors.count == 106)
    let convolution = "vision_backbone.featurizer.patch_embed.proj"
    let shapes = Dictionary(uniqueKeysWithValues: adapter.tensors.map { ($0.name, $0.shape) })
    #expect(shapes["\(convolution).lora_A.weight"] == [4, 3, 14, 14])
    #expect(shapes["\(convolution).lora_B.weight"] == [32, 4, 1, 1])
    #expect(shapes["\(Self.query).lora_A.weight"] == [4, 64])
    #expect(adapter.tensors.allSatisfy { $0.storedName == Self.prefix + $0.name })
    // PEFT also stores the head that it adapted.
    #expect(!shapes.keys.contains { $0.contains("base_layer") })
  }

  @Test func `the factor follows rank, alpha and kind`() throws {
    #expect(try open([("lora_alpha", 2)]).scales[Self.query] == 0.5)
    // 8 / √4 = 4.
    #expect(try open([("use_rslora", true)]).scales[Self.query] == 4)
    let other = "language_model.model.layers.1.self_attn.q_proj"
    let some = try open([("alpha_pattern", [Self.query: 16])])
    #expect(some.scales[Self.query] == 4)
    #expect(some.scales[other] == 2)
    let all = try open([("alpha_pattern", ["q_proj": 16])])
    #expect(all.scales[other] == 4)
    #expect(all.scales["lm_head"] == nil)
    #expect(all.scales["language_model.lm_head"] == 2)
  }

  @Test func `a layer may have a rank of its own`() throws {
    try rewrite { tensors in
      for index in tensors.indices where tensors[index].name.contains(Self.query) {
        let shape = tensors[index].name.contains("lora_A") ? [1, 64] : [64, 1]
        tensors[index].tensor = HostTensor(.float32, shape, values: [Float](repeating: 1, count: 64))
      }
    }
    // 8 / 1.
    #expect(try open([("rank_pattern", [Self.query: 1])]).scales[Self.query] == 8)
    #expect(
      complaint { _ = try open() }
        == "\(weights): `\(Self.query)` has factors [1, 64] and [64, 1], not [4, 64] and [64, 4]")
  }

  static let refusals: [(key: String, value: JSONValue?, says: String)] = [
    ("peft_type", "IA3", "peft_type: `IA3` is not supported; LORA is"),
    ("use_dora", true, "use_dora: is not supported"), ("fan_in_fan_out", true, "fan_in_fan_out: is not supported"),
    ("modules_to_save", ["lm_head"], "modules_to_save: is not supported"),
    ("layer_replication", [[0, 1]], "layer_replication: is not supported"),
    ("bias", "all", "bias: `all` is not supported; none is"),
    ("r", 0, "r: a rank of 0 is no adapter"), ("r", -1, "r: a count of 0 or more expected"),
    ("lora_alpha", "8", "lora_alpha: a number expected"),
    ("rank_pattern", ["q_proj": 1e300], "rank_pattern.q_proj: an integer expected"),
    (
      "rank_pattern", ["^layers.[01]": 2],
      "rank_pattern: `^layers.[01]` is a regular expression, which is not supported; name the layers"
    ),
  ]

  @Test(arguments: refusals) func `what is not supported is refused by name`(
    _ refusal: (key: String, value: JSONValue?, says: String)
  ) {
    #expect(
      complaint { _ = try open([(refusal.key, refusal.value)]) }
        == "\(path)/\(AdapterFolder.configName): \(refusal.says)")
  }

  @Test func `rank and alpha must be there`() throws {
    for key in ["r", "lora_alpha"] { #expect(throws: JSONError.self) { try open([(key, nil)]) } }
  }

  @Test func `a tensor that belongs to no adapter is named`() throws {
    let one = HostTensor(.float32, [1], values: [Float(1)])
    try rewrite { $0.append(("language_model.x", one)) }
    #expect(
      complaint { _ = try open() }
        == "\(weights): its tensor `language_model.x` is no adapter's; base_model.model.… is expected")
    try rewrite { $0.append((Self.prefix + "x.lora_magnitude_vector", one)) }
    #expect(
      complaint { _ = try open() }
        == "\(weights): its tensor `base_model.model.x.lora_magnitude_vector` is neither lora_A nor lora_B")
    try rewrite { $0.append((Self.prefix + "x.lora_A.weight", one)) }
    #expect(complaint { _ = try open() } == "\(weights): `x` has only one of lora_A and lora_B")
  }

  @Test func `factors for a layer that the model has not are refused`() throws {
    let one = HostTensor(.float32, [4, 4], values: [Float](repeating: 1, count: 16))
    for (module, says) in [
      (
        "language_model.model.layers.2.mlp.up_proj",
        "the model has no layer `language_model.model.layers.2.mlp.up_proj`; the adapter is another model's"
      ),
      ("language_model.model.norm", "`language_model.model.norm` is no linear layer; only those have adapters"),
    ] {
      try rewrite {
        $0.append(("\(Self.prefix)\(module).lora_A.weight", one))
        $0.append(("\(Self.prefix)\(module).lora_B.weight", one))
      }
      #expect(complaint { _ = try open() } == "\(weights): \(says)")
    }
  }

  @Test func `integers and nothing at all are no factors`() throws {
    try rewrite { tensors in
      for index in tensors.indices where tensors[index].name == "\(Self.prefix)\(Self.query).lora_A.weight" {
        tensors[index].tensor = HostTensor(.int32, tensors[index].tensor.shape, tensors[index].tensor.bytes)
      }
    }
    #expect(
      complaint { _ = try open() }
        == "\(weights): its tensor `\(Self.prefix)\(Self.query).lora_A.weight` is I32, no floating type")
    try rewrite { $0 = [] }
    #expect(complaint { _ = try open() } == "\(weights): it has no adapter weights")
    try Directory.remove(weights)
    #expect(throws: FileError.self) { try open() }
  }
}
