import TestSupport
import Testing

@testable import Preferences

@Suite struct SplitTests {
  private static let rule = SplitRule(validation: 300, test: 200, seen: 150)

  /// Rollouts of many starts of three tasks, made up from a seed.
  private func bench(_ seed: UInt64) -> Bench {
    var generator = SeededGenerator(seed)
    var bench = Bench()
    for number in 0..<200 {
      let draw = generator.bytes(3)
      bench.add(
        "r\(1000 + number)", task: "t\(draw[0] % 3)", start: "s\(draw[1] % 12)", success: draw[2] % 2 == 0,
        score: Double(generator.unit()), policy: draw[2] % 5 == 0 ? "expert" : "p")
    }
    return bench
  }

  @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
  func `no start is in two splits, whatever made the pair`(_ seed: UInt64) throws {
    let bench = bench(seed)
    let votes = (0..<150).map {
      Vote(a: "r\(1000 + ($0 * 37) % 200)", b: "r\(1000 + ($0 * 11 + 5) % 200)", label: $0 % 3 == 0 ? .a : .b)
    }
    var strategies = [
      Strategy(.successFailure), Strategy(.marginAll), .make(.divergenceSegment) { $0.after = 2 },
      .make(.stepDistance) { $0.references = ["expert"] }, .make(.counterfactual) { $0.steps = 1 },
    ]
    // Rules that compare across starts are where leaks would come from.
    strategies += [
      .make(.adjacentRank) { $0.key = .task }, .make(.humanImport) { $0.key = .task },
      .make(.btRank) { ($0.key, $0.standardErrors) = (.task, 0) },
    ]
    let found = try bench.run(strategies, split: Self.rule, votes: votes)
    var splitOfStart: [String: Split] = [:]
    for pair in found.pairs {
      for side in [pair.chosen, pair.rejected] {
        let rollout = bench.rollouts[side.rollout]
        let split = Self.rule.split(pair, bench.rollouts)
        let start = "\(rollout.task)/\(rollout.start ?? "")"
        let known = splitOfStart[start] ?? (split == .seen ? .train : split)
        #expect(known == (split == .seen ? .train : split), "\(start) by \(pair.strategy)")
        splitOfStart[start] = known
      }
    }
    #expect(Set(splitOfStart.values) == [.train, .val, .test])
    #expect(Set(found.pairs.map { Self.rule.split($0, bench.rollouts) }).contains(.seen))
    // Across starts, some had to go.
    #expect(found.counts[.splitCrossed] > 0)
    #expect(Set(found.pairs.map(\.strategy)).isSuperset(of: [.divergenceSegment, .marginAll, .adjacentRank, .btRank]))
  }

  @Test func `shares come near what is asked for, and tasks can be held out whole`() {
    let splits = (0..<4000).map { Self.rule.split(task: "t", start: "\($0)") }
    // Three deviations of a share of 0.2 or 0.3 of 4000 are below 0.022.
    #expect(abs(Double(splits.count { $0 == .test }) / 4000 - 0.2) < 0.022)
    #expect(abs(Double(splits.count { $0 == .val }) / 4000 - 0.3) < 0.022)
    let held = SplitRule(validation: 500, heldOutTasks: ["u"])
    #expect((0..<50).allSatisfy { held.split(task: "u", start: "\($0)") == .test })
  }

  @Test func `a rollout without a start has a split of its own id`() {
    let rollout = Rollout(id: "x", task: "t", instruction: "", start: nil, policy: "p", success: nil, length: 1)
    #expect(SplitRule().split(rollout) == .train)
    #expect(Self.rule.split(rollout) == Self.rule.split(task: "t", start: "id:x"))
  }

  @Test func `the order of groups and a further task change nothing for the others`() throws {
    let bench = bench(9)
    var small = Bench()
    for (rollout, table) in zip(bench.rollouts, bench.tables) where rollout.task != "t2" {
      small.rollouts.append(rollout)
      small.tables.append(table)
    }
    var balance = PairBalance()
    (balance.perTask, balance.strategyShare, balance.perEpisode, balance.matchesLengths) = (60, 0.6, 3, true)
    let strategies = [
      Strategy.make(.successFailure) { ($0.choose, $0.count) = (.random, 5) }, Strategy(.marginAll),
    ]
    let whole = try bench.run(strategies, balance: balance, split: Self.rule)
    let part = try small.run(strategies, balance: balance, split: Self.rule)
    let expected = whole.pairs.filter { bench.rollouts[$0.chosen.rollout].task != "t2" }.map { $0.id(bench.rollouts) }
    #expect(part.pairs.map { $0.id(small.rollouts) } == expected)
    #expect(expected.count > 50 && expected.count < whole.pairs.count)
  }
}
