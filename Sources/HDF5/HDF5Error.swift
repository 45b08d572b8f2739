public import ByteIO

/// An HDF5 file that cannot be read as asked, with the file and the path in it.
public struct HDF5Error: Failure, Equatable {
  public enum Reason: Equatable, Sendable {
    case notHDF5
    case missing
    case externalLink
    case externalStorage
    case linkLoop
    case unreadable
    case unsupported(String)
    case tooLarge(Int)
    case content(String)
  }

  public let reason: Reason
  public let file: String
  /// The path inside the file; empty for the file itself.
  public let path: String

  public init(_ reason: Reason, file: String, path: String = "") {
    self.reason = reason
    self.file = file
    self.path = path
  }

  public var kind: FailureKind { .badData }

  public var description: String {
    let what =
      switch reason {
      case .notHDF5: "this is no HDF5 file, or it is cut short; copy it again"
      case .missing: "there is no such group or dataset"
      case .externalLink: "the link leads to another file; refused, copy the data into one file (h5repack)"
      case .externalStorage: "the values lie in other files; refused, copy the data into one file (h5repack)"
      case .linkLoop: "soft links lead on without end"
      case .unreadable: "it cannot be read: the file is damaged, or a filter is not known"
      case .unsupported(let what): what
      case .tooLarge(let count): "\(count) bytes are declared, more than the file can hold"
      case .content(let what): what
      }
    return file + ": " + (path.isEmpty ? "" : "`\(path)`: ") + what
  }
}
