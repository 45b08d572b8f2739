import Testing

@testable import Preferences

@Suite struct BalanceTests {
  /// Groups of successes and failures: (successes, failures) of each task.
  private func bench(_ tasks: [(String, Int, Int)], goodLength: Int = 3, badLength: Int = 3) -> Bench {
    var bench = Bench()
    for (task, good, bad) in tasks {
      for number in 0..<good { bench.add("\(task)-a\(number)", task: task, success: true, length: goodLength) }
      for number in 0..<bad { bench.add("\(task)-b\(number)", task: task, success: false, length: badLength) }
    }
    return bench
  }

  private func balance(_ change: (inout PairBalance) -> Void) -> PairBalance {
    var balance = PairBalance()
    balance.perEpisode = nil
    change(&balance)
    return balance
  }

  @Test func `an episode is on one side at most so often`() throws {
    let bench = bench([("t", 1, 12)])
    let found = try bench.run([Strategy(.successFailure)])
    #expect(found.pairs.count == 8 && found.counts[.episodeCap] == 4)
  }

  @Test func `a task has at most so many pairs, and all tasks share a total evenly`() throws {
    let bench = bench([("t", 4, 5), ("u", 2, 2), ("v", 3, 3)])
    let capped = try bench.run([Strategy(.successFailure)], balance: balance { $0.perTask = 6 })
    #expect(capped.pairs.count == 6 + 4 + 6 && capped.counts[.taskCap] == 14 + 3)
    // 20, 4 and 9 pairs: 18 fill u with 4 and the others with 7 each.
    let filled = try bench.run([Strategy(.successFailure)], balance: balance { $0.total = 18 })
    let counts = Dictionary(grouping: filled.pairs) { bench.rollouts[$0.chosen.rollout].task }.mapValues(\.count)
    #expect(counts == ["t": 7, "u": 4, "v": 7] && filled.counts[.total] == 15)
  }

  @Test func `tasks weigh the same when asked`() throws {
    let bench = bench([("t", 3, 3), ("u", 1, 1)])
    let found = try bench.run([Strategy(.successFailure)], balance: balance { $0.equalizesTasks = true })
    // Ten pairs of two tasks: 5 for the nine, 5 for the one.
    #expect(found.pairs.count == 10)
    #expect(abs(found.pairs[0].weight - 5.0 / 9) < 1e-12 && abs(found.pairs[9].weight - 5) < 1e-12)
  }

  @Test func `longer and shorter sides are chosen equally often when asked`() throws {
    var bench = bench([("t", 2, 3)], goodLength: 4, badLength: 6)
    bench.add("t-c0", success: false, length: 2)
    // Six pairs have the shorter side chosen, two the longer one.
    let found = try bench.run([Strategy(.successFailure)], balance: balance { $0.matchesLengths = true })
    #expect(found.pairs.count == 4 && found.counts[.lengthMatch] == 4)
    #expect(found.pairs.count { $0.chosen.steps.count > $0.rejected.steps.count } == 2)
  }

  @Test func `one rule has at most its share`() throws {
    var bench = Bench()
    for number in 0..<6 { bench.add("r\(number)", success: number == 5, score: Double(number)) }
    // 15 pairs by score, of which 5 are also by success: those come once.
    let found = try bench.run(
      [Strategy(.marginAll), .make(.divergenceSegment) { ($0.after, $0.stateTolerance) = (2, 0) }],
      balance: balance { $0.strategyShare = 0.6 })
    let byRule = Dictionary(grouping: found.pairs, by: \.strategy).mapValues(\.count)
    // 5 segments at most 40 %: 7 of 12 is 58 %.
    #expect(byRule == [.marginAll: 7, .divergenceSegment: 5] && found.counts[.strategyShare] == 8)
  }

  @Test func `what length or policy tells is found, and chance is not`() throws {
    let told = bench([("t", 4, 4)], goodLength: 2, badLength: 5)
    let pairs = try told.run([Strategy(.successFailure)]).pairs
    let findings = LeakCheck(pairs, told.rollouts).findings
    #expect(findings[0].correctCount == 16 && findings[0].pairCount == 16 && findings[0].isWarning)
    #expect(findings[1].pairCount == 0 && !findings[1].isWarning)
    var even = Bench()
    for number in 0..<8 {
      even.add("r\(number)", success: number < 4, policy: number % 2 == 0 ? "p" : "q", length: number % 2 == 0 ? 3 : 4)
    }
    let fair = LeakCheck(try even.run([Strategy(.successFailure)]).pairs, even.rollouts).findings
    // Of 16 pairs 8 differ, 4 one way and 4 the other.
    #expect(fair[0].pairCount == 8 && fair[0].correctCount == 4 && !fair[0].isWarning)
    #expect(fair[1].pairCount == 8 && !fair[1].isWarning)
  }
}
