public import ByteIO

/// Preferences that cannot be formed, fitted or scored as they were asked for.
public struct PreferenceError: Failure, Equatable {
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
