public import ByteIO

/// A tensor in memory: elements of one type in row-major order, little-endian.
public struct HostTensor: Equatable, Sendable {
  public let dtype: DType
  public let shape: [Int]
  public let bytes: Bytes

  /// Wraps `bytes`.
  ///
  /// - Precondition: they are as many as type and shape say.
  public init(_ dtype: DType, _ shape: [Int], _ bytes: Bytes) {
    precondition(checkedProduct(shape).map { $0 * dtype.byteCount } == bytes.count, "tensor size and shape differ")
    self.dtype = dtype
    self.shape = shape
    self.bytes = bytes
  }

  /// Wraps the elements of `values`.
  ///
  /// - Precondition: they are as many as `shape` says, each as wide as `dtype`.
  public init<T: BitwiseCopyable>(_ dtype: DType, _ shape: [Int], values: [T]) {
    self.init(dtype, shape, Bytes(values: values))
  }
}

/// Writes named tensors to the safetensors file at `path` and returns its digest.
@discardableResult
public func writeTensors(
  _ tensors: [(name: String, tensor: HostTensor)], metadata: [String: String] = [:], to path: String
) throws -> String {
  let writer = try SafetensorsWriter(
    path, tensors.map { TensorDeclaration($0.name, $0.tensor.dtype, $0.tensor.shape) }, metadata: metadata)
  let byName = Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0.tensor) })
  for declaration in writer.order {
    guard let tensor = byName[declaration.name] else { continue }
    try writer.append(declaration.name) { try $0.append(tensor.bytes) }
  }
  return try writer.commit().sha256
}
