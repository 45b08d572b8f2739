public import JSON
public import Preferences

/// Items ranked by people's votes: Bradley–Terry strengths with standard errors, Elo ratings, and what is not connected.
public struct VoteRanking: Sendable {
  /// One item.
  public struct Item: Sendable, Equatable {
    public let id: String
    /// θ and its standard error, within the item's island.
    public let strength: Double
    public let standardError: Double
    public let elo: Double
    public let wins: Int
    public let losses: Int
    public let ties: Int
    /// The number of the items' island: strengths of different ones have no common scale.
    public let island: Int
  }

  /// By island, then falling strength, then id.
  public let items: [Item]
  public let voteCount: Int
  public let skippedCount: Int
  public let tieCount: Int
  /// Votes of an item against itself.
  public let selfCount: Int
  /// Pairs of items that were compared, and those for which people disagree.
  public let comparedCount: Int
  public let contradictedCount: Int
  public let islandCount: Int
  /// Groups within which everyone beat everyone, directly or not.
  public let strongCount: Int
  /// The share of votes that agree with the majority on their pair; ties do not count.
  public let agreement: Double?

  /// Ranks what `votes` are about.
  ///
  /// - Throws: `PreferenceError` where no two items were compared, or there is no maximum without a prior.
  public init(_ votes: [Vote], ties: Strategy.TiePolicy, prior: Double, seed: UInt64) throws {
    voteCount = votes.count
    skippedCount = votes.count { $0.label == .skip }
    tieCount = votes.count { $0.label == .tie }
    selfCount = votes.count { $0.a == $0.b && $0.label != .skip }
    let used = votes.filter { $0.label != .skip && $0.a != $0.b && (ties == .half || $0.label != .tie) }
    guard !used.isEmpty else {
      throw PairBuildError(
        "the votes compare nothing: \(skippedCount) of \(voteCount) were skipped, \(tieCount) tied, \(selfCount) name "
          + "one item twice; collect more")
    }
    let ids = Set(used.flatMap { [$0.a, $0.b] }).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let places = Dictionary(uniqueKeysWithValues: ids.enumerated().map { ($0.element, $0.offset) })
    let games = used.map { vote in
      (
        a: places[vote.a] ?? 0, b: places[vote.b] ?? 0,
        wins: vote.label == .a ? 1.0 : vote.label == .b ? 0 : 0.5
      )
    }
    // The order of votes in the file must not matter.
    let ordered = games.sorted { ($0.a, $0.b, $0.wins) < ($1.a, $1.b, $1.wins) }
    let graph = VoteGraph(count: ids.count, comparisons: ordered)
    let islands = graph.islands
    islandCount = islands.count
    strongCount = graph.strongComponents.count
    comparedCount = graph.edges.count
    contradictedCount = graph.edges.count { $0.aWins > 0.5 && $0.bWins > 0.5 }
    let decided = graph.edges.reduce(0.0) { $0 + $1.aWins + $1.bWins }
    agreement = decided > 0 ? graph.edges.reduce(0.0) { $0 + max($1.aWins, $1.bWins) } / decided : nil
    let elo = EloRatings(count: ids.count, games: ordered, seed: seed).ratings
    var tallies = [(wins: Int, losses: Int, ties: Int)](repeating: (0, 0, 0), count: ids.count)
    for game in ordered {
      for (item, share) in [(game.a, game.wins), (game.b, 1 - game.wins)] {
        tallies[item].wins += share == 1 ? 1 : 0
        tallies[item].losses += share == 0 ? 1 : 0
        tallies[item].ties += share == 0.5 ? 1 : 0
      }
    }
    var items: [Item] = []
    for (number, island) in islands.enumerated() {
      let own = Dictionary(uniqueKeysWithValues: island.enumerated().map { ($0.element, $0.offset) })
      let fit = try BradleyTerry(
        VoteGraph(
          count: island.count,
          comparisons: ordered.compactMap { game in
            guard let a = own[game.a], let b = own[game.b] else { return nil }
            return (a, b, game.wins)
          }), prior: prior)
      for (place, item) in island.enumerated() {
        items.append(
          Item(
            id: ids[item], strength: fit.strengths[place], standardError: fit.standardErrors[place], elo: elo[item],
            wins: tallies[item].wins, losses: tallies[item].losses, ties: tallies[item].ties, island: number))
      }
    }
    self.items = items.sorted {
      $0.island != $1.island
        ? $0.island < $1.island
        : $0.strength != $1.strength
          ? $0.strength > $1.strength : $0.id.utf8.lexicographicallyPrecedes($1.id.utf8)
    }
  }

  /// Whether all items have one scale.
  public var isConnected: Bool { islandCount == 1 }

  /// The ranking as JSON.
  public var json: JSONValue {
    [
      "votes": JSONValue(voteCount), "skipped": JSONValue(skippedCount), "ties": JSONValue(tieCount),
      "self_votes": JSONValue(selfCount), "items": JSONValue(items.count), "compared": JSONValue(comparedCount),
      "contradicted": JSONValue(contradictedCount), "agreement": agreement.map { .real($0) } ?? .null,
      "connected": .bool(isConnected), "islands": JSONValue(islandCount), "strong_components": JSONValue(strongCount),
      "ranking": .array(
        items.map {
          [
            "id": .string($0.id), "island": JSONValue($0.island), "strength": .real($0.strength),
            "standard_error": .real($0.standardError), "elo": .real($0.elo), "wins": JSONValue($0.wins),
            "losses": JSONValue($0.losses), "ties": JSONValue($0.ties),
          ]
        }),
    ]
  }
}
