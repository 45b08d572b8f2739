public import ByteIO

/// Some of the ranks that trained together are gone.
public struct RankLoss: Failure, Equatable {
  /// Which, ascending.
  public let missing: [Int]
  /// Whether this rank is the one that writes what the run leaves.
  public let isWriter: Bool
  public let step: Int
  let names: String
  let world: Int

  public var kind: FailureKind { .tryAgain }

  public var description: String {
    "step \(step): \(names) of \(world) \(missing.count == 1 ? "is" : "are") gone; the state before the step is kept: run "
      + "the same command again"
  }
}
