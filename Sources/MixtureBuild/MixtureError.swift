public import ByteIO

/// A mixture that cannot be planned, built or read as it was asked.
public struct MixtureError: Failure, Equatable {
  public let kind: FailureKind
  /// One line: the place, what is wrong and what would mend it.
  public let description: String

  public init(_ kind: FailureKind, _ description: String) {
    self.kind = kind
    self.description = description
  }

  /// Bad data.
  init(_ description: String) { self.init(.badData, description) }
}
