public import ByteIO
public import TensorFiles

/// The shape and type of a dataset or an attribute.
public struct HDF5Declaration: Equatable, Sendable {
  public enum Element: Equatable, Sendable {
    case number(DType)
    case text
    /// What cannot be read: `compound`, or another name of a type.
    case other(String)
  }

  public let shape: [Int]
  public let element: Element
  /// The bytes that the values take in the file.
  public let storedByteCount: Int
}

/// The values of a dataset or an attribute.
public struct HDF5Values: Equatable, Sendable {
  public enum Content: Equatable, Sendable {
    /// Elements in row-major order, little-endian.
    case numbers(Bytes)
    case texts([Bytes])
  }

  public let declaration: HDF5Declaration
  public let content: Content

  /// The numbers as a tensor; `nil` for texts.
  public var tensor: HostTensor? {
    guard case .numbers(let bytes) = content, case .number(let dtype) = declaration.element else { return nil }
    return HostTensor(dtype, declaration.shape, bytes)
  }

  /// The texts; `nil` for numbers.
  public var texts: [Bytes]? {
    guard case .texts(let texts) = content else { return nil }
    return texts
  }
}
