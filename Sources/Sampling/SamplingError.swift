public import ByteIO

/// What is wrong with the numbers that a mixture is made of.
public struct SamplingError: Failure, Equatable {
  /// What kind of failure this is: always `badData`.
  public let kind: FailureKind
  /// One line: the place, what is wrong and what would mend it.
  public let description: String

  init(_ place: String, _ problem: String) {
    kind = .badData
    description = place + ": " + problem
  }
}
