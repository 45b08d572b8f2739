/// What is done to the pairs of all groups together, so that no episode, task or rule outweighs the others.
///
/// What is left out is drawn by hashes of pairs' ids, for each task by itself: with the exception of `total` and of
/// weights, adding a task changes nothing for the others.
public struct PairBalance: Sendable, Equatable {
  /// How often an episode may be on one side.
  public var perEpisode: Int? = 8
  public var perTask: Int?
  /// The largest share of a task's pairs that one rule may have.
  public var strategyShare: Double?
  /// Whether as many pairs have the longer side chosen as rejected.
  public var matchesLengths = false
  /// The most pairs of all tasks together, filled up evenly.
  public var total: Int?
  /// Whether pairs weigh so that all tasks have the same weight.
  public var equalizesTasks = false

  public init() {}

  /// Removes duplicates and contradictions, balances, and sorts.
  ///
  /// - Complexity: O(n log n).
  public func apply(
    _ pairs: [PreferencePair], _ rollouts: [Rollout], seed: UInt64, counts: inout FilterCounts
  ) -> [PreferencePair] {
    var kept = Self.consistent(pairs.sorted { PreferencePair.precedes($0, $1, rollouts) }, &counts)
    let order = kept.map { KeyedOrder.number(["balance", String(seed), $0.id(rollouts)]) }
    var isKept = [Bool](repeating: true, count: kept.count)
    let tasks = Dictionary(grouping: kept.indices) { rollouts[kept[$0].chosen.rollout].task }
      .sorted { $0.key.precedes($1.key) }
      .map { $0.value.sorted { (order[$0], $0) < (order[$1], $1) } }
    for members in tasks {
      if matchesLengths { matchLengths(members, kept, &isKept, &counts) }
      if let perEpisode { capEpisodes(members, kept, perEpisode, &isKept, &counts) }
      if let strategyShare { capStrategies(members, kept, strategyShare, &isKept, &counts) }
      if let perTask { drop(members.filter { isKept[$0] }.dropFirst(perTask), .taskCap, &isKept, &counts) }
    }
    if let total { fill(tasks, total, &isKept, &counts) }
    if equalizesTasks { weigh(tasks, isKept, &kept) }
    return kept.indices.filter { isKept[$0] }.map { kept[$0] }
  }

  /// The first of equal pairs; none of those that contradict each other.
  private static func consistent(_ pairs: [PreferencePair], _ counts: inout FilterCounts) -> [PreferencePair] {
    struct Sides: Hashable { let a, b: PairSide }
    var seen: Set<Sides> = []
    for pair in pairs { seen.insert(Sides(a: pair.chosen, b: pair.rejected)) }
    var taken: Set<Sides> = []
    return pairs.filter { pair in
      if seen.contains(Sides(a: pair.rejected, b: pair.chosen)) {
        counts.add(.contradiction)
        return false
      }
      if !taken.insert(Sides(a: pair.chosen, b: pair.rejected)).inserted {
        counts.add(.duplicatePair)
        return false
      }
      return true
    }
  }

  private func drop(
    _ members: some Sequence<Int>, _ filter: Filter, _ isKept: inout [Bool], _ counts: inout FilterCounts
  ) {
    for index in members {
      isKept[index] = false
      counts.add(filter)
    }
  }

  private func matchLengths(
    _ members: [Int], _ pairs: [PreferencePair], _ isKept: inout [Bool], _ counts: inout FilterCounts
  ) {
    let longer = members.filter { pairs[$0].chosen.steps.count > pairs[$0].rejected.steps.count }
    let shorter = members.filter { pairs[$0].chosen.steps.count < pairs[$0].rejected.steps.count }
    let count = min(longer.count, shorter.count)
    drop(longer.dropFirst(count), .lengthMatch, &isKept, &counts)
    drop(shorter.dropFirst(count), .lengthMatch, &isKept, &counts)
  }

  private func capEpisodes(
    _ members: [Int], _ pairs: [PreferencePair], _ limit: Int, _ isKept: inout [Bool], _ counts: inout FilterCounts
  ) {
    var chosen: [Int: Int] = [:]
    var rejected: [Int: Int] = [:]
    for index in members where isKept[index] {
      let (a, b) = (pairs[index].chosen.rollout, pairs[index].rejected.rollout)
      if chosen[a, default: 0] >= limit || rejected[b, default: 0] >= limit {
        drop([index], .episodeCap, &isKept, &counts)
      } else {
        chosen[a, default: 0] += 1
        rejected[b, default: 0] += 1
      }
    }
  }

  /// Leaves of each rule at most so many that it has `share` of what is left.
  private func capStrategies(
    _ members: [Int], _ pairs: [PreferencePair], _ share: Double, _ isKept: inout [Bool],
    _ counts: inout FilterCounts
  ) {
    let kept = members.filter { isKept[$0] }
    let byStrategy = Dictionary(grouping: kept) { pairs[$0].strategyIndex }.sorted { $0.key < $1.key }.map(\.value)
    guard byStrategy.count > 1, share < 1 else { return }
    // The largest level L such that every rule has at most `share` of Σ min(n, L).
    var level = byStrategy.map(\.count).max() ?? 0
    func sum(_ level: Int) -> Int { byStrategy.reduce(0) { $0 + min($1.count, level) } }
    while level > 1, Double(level) > share * Double(sum(level)) { level -= 1 }
    for members in byStrategy { drop(members.dropFirst(level), .strategyShare, &isKept, &counts) }
  }

  /// Gives each task as many as the others, or all it has.
  private func fill(_ tasks: [[Int]], _ total: Int, _ isKept: inout [Bool], _ counts: inout FilterCounts) {
    let kept = tasks.map { $0.filter { isKept[$0] } }
    guard kept.reduce(0, { $0 + $1.count }) > total else { return }
    var quotas = kept.map { _ in 0 }
    var left = total
    var open = kept.indices.filter { !kept[$0].isEmpty }
    while left > 0, !open.isEmpty {
      let share = max(left / open.count, 1)
      for task in open {
        let more = min(share, kept[task].count - quotas[task], left)
        quotas[task] += more
        left -= more
      }
      open = open.filter { quotas[$0] < kept[$0].count }
    }
    for (task, members) in kept.enumerated() { drop(members.dropFirst(quotas[task]), .total, &isKept, &counts) }
  }

  /// Weights that sum to the same for each task, and to the number of pairs over all.
  private func weigh(_ tasks: [[Int]], _ isKept: [Bool], _ pairs: inout [PreferencePair]) {
    let kept = tasks.map { $0.filter { isKept[$0] } }.filter { !$0.isEmpty }
    let count = kept.reduce(0) { $0 + $1.count }
    for members in kept {
      let share = Double(count) / Double(kept.count) / Double(members.count)
      for index in members { pairs[index].weight *= share }
    }
  }
}

extension PairBalance {
  /// Draws from `items` so that about `share` of them are desirable; what is more of one kind is left out.
  public static func balanced(
    _ items: [UnpairedItem], share: Double, _ rollouts: [Rollout], seed: UInt64, counts: inout FilterCounts
  ) -> [UnpairedItem] {
    let (good, bad) = (items.filter(\.isDesirable), items.filter { !$0.isDesirable })
    guard share > 0, share < 1, !good.isEmpty, !bad.isEmpty else { return items }
    let goodLimit = Int(min(Double(good.count), (Double(bad.count) * share / (1 - share)).rounded(.down)))
    let badLimit = Int(min(Double(bad.count), (Double(good.count) * (1 - share) / share).rounded(.down)))
    func drawn(_ items: [UnpairedItem], _ count: Int) -> [UnpairedItem] {
      KeyedOrder.drawn(items, count: count, seed: seed, key: ["unpaired"]) {
        "\(rollouts[$0.side.rollout].id):\($0.side.steps.lowerBound):\($0.side.steps.upperBound)"
      }
    }
    let kept = drawn(good, max(goodLimit, 1)) + drawn(bad, max(badLimit, 1))
    counts.add(.unpairedRatio, items.count - kept.count)
    return kept.sorted { ($0.side.rollout, $0.side.steps.lowerBound) < ($1.side.rollout, $1.side.steps.lowerBound) }
  }
}
