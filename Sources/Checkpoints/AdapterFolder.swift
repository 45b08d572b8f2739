internal import ByteIO
internal import JSON
internal import TensorFiles

/// A LoRA adapter as PEFT saves it: `adapter_config.json` and `adapter_model.safetensors`.
public struct AdapterFolder: Sendable {
  public static let configName = "adapter_config.json"
  public static let weightsName = "adapter_model.safetensors"

  public let path: String
  public let rank: Int
  public let alpha: Double
  /// The factors A and B, named `module.lora_A.weight` and `module.lora_B.weight`.
  public let tensors: [StoredTensor]
  /// The factor s = alpha / rank (or alpha / √rank) of each adapted module.
  public let scales: [String: Double]

  /// Opens the folder at `path` for a model of `config`.
  ///
  /// - Throws: `FileError`, `JSONError`, `TensorFileError`, `CheckpointError`.
  public init(_ path: String, for config: PolicyConfig) throws {
    self.path = path
    let root = try JSONNode(file: "\(path)/\(Self.configName)")
    func refuse(_ key: String, _ problem: String) -> CheckpointError {
      CheckpointError(place: "\(root.file): \(key)", problem)
    }
    let type = try root.optional("peft_type")?.string() ?? "LORA"
    guard type == "LORA" else { throw refuse("peft_type", "`\(type)` is not supported; LORA is") }
    for key in ["use_dora", "fan_in_fan_out"] where try root.optional(key)?.bool() ?? false {
      throw refuse(key, "is not supported")
    }
    for key in ["modules_to_save", "layer_replication"] where root.optional(key) != nil {
      throw refuse(key, "is not supported")
    }
    let bias = try root.optional("bias")?.string() ?? "none"
    guard bias == "none" else { throw refuse("bias", "`\(bias)` is not supported; none is") }
    rank = try root.member("r").count()
    alpha = try root.member("lora_alpha").double()
    let rooted = try root.optional("use_rslora")?.bool() ?? false
    let ranks = try Self.patterns(root, "rank_pattern")
    let alphas = try Self.patterns(root, "alpha_pattern")

    let file = try SafetensorsFile("\(path)/\(Self.weightsName)")
    let shapes = Dictionary(uniqueKeysWithValues: config.parameters.map { ($0.name, $0.shape) })
    var tensors: [StoredTensor] = []
    var factors: [String: (a: [Int]?, b: [Int]?)] = [:]
    let prefix = "base_model.model."
    for tensor in file.tensors {
      guard tensor.name.hasPrefix(prefix) else {
        throw CheckpointError(place: file.path, "its tensor `\(tensor.name)` is no adapter's; \(prefix)… is expected")
      }
      let name = String(tensor.name.dropFirst(prefix.count))
      // PEFT saves the head itself beside its adapter.
      if name.hasSuffix(".base_layer.weight") { continue }
      if name.hasSuffix(".lora_A.weight") {
        factors[String(name.dropLast(14)), default: (nil, nil)].a = tensor.shape
      } else if name.hasSuffix(".lora_B.weight") {
        factors[String(name.dropLast(14)), default: (nil, nil)].b = tensor.shape
      } else {
        throw CheckpointError(place: file.path, "its tensor `\(tensor.name)` is neither lora_A nor lora_B")
      }
      guard tensor.dtype.isFloatingPoint else {
        throw CheckpointError(
          place: file.path, "its tensor `\(tensor.name)` is \(tensor.dtype.rawValue), no floating type")
      }
      tensors.append(
        StoredTensor(name: name, dtype: tensor.dtype, shape: tensor.shape, file: file, storedName: tensor.name))
    }
    guard !tensors.isEmpty else { throw CheckpointError(place: file.path, "it has no adapter weights") }
    var scales: [String: Double] = [:]
    for (module, factor) in factors.sorted(by: { $0.key < $1.key }) {
      let moduleRank = try ranks.first { Self.matches(module, $0.name) }?.node.count() ?? rank
      let moduleAlpha = try alphas.first { Self.matches(module, $0.name) }?.node.double() ?? alpha
      guard moduleRank > 0 else { throw refuse("r", "a rank of \(moduleRank) is no adapter") }
      guard let a = factor.a, let b = factor.b else {
        throw CheckpointError(place: file.path, "`\(module)` has only one of lora_A and lora_B")
      }
      guard let base = shapes["\(module).weight"] else {
        throw CheckpointError(place: file.path, "the model has no layer `\(module)`; the adapter is another model's")
      }
      guard base.count >= 2 else {
        throw CheckpointError(place: file.path, "`\(module)` is no linear layer; only those have adapters")
      }
      let wantedA = [moduleRank] + base.dropFirst()
      let wantedB = [base[0], moduleRank] + base.dropFirst(2).map { _ in 1 }
      guard a == wantedA, b == wantedB else {
        throw CheckpointError(
          place: file.path, "`\(module)` has factors \(a) and \(b), not \(wantedA) and \(wantedB)")
      }
      scales[module] = moduleAlpha / (rooted ? Double(moduleRank).squareRoot() : Double(moduleRank))
    }
    self.tensors = tensors
    self.scales = scales
  }

  /// The members of `rank_pattern` or `alpha_pattern`; PEFT allows regular expressions, which are not read here.
  private static func patterns(_ root: JSONNode, _ key: String) throws -> [(name: String, node: JSONNode)] {
    let members = try root.optional(key)?.members() ?? []
    for (name, node) in members where name.contains(where: { "^$*+?()[]{}|\\".contains($0) }) {
      throw CheckpointError(
        place: "\(node.file): \(key)", "`\(name)` is a regular expression, which is not supported; name the layers")
    }
    return members
  }

  /// Whether `module` is, or ends in, `pattern`, as PEFT matches names without special characters.
  private static func matches(_ module: String, _ pattern: String) -> Bool {
    module == pattern || module.hasSuffix(".\(pattern)")
  }
}
