public import ByteIO

/// A store that cannot be curated as it was asked.
public struct CurationError: Failure, Equatable {
  public let kind: FailureKind
  /// One line: the place, what is wrong and what would mend it.
  public let description: String

  public init(_ kind: FailureKind = .badData, _ description: String) {
    self.kind = kind
    self.description = description
  }
}
