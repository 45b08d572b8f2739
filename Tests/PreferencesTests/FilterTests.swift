import Testing

@testable import Preferences

@Suite struct FilterTests {
  private func two(_ change: (inout Bench) -> Void = { _ in }) -> Bench {
    var bench = Bench()
    bench.add("a", success: true, score: 2)
    change(&bench)
    return bench
  }

  @Test func `pairs whose tokens are equal are left out and counted`() throws {
    let bench = two { $0.add("b", success: false, score: 1, bins: [1, 2, 3]) }
    let found = try bench.run([Strategy(.successFailure)])
    #expect(found.pairs.isEmpty && found.counts[.identicalTokens] == 1)
    // Cut to their first two steps, these become equal.
    let longer = two { $0.add("b", success: false, score: 1, bins: [1, 2, 9]) }
    let cut = try longer.run([.make(.counterfactual) { $0.steps = 2 }])
    #expect(cut.pairs.isEmpty && cut.counts[.identicalTokens] == 1)
  }

  @Test func `instructions and lengths that differ are left out and counted`() throws {
    let said = two { $0.add("b", success: false, instruction: "stop") }
    #expect(try said.run([Strategy(.successFailure)]).counts[.instructionDiffers] == 1)
    let long = two { $0.add("b", success: false, length: 7) }
    var filters = PairFilters()
    filters.lengthRatio = 2
    #expect(try long.run([Strategy(.successFailure)], filters: filters).counts[.lengthRatio] == 1)
    filters.lengthRatio = 7.0 / 3
    #expect(try long.run([Strategy(.successFailure)], filters: filters).pairs.count == 1)
    filters.minimumSteps = 4
    #expect(try long.run([Strategy(.successFailure)], filters: filters).counts[.tooShort] == 1)
  }

  @Test func `pairs that two rules make the same come once, and those that contradict each other not at all`() throws {
    // The success has the lower score.
    var bench = Bench()
    bench.add("a", success: true, score: 1)
    bench.add("b", success: false, score: 2)
    let contrary = try bench.run([Strategy(.successFailure), Strategy(.bestWorst)])
    #expect(contrary.pairs.isEmpty && contrary.counts[.contradiction] == 2)
    bench.rollouts[0].scoreTerms = [3]
    let same = try bench.run([Strategy(.successFailure), Strategy(.bestWorst)])
    #expect(same.pairs.count == 1 && same.counts[.duplicatePair] == 1)
  }

  @Test func `starts that nearly always succeed or fail make no pairs when asked`() throws {
    var bench = Bench()
    for number in 0..<20 { bench.add("r\(100 + number)", success: number > 0) }
    let found = try bench.run([Strategy(.successFailure)], successRate: 0.1...0.9)
    #expect(found.pairs.isEmpty && found.counts[.successRate] == 1)
    #expect(try bench.run([Strategy(.successFailure)], successRate: 0.1...0.95).pairs.isEmpty == false)
  }

  @Test func `steps that both sides share are masked, and slow ones when asked`() throws {
    var bench = Bench()
    bench.add("a", success: true, bins: [9, 9, 128, 200], observations: [1, 2, 3, 4])
    bench.add("b", success: false, bins: [9, 8, 128], observations: [1, 2, 5])
    let pair = try #require(bench.run([Strategy(.successFailure)]).pairs.first)
    // Step 0: the same observation and token; step 1: another token; step 2: another observation.
    let shared = StepMask(pair, .init(), bench.tables[0], bench.tables[1], absolute: [false])
    #expect(shared.chosen == [0, 1, 1, 1] && shared.rejected == [0, 1, 1])
    // Bin 128 is 0.5/127.5 ≈ 0.004 from rest.
    let rule = StepMask.Rule(masksShared: false, nearZero: 0.05)
    #expect(StepMask(pair, rule, bench.tables[0], bench.tables[1], absolute: [false]).chosen == [1, 1, 0, 1])
    // A column that is no motion says nothing of rest: nothing moves.
    #expect(StepMask(pair, rule, bench.tables[0], bench.tables[1], absolute: [true]).isEmpty)
  }

  @Test func `a pair of which nothing is left to learn is left out`() throws {
    var bench = Bench()
    bench.add("a", success: true, bins: [9, 128], observations: [1, 2])
    bench.add("b", success: false, bins: [9, 128, 127], observations: [1, 2, 3])
    var filters = PairFilters()
    filters.mask.nearZero = 0.05
    let found = try bench.run([Strategy(.successFailure)], filters: filters)
    #expect(found.pairs.isEmpty && found.counts[.allMasked] == 1)
  }

  @Test func `swapping labels flips the margin`() throws {
    var bench = Bench()
    bench.add("a", score: 5)
    bench.add("b", score: 2)
    let pair = try #require(bench.run([Strategy(.bestWorst)]).pairs.first)
    bench.rollouts[0].scoreTerms = [-5]
    bench.rollouts[1].scoreTerms = [-2]
    let swapped = try #require(bench.run([Strategy(.bestWorst)]).pairs.first)
    #expect(pair.margin == 3 && swapped.margin == 3)
    #expect(pair.chosen == swapped.rejected && pair.rejected == swapped.chosen)
    #expect(pair.id(bench.rollouts) != swapped.id(bench.rollouts))
  }
}
