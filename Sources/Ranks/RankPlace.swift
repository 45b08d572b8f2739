internal import ByteIO

/// The place of one process among those that train together.
public struct RankPlace: Equatable, Sendable {
  /// 0…world − 1; rank 0 writes what the run leaves.
  public let rank: Int
  /// The number of processes.
  public let world: Int
  /// The number of this process on its machine, which is also that of its device.
  public let localRank: Int
  /// Where the store of all ranks listens.
  public let host: String
  public let port: UInt16
  /// Who holds the store.
  public let store: StoreHolder

  /// Who holds the store through which ranks find each other.
  public enum StoreHolder: Equatable, Sendable {
    /// Rank 0.
    case firstRank
    /// What started the ranks, for the so-many-th time: `torchrun`'s agent.
    case agent(attempt: Int)
  }

  public init(
    rank: Int, world: Int, localRank: Int, host: String, port: UInt16, store: StoreHolder = .firstRank
  ) {
    self.store = store
    self.rank = rank
    self.world = world
    self.localRank = localRank
    self.host = host
    self.port = port
  }

  /// The place that the variables RANK, WORLD_SIZE, LOCAL_RANK, MASTER_ADDR and MASTER_PORT say, as `torchrun` sets them,
  /// and TORCHELASTIC_USE_AGENT_STORE and TORCHELASTIC_RESTART_COUNT; `nil` where WORLD_SIZE is not set.
  ///
  /// - Throws: `RankError` that names the variable that is missing or no number of its range.
  public init?(_ variable: (String) -> String?) throws(RankError) {
    guard variable("WORLD_SIZE") != nil else { return nil }
    func number(_ name: String, _ range: ClosedRange<Int>, _ absent: Int? = nil) throws(RankError) -> Int {
      guard let text = variable(name) else {
        if let absent { return absent }
        throw RankError(
          .usage, place: name, "the variable is not set, though WORLD_SIZE is; start with torchrun or --ranks")
      }
      guard let value = Int(text), range.contains(value) else {
        throw RankError(.usage, place: name, "`\(text)` is no number from \(range.lowerBound) to \(range.upperBound)")
      }
      return value
    }
    world = try number("WORLD_SIZE", 1...Self.worldLimit)
    rank = try number("RANK", 0...world - 1)
    localRank = try number("LOCAL_RANK", 0...world - 1, rank)
    port = UInt16(try number("MASTER_PORT", 1...65_535))
    guard let host = variable("MASTER_ADDR"), !host.isEmpty else {
      throw RankError(
        .usage, place: "MASTER_ADDR", "the variable is not set, though WORLD_SIZE is; give rank 0's address")
    }
    self.host = host
    store =
      variable("TORCHELASTIC_USE_AGENT_STORE") == "True"
      ? .agent(attempt: try number("TORCHELASTIC_RESTART_COUNT", 0...Int(Int32.max), 0)) : .firstRank
  }

  /// The most processes.
  public static let worldLimit = 65_536

  /// The variables that say this place.
  public var variables: [String: String] {
    [
      "RANK": "\(rank)", "WORLD_SIZE": "\(world)", "LOCAL_RANK": "\(localRank)", "MASTER_ADDR": host,
      "MASTER_PORT": "\(port)",
    ]
  }
}
