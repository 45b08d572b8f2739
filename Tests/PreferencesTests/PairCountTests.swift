import Testing

@testable import Preferences

/// Every strategy makes as many pairs as its formula says.
@Suite struct PairCountTests {
  /// A group of K rollouts, each with a score of its own, of which the first `successes` succeeded.
  private func bench(_ count: Int, successes: Int) -> Bench {
    var bench = Bench()
    for number in 0..<count {
      bench.add(
        "r\(100 + number)", success: number < successes, score: Double(number), policy: number == 0 ? "expert" : "p",
        observations: [7, UInt64(10 * number + 1), UInt64(10 * number + 2)])
    }
    return bench
  }

  private let unlimited = {
    var balance = PairBalance()
    balance.perEpisode = nil
    return balance
  }()

  @Test(arguments: [(6, 1), (6, 3), (7, 5), (4, 0), (4, 4)])
  func `successes against failures are N·p times N·(1 − p)`(_ count: Int, _ successes: Int) throws {
    let bench = bench(count, successes: successes)
    let found = try bench.run([Strategy(.successFailure)], balance: unlimited)
    #expect(found.pairs.count == successes * (count - successes))
    for pair in found.pairs {
      #expect(bench.rollouts[pair.chosen.rollout].success == true)
      #expect(bench.rollouts[pair.rejected.rollout].success == false)
    }
  }

  @Test(arguments: [2, 5, 9])
  func `all above a margin are C(K, 2), and fewer by what a margin cuts`(_ count: Int) throws {
    let bench = bench(count, successes: 1)
    #expect(try bench.run([Strategy(.marginAll)], balance: unlimited).pairs.count == count * (count - 1) / 2)
    // Scores 0…K−1: a margin of 2 leaves out the K − 1 neighbours.
    let wide = try bench.run([.make(.marginAll) { $0.minimumMargin = 2 }], balance: unlimited)
    #expect(wide.pairs.count == (count - 1) * (count - 2) / 2)
    #expect(wide.counts[.belowMargin] == count - 1)
    #expect(wide.pairs.allSatisfy { $0.margin >= 2 })
    #expect(try bench.run([Strategy(.adjacentRank)], balance: unlimited).pairs.count == count - 1)
  }

  @Test func `the best m against the worst m are m squared, and one is best against worst`() throws {
    let bench = bench(8, successes: 3)
    for m in 1...4 {
      #expect(try bench.run([.make(.returnRank) { $0.count = m }], balance: unlimited).pairs.count == m * m)
    }
    #expect(try bench.names(bench.run([Strategy(.bestWorst)]).pairs) == [["r107", "r100"]])
    // Beyond half of the group the two overlap: no pair is of one rollout, and none comes twice.
    let all = try bench.run([.make(.returnRank) { $0.count = 8 }], balance: unlimited)
    #expect(all.pairs.count == 28 && all.counts[.duplicatePair] == 0)
  }

  @Test func `a margin in deviations is one of the group's own`() throws {
    // Scores 0, 1, 2, 3 have a deviation of √1.25 ≈ 1.118: two of them are 2.236, which 3 alone exceeds.
    let found = try bench(4, successes: 1).run([
      .make(.marginAll) {
        $0.minimumMargin = 2
        $0.marginUnit = .deviations
      }
    ])
    #expect(found.pairs.map(\.margin) == [3])
  }

  @Test func `candidates at one observation are C(K, 2), or the best against the rest`() throws {
    let bench = bench(5, successes: 1)
    let step = Strategy.make(.stepDistance) { $0.references = ["expert"] }
    let found = try bench.run([step], balance: unlimited)
    #expect(found.pairs.count == 10)
    // The expert's own bins are 1; the others' are 8, 15, 22 and 29 at the shared first observation.
    #expect(
      found.pairs.allSatisfy { $0.unit == .step && $0.chosen.steps == 0..<1 && $0.chosenScore > $0.rejectedScore })
    let best = Strategy.make(.stepDistance) {
      $0.references = ["expert"]
      $0.selection = .bestRest
    }
    #expect(try bench.names(bench.run([best]).pairs) == (1...4).map { ["r100", "r10\($0)"] })
    let without = Strategy.make(.stepDistance) {
      $0.references = ["expert"]
      $0.includesReference = false
      $0.minimumBins = 8
    }
    // Four candidates 7 bins apart: of 6 pairs the 3 neighbours are too near.
    let far = try bench.run([without], balance: unlimited)
    #expect(far.pairs.count == 3 && far.counts[.belowMargin] == 3)
  }

  @Test func `a gripper that differs is a class of its own`() throws {
    var bench = Bench()
    for (number, bin) in [UInt8(10), 20, 240].enumerated() {
      bench.add("r\(number)", policy: number == 0 ? "expert" : "p", bins: [bin], observations: [7])
    }
    let found = try bench.run([
      .make(.stepDistance) {
        $0.references = ["expert"]
        $0.gripper = 0
      }
    ])
    #expect(bench.names(found.pairs) == [["r0", "r1"]] && found.counts[.gripperClass] == 2)
  }

  @Test func `random choices are drawn without replacement and do not depend on other groups`() throws {
    let random = Strategy.make(.successFailure) {
      $0.choose = .random
      $0.count = 4
    }
    var bench = bench(8, successes: 4)
    let alone = try bench.run([random])
    #expect(alone.pairs.count == 4 && alone.counts[.groupCap] == 12)
    #expect(Set(alone.pairs.map { $0.id(bench.rollouts) }).count == 4)
    let names = bench.names(alone.pairs)
    for number in 0..<6 { bench.add("s\(number)", task: "u", success: number < 3) }
    let together = try bench.run([random])
    #expect(bench.names(together.pairs.filter { bench.rollouts[$0.chosen.rollout].task == "t" }) == names)
    #expect(together.pairs.count == 8)
  }

  @Test func `the nearest lengths come first, and best against worst goes by score`() throws {
    var bench = Bench()
    bench.add("a", success: true, score: 1, length: 10)
    bench.add("b", success: true, score: 3, length: 4)
    bench.add("c", success: false, score: 0, length: 9)
    bench.add("d", success: false, score: -1, length: 30)
    func names(_ choice: Strategy.Choice) throws -> [[String]] {
      try bench.names(bench.run([.make(.successFailure) { $0.choose = choice }]).pairs)
    }
    #expect(try names(.nearestLength) == [["a", "c"]])
    #expect(try names(.bestWorst) == [["b", "d"]])
  }

  @Test func `a counterfactual compares the first steps by the score that came with them`() throws {
    let bench = bench(4, successes: 1)
    let found = try bench.run([.make(.counterfactual) { $0.steps = 2 }])
    #expect(found.pairs.count == 6)
    #expect(found.pairs.allSatisfy { $0.chosen.steps == 0..<2 && $0.rejected.steps == 0..<2 && $0.unit == .step })
  }

  @Test func `items without partners are all rollouts with an outcome, and are drawn to a share`() throws {
    var bench = bench(10, successes: 7)
    bench.add("x", success: nil)
    let found = try bench.run([Strategy(.unpaired)])
    #expect(found.unpaired.count == 10 && found.unpaired.count { $0.isDesirable } == 7)
    var counts = FilterCounts()
    let half = PairBalance.balanced(found.unpaired, share: 0.5, bench.rollouts, seed: 1, counts: &counts)
    #expect(half.count { $0.isDesirable } == 3 && half.count == 6 && counts[.unpairedRatio] == 4)
  }

  @Test func `a group with too many candidates is refused with what to do`() {
    var bench = Bench()
    for number in 0..<2002 { bench.add("r\(number)", score: Double(number), bins: [1], observations: [1]) }
    #expect(throws: PreferenceError.self) { try bench.run([Strategy(.marginAll)]) }
  }
}
