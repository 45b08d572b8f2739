public import ByteIO

/// Demonstrations in HDF5 that cannot be read as episodes.
public struct DemoError: Failure, Equatable {
  public let kind: FailureKind
  /// One line: the place, what is wrong and what would mend it.
  public let description: String

  init(_ file: String, _ path: String, _ problem: String, kind: FailureKind = .badData) {
    self.kind = kind
    description = "\(file): \(path.isEmpty ? "" : "`\(path)`: ")\(problem)"
  }
}
