public import ByteIO

/// An export that cannot be made, with the file or directory.
public struct SampleExportError: Failure, Equatable {
  public let kind: FailureKind
  /// The file or directory at fault.
  public let file: String
  /// What is wrong and what would mend it.
  public let problem: String

  init(_ kind: FailureKind, file: String, _ problem: String) {
    self.kind = kind
    self.file = file
    self.problem = problem
  }

  public var description: String { "\(file): \(problem)" }
}
