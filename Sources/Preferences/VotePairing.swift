extension PairingContext {
  /// Pairs that enough people agree on.
  mutating func humanImport(_ strategy: Strategy) -> [PreferencePair] {
    var tallies: [Int: [Int: (wins: Double, total: Int)]] = [:]
    for vote in votes {
      let old = tallies[vote.a]?[vote.b] ?? (0, 0)
      tallies[vote.a, default: [:]][vote.b] = (old.wins + vote.wins, old.total + 1)
    }
    var pairs: [PreferencePair] = []
    for (a, others) in tallies.sorted(by: { $0.key < $1.key }) {
      for (b, tally) in others.sorted(by: { $0.key < $1.key }) {
        guard tally.total >= strategy.minimumVotes else {
          counts.add(.voteTooFew)
          continue
        }
        let share = tally.wins / Double(tally.total)
        guard share != 0.5, max(share, 1 - share) >= strategy.minimumAgreement else {
          counts.add(.voteDisagreement)
          continue
        }
        let aWins = share > 0.5
        let (chosen, rejected) = aWins ? (a, b) : (b, a)
        pairs.append(
          PreferencePair(
            chosen: trajectory(chosen, strategy), rejected: trajectory(rejected, strategy), strategy: strategy.name,
            unit: .trajectory, key: group.key, chosenScore: max(share, 1 - share),
            rejectedScore: min(share, 1 - share), source: .human, votes: tally.total))
      }
    }
    return capped(pairs, strategy.cap, strategy)
  }

  /// Strengths fitted to votes, for each split by itself, and the pairs that they tell apart.
  mutating func btRank(_ strategy: Strategy) throws -> [PreferencePair] {
    var pairs: [PreferencePair] = []
    for part in Split.allCases {
      let own = votes.filter { split.split(rollouts[$0.a]) == part && split.split(rollouts[$0.b]) == part }
      if own.isEmpty { continue }
      let items = Set(own.flatMap { [$0.a, $0.b] }).sorted()
      let places = Dictionary(uniqueKeysWithValues: items.enumerated().map { ($0.element, $0.offset) })
      let graph = VoteGraph(
        count: items.count,
        comparisons: own.compactMap { vote in
          guard let a = places[vote.a], let b = places[vote.b] else { return nil }
          return (a, b, vote.wins)
        })
      let fit = try BradleyTerry(graph, prior: strategy.prior)
      // What was never compared, not even through others, has no common scale.
      for island in graph.islands {
        counts.add(.voteDisconnected, island.count * (items.count - island.count))
        for (place, a) in island.enumerated() {
          for b in island[(place + 1)...] {
            let difference = fit.strengths[a] - fit.strengths[b]
            guard difference != 0 else {
              counts.add(.tied)
              continue
            }
            guard difference.magnitude > strategy.standardErrors * fit.standardError(of: a, minus: b) else {
              counts.add(.withinStandardError)
              continue
            }
            let (chosen, rejected) = difference > 0 ? (a, b) : (b, a)
            pairs.append(
              PreferencePair(
                chosen: trajectory(items[chosen], strategy), rejected: trajectory(items[rejected], strategy),
                strategy: strategy.name, unit: .trajectory, key: group.key, chosenScore: fit.strengths[chosen],
                rejectedScore: fit.strengths[rejected], source: .ranking,
                weight: strategy.weighting == .margin ? difference.magnitude : 1,
                votes: own.count { [$0.a, $0.b] == [items[a], items[b]] }))
          }
        }
      }
    }
    return capped(pairs, strategy.cap, strategy)
  }
}
