internal import ByteIO
internal import JSON
internal import TensorFiles

/// A LoRA adapter as PEFT saves it: `adapter_config.json` and `adapter_model.safetensors`.
public struct AdapterFolder: Sendable {
  public static let configName = "adapter_config.json"
  public static let weightsName = "adapter_model.safetensors"
  /// What the names of its tensors begin with.
  static let prefix = "base_model.model."

  public let path: String
  public let config: AdapterConfig
  /// The adapted layers, by name.
  public let modules: [AdaptedModule]
  /// The factors A and B, named `module.lora_A.weight` and `module.lora_B.weight`.
  public let tensors: [StoredTensor]

  /// The factor s of each adapted layer.
  public var scales: [String: Double] { Dictionary(uniqueKeysWithValues: modules.map { ($0.module, $0.scale) }) }

  /// Opens the folder at `path` for a model of `model`.
  ///
  /// - Throws: `FileError`, `JSONError`, `TensorFileError`, `CheckpointError`.
  public init(_ path: String, for model: PolicyConfig) throws {
    self.path = path
    config = try AdapterConfig(JSONNode(file: "\(path)/\(Self.configName)"))
    let file = try SafetensorsFile("\(path)/\(Self.weightsName)")
    let layers = Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.name, $0.shape) })
    var tensors: [StoredTensor] = []
    var factors: [String: (a: [Int]?, b: [Int]?)] = [:]
    for tensor in file.tensors {
      guard tensor.name.hasPrefix(Self.prefix) else {
        throw CheckpointError(
          place: file.path, "its tensor `\(tensor.name)` is no adapter's; \(Self.prefix)… is expected")
      }
      let name = String(tensor.name.dropFirst(Self.prefix.count))
      // PEFT saves the head itself beside its adapter.
      if name.hasSuffix(".base_layer.weight") { continue }
      if name.hasSuffix(AdaptedModule.suffixOfA) {
        factors[String(name.dropLast(AdaptedModule.suffixOfA.count)), default: (nil, nil)].a = tensor.shape
      } else if name.hasSuffix(AdaptedModule.suffixOfB) {
        factors[String(name.dropLast(AdaptedModule.suffixOfB.count)), default: (nil, nil)].b = tensor.shape
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
    var modules: [AdaptedModule] = []
    for (module, factor) in factors.sorted(by: { $0.key < $1.key }) {
      guard let a = factor.a, let b = factor.b else {
        throw CheckpointError(place: file.path, "`\(module)` has only one of lora_A and lora_B")
      }
      guard let base = layers["\(module).weight"] else {
        throw CheckpointError(place: file.path, "the model has no layer `\(module)`; the adapter is another model's")
      }
      guard base.count >= 2 else {
        throw CheckpointError(place: file.path, "`\(module)` is no linear layer; only those have adapters")
      }
      let rank = config.rank(of: module)
      let wantedA = [rank] + base.dropFirst()
      let wantedB = [base[0], rank] + base.dropFirst(2).map { _ in 1 }
      guard a == wantedA, b == wantedB else {
        throw CheckpointError(
          place: file.path, "`\(module)` has factors \(a) and \(b), not \(wantedA) and \(wantedB)")
      }
      modules.append(AdaptedModule(module: module, a: a, b: b, scale: config.scale(of: module)))
    }
    self.modules = modules
    self.tensors = tensors
  }
}
