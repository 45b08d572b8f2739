internal import ByteIO
public import Checkpoints
public import TensorFiles
public import Torch

/// The adapter that a policy is loaded with.
public enum AdapterSource {
  /// One that was trained.
  case folder(AdapterFolder)
  /// A fresh one: A drawn from a seed, B zero, so that it changes nothing yet.
  case fresh(AdapterConfig, seed: UInt64)

  /// The adapter's settings.
  public var config: AdapterConfig {
    switch self {
    case .folder(let folder): folder.config
    case .fresh(let config, _): config
    }
  }

  /// The adapted layers of a model of `model`.
  public func modules(of model: PolicyConfig) throws -> [AdaptedModule] {
    switch self {
    case .folder(let folder): folder.modules
    case .fresh(let config, _): try config.modules(of: model)
    }
  }
}

extension Policy {
  /// Loads the checkpoint `folder`, with an `adapter` where given, to compute in `dtype`.
  ///
  /// Weights that are stored in `dtype` are computed with where they are mapped, without a copy, but for those that
  /// `trains` names: they are copied, in `trainedDType` where it is given, and ask for gradients. Every weight is checked
  /// to be a number. `dropout` is what training drops of the adapters' inputs.
  ///
  /// - Throws: `PolicyError` that names the weight that is not; `CheckpointError`, `TorchError`.
  public static func load(
    _ folder: CheckpointFolder, adapter: AdapterSource? = nil, _ dtype: DType, on device: Device = .cpu,
    dropout: AdapterDropout? = nil, trainedDType: DType? = nil, trains: (String) -> Bool = { _ in false }
  ) throws -> Policy {
    try device.prepare()
    var parameters = ParameterStore()
    func add(_ name: String, _ weight: Tensor, isOwn: Bool) throws {
      guard trains(name) else {
        parameters[name] = weight
        return
      }
      let own = try isOwn ? weight : weight.copied()
      try own.setRequiresGradient(true)
      parameters[name] = own
    }
    func computedType(_ name: String) -> DType { trains(name) ? trainedDType ?? dtype : dtype }
    for stored in folder.tensors {
      let dtype = computedType(stored.name)
      let isView = stored.dtype == dtype && device == .cpu
      try add(stored.name, tensor(stored, dtype, on: device), isOwn: !isView)
      if isView, trains(stored.name) { stored.releasePages() }
    }
    guard let adapter else { return try Policy(folder.config, parameters, dtype, on: device) }
    let modules = try adapter.modules(of: folder.config)
    switch adapter {
    case .folder(let stored):
      for factor in stored.tensors {
        let dtype = computedType(factor.name)
        let isView = factor.dtype == dtype && device == .cpu
        try add(factor.name, tensor(factor, dtype, on: device), isOwn: !isView)
      }
    case .fresh(let config, let seed):
      for module in modules {
        let a = try factor(module, config.start, seed)
        let dtype = computedType(module.nameOfA)
        try add(module.nameOfA, a.converted(to: dtype, on: device), isOwn: true)
        try add(module.nameOfB, Tensor.full(module.b, 0, dtype, on: device), isOwn: true)
      }
    }
    let scaling = AdapterScaling(
      Dictionary(uniqueKeysWithValues: modules.map { ($0.module, $0.scale) }), dropout: dropout)
    return try Policy(folder.config, parameters, dtype, on: device, adapters: scaling)
  }

  /// A fresh factor A, float32.
  private static func factor(_ module: AdaptedModule, _ start: AdapterConfig.Start, _ seed: UInt64) throws -> Tensor {
    let factor = try Tensor.full(module.a, 0)
    let source = try RandomSource(seed: NamedSeed(seed, module.nameOfA).value)
    switch start {
    case .gaussian: try source.fillNormal(factor, deviation: 1 / Double(module.a[0]))
    case .kaiming:
      let bound = 1 / Double(module.a.dropFirst().reduce(1, *)).squareRoot()
      try source.fillUniform(factor, low: -bound, high: bound)
    }
    return factor
  }

  /// Returns the data of `stored`, every element of which is a number.
  ///
  /// - Throws: `PolicyError` with the first element that is not.
  static func finiteBytes(_ stored: StoredTensor) throws -> Bytes {
    let bytes = try stored.bytes
    if let index = NotFinite.first(bytes, stored.dtype) {
      throw PolicyError(
        .badData, place: stored.file.path,
        "the weight `\(stored.storedName)` is NaN or infinite at element \(index); the checkpoint is damaged")
    }
    return bytes
  }

  /// Returns the weight `stored` as a tensor of `dtype`.
  static func tensor(_ stored: StoredTensor, _ dtype: DType, on device: Device) throws -> Tensor {
    let view = try Tensor.viewing(finiteBytes(stored), stored.dtype, stored.shape)
    if stored.dtype == dtype, device == .cpu { return view }
    let tensor = try view.converted(to: dtype, on: device)
    stored.releasePages()
    return tensor
  }
}
