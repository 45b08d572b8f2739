public import ByteIO

/// Why an image cannot be made into a policy's input, or a processor's setting cannot be.
public struct PolicyImageError: Failure, Equatable {
  public let kind: FailureKind
  /// The file, or the setting, at fault.
  public let place: String
  /// What is wrong and what would mend it.
  public let problem: String

  /// Creates the error that reports `problem` at `place`.
  public init(_ kind: FailureKind = .badData, place: String, _ problem: String) {
    self.kind = kind
    self.place = place
    self.problem = problem
  }

  public var description: String { "\(place): \(problem)" }
}
