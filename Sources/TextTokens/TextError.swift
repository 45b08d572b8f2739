public import ByteIO

/// What is wrong with a tokenizer or with fitting one.
public struct TextError: Failure, Equatable {
  public let kind: FailureKind
  /// The file, or what was being done.
  public let place: String
  public let problem: String

  public init(_ kind: FailureKind = .badData, place: String, _ problem: String) {
    self.kind = kind
    self.place = place
    self.problem = problem
  }

  public var description: String { "\(place): \(problem)" }
}
