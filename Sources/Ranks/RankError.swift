public import ByteIO

/// What is wrong with the processes that train together.
public struct RankError: Failure, Equatable {
  public let kind: FailureKind
  public let place: String
  public let problem: String

  public init(_ kind: FailureKind, place: String, _ problem: String) {
    self.kind = kind
    self.place = place
    self.problem = problem
  }

  public var description: String { "\(place): \(problem)" }
}
