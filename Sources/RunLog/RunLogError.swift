public import ByteIO

/// A record of a training run that cannot be continued or written, with the place.
public struct RunLogError: Failure, Equatable {
  public let kind: FailureKind
  /// The file at fault, with the line where there is one, or the name of what was to be written.
  public let place: String
  /// What is wrong and what would mend it.
  public let problem: String

  /// Creates the error that `problem` lies at `place`.
  public init(_ kind: FailureKind = .badData, place: String, _ problem: String) {
    self.kind = kind
    self.place = place
    self.problem = problem
  }

  public var description: String { "\(place): \(problem)" }
}
