internal import ByteIO
internal import TensorFiles

extension CheckpointFolder {
  /// The bytes at either end of a tensor that tell one model from another.
  private static let sampleByteCount = 4096

  /// A digest that tells this model from others: of every parameter's name, type, shape, and the bytes at both ends.
  ///
  /// Not the whole of the weights: it is for telling a mistaken folder, and takes milliseconds for seven billion.
  ///
  /// - Complexity: O(tensors).
  public func identity() throws -> String {
    var digest = SHA256Digest()
    for tensor in tensors {
      digest.update(Array("\(tensor.name) \(tensor.dtype.rawValue) \(tensor.shape)\n".utf8))
      let bytes = try tensor.bytes
      let count = min(bytes.count, Self.sampleByteCount)
      digest.update(bytes[0..<count].array)
      digest.update(bytes[bytes.count - count..<bytes.count].array)
    }
    return digest.hexadecimal()
  }
}
