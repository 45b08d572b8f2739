public import ByteIO

/// A set of pairs that is not what its index says, with the place.
public struct PairShardError: Failure, Equatable {
  public let kind: FailureKind
  /// The file at fault.
  public let file: String
  /// What is wrong and what would mend it.
  public let problem: String

  public init(_ kind: FailureKind = .badData, file: String, _ problem: String) {
    self.kind = kind
    self.file = file
    self.problem = problem
  }

  public var description: String { "\(file): \(problem)" }
}
