internal import ByteIO
public import Checkpoints
public import TensorFiles
public import Torch

extension Policy {
  /// Loads the checkpoint `folder`, with the adapter `adapter` where given, to compute in `dtype`.
  ///
  /// Weights that are stored in `dtype` are computed with where they are mapped, without a copy. Every weight is
  /// checked to be a number.
  ///
  /// - Throws: `PolicyError` that names the weight that is not; `TorchError`.
  public static func load(
    _ folder: CheckpointFolder, adapter: AdapterFolder? = nil, _ dtype: DType, on device: Device = .cpu
  ) throws -> Policy {
    try device.prepare()
    var parameters = ParameterStore()
    for stored in folder.tensors { parameters[stored.name] = try tensor(stored, dtype, on: device) }
    for stored in adapter?.tensors ?? [] { parameters[stored.name] = try tensor(stored, dtype, on: device) }
    let scaling = adapter.map { AdapterScaling($0.scales) }
    return try Policy(folder.config, parameters, dtype, on: device, adapters: scaling)
  }

  /// Returns the weight `stored` as a tensor of `dtype`.
  static func tensor(_ stored: StoredTensor, _ dtype: DType, on device: Device) throws -> Tensor {
    let bytes = try stored.bytes
    let view = try Tensor.viewing(bytes, stored.dtype, stored.shape)
    if let index = NotFinite.first(bytes, stored.dtype) {
      throw PolicyError(
        .badData, place: stored.file.path,
        "the weight `\(stored.storedName)` is NaN or infinite at element \(index); the checkpoint is damaged")
    }
    if stored.dtype == dtype, device == .cpu { return view }
    let tensor = try view.converted(to: dtype, on: device)
    stored.releasePages()
    return tensor
  }
}
