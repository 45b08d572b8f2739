public import ByteIO

/// A safetensors file that breaks a rule of the format, with file and tensor.
public struct TensorFileError: Failure, Equatable {
  public enum Reason: Equatable, Sendable {
    case tooShort(byteCount: Int)
    case headerTooLong(length: UInt64, limit: Int)
    case headerBeyondFile(length: UInt64, available: Int)
    case badHeader(String)
    case unknownType(String)
    case sizeMismatch(expected: Int, found: Int)
    case sizeOverflow
    case hole(expected: Int, found: Int)
    case lengthMismatch(expected: Int, found: Int)
    case missing
    case wrongType(expected: String, found: String)
  }

  public let reason: Reason
  public let file: String
  /// The tensor at fault; empty for the file as a whole.
  public let tensor: String

  public init(_ reason: Reason, file: String, tensor: String = "") {
    self.reason = reason
    self.file = file
    self.tensor = tensor
  }

  public var kind: FailureKind { .badData }

  public var description: String {
    let what =
      switch reason {
      case .tooShort(let count): "\(count) bytes are too few for a safetensors file; write it again"
      case .headerTooLong(let length, let limit): "the header claims \(length) bytes, more than the \(limit) allowed"
      case .headerBeyondFile(let length, let available):
        "the header claims \(length) bytes, the file has \(available); it is cut or no safetensors file"
      case .badHeader(let why): "the header is broken: \(why)"
      case .unknownType(let name): "unknown element type `\(name)`"
      case .sizeMismatch(let expected, let found): "type and shape need \(expected) bytes, the offsets span \(found)"
      case .sizeOverflow: "the shape is too large"
      case .hole(let expected, let found): "the data begins at \(found), \(expected) expected"
      case .lengthMismatch(let expected, let found):
        "the header describes \(expected) bytes of data, the file has \(found); it is cut or damaged"
      case .missing: "there is no such tensor"
      case .wrongType(let expected, let found): "\(expected) expected, \(found) found"
      }
    return tensor.isEmpty ? "\(file): \(what)" : "\(file): tensor `\(tensor)`: \(what)"
  }
}
