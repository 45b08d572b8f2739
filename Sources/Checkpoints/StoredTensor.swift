public import ByteIO
public import TensorFiles

/// One parameter in a checkpoint's files.
public struct StoredTensor: Sendable {
  /// The parameter's name in the model.
  public let name: String
  public let dtype: DType
  public let shape: [Int]
  /// The mapped file that holds it.
  public let file: SafetensorsFile
  /// Its name in that file, where older checkpoints spell some otherwise.
  public let storedName: String

  /// The data, a view into the mapped file.
  public var bytes: Bytes { get throws { try file.bytes(storedName) } }

  /// Gives its pages back to the system; touching them again reads them again.
  public func releasePages() { file.releasePages(storedName) }
}
