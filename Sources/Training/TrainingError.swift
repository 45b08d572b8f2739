public import ByteIO

/// What is wrong with a run, its configuration or its data, and what would mend it.
public struct TrainingError: Failure, Equatable {
  public let kind: FailureKind
  public let place: String
  public let problem: String

  public init(_ kind: FailureKind = .badData, place: String, _ problem: String) {
    self.kind = kind
    self.place = place
    self.problem = problem
  }

  public var description: String { "\(place): \(problem)" }
}
