internal import Glibc

/// A system call on a file that failed, with the file and the reason.
public struct FileError: Failure, Equatable {
  /// What was being done.
  public enum Operation: String, Sendable {
    case open = "cannot be opened"
    case read = "cannot be read"
    case map = "cannot be mapped"
    case create = "cannot be created"
    case write = "cannot be written"
    case synchronize = "cannot be flushed to disk"
    case rename = "cannot be moved into place"
    case list = "cannot be listed"
    case remove = "cannot be removed"
    case lock = "is in use by another process, wait for it to end"
  }

  public let path: String
  public let operation: Operation
  /// The C `errno` of the failed call.
  public let code: Int32

  public init(path: String, operation: Operation, code: Int32) {
    self.path = path
    self.operation = operation
    self.code = code
  }

  public var kind: FailureKind {
    switch code {
    case ENOSPC, EDQUOT, EIO, EFBIG: .inputOutput
    case EMFILE, ENFILE, EAGAIN, ENOMEM: .tryAgain
    default:
      switch operation {
      case .open, .read, .map, .list: .inputMissing
      case .create, .write, .rename, .synchronize, .remove: .outputUnavailable
      case .lock: .tryAgain
      }
    }
  }

  public var description: String {
    let mend =
      switch code {
      case ENOSPC, EDQUOT: "; free some space and run the same command again"
      case EMFILE, ENFILE: "; raise the limit of open files (ulimit -n) and run again"
      default: ""
      }
    return "\(path): \(operation.rawValue): \(Self.message(code))\(mend)"
  }

  private static func message(_ code: Int32) -> String {
    var text = [CChar](repeating: 0, count: 256)
    guard unsafe strerror_r(code, &text, text.count) == 0 else { return "error \(code)" }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
