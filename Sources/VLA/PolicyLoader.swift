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
