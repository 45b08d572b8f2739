import Testing

@testable import Preferences

@Suite struct SegmentTests {
  private func segments(_ change: (inout Strategy) -> Void = { _ in }) -> Strategy {
    .make(.divergenceSegment) {
      ($0.stateTolerance, $0.binTolerance, $0.after) = (0.1, 3, 3)
      change(&$0)
    }
  }

  @Test func `sides part where actions differ at an observation that both share`() throws {
    var bench = Bench()
    // Step 2: the state is shared, the bins are 40 apart; the states follow one step later.
    bench.add("a", success: true, bins: [5, 5, 10, 9, 8, 7], states: [0, 1, 2, 3, 4, 5])
    bench.add("b", success: false, bins: [5, 7, 50, 9, 8, 7, 6, 5], states: [0, 1, 2, 9, 9, 9, 9, 9])
    let pair = try #require(bench.run([segments()]).pairs.first)
    #expect(pair.anchor == 2)
    #expect(pair.chosen.steps == 2..<5 && pair.rejected.steps == 2..<5)
    let before = try #require(bench.run([segments { ($0.before, $0.after) = (1, 9) }]).pairs.first)
    // From one step before; each side ends with its own episode.
    #expect(before.chosen.steps == 1..<6 && before.rejected.steps == 1..<8)
  }

  @Test func `where states part first, the last shared observation is the one before`() throws {
    var bench = Bench()
    bench.add("a", success: true, bins: [5, 5, 5, 5], states: [0, 1, 2, 3])
    bench.add("b", success: false, bins: [5, 6, 5, 9], states: [0, 1, 5, 6])
    #expect(try bench.run([segments()]).pairs.first?.anchor == 1)
  }

  @Test func `what differs only for a moment, never, or from the first state on makes no segment`() throws {
    var bench = Bench()
    bench.add("a", success: true, bins: [5, 5, 5, 5], states: [0, 1, 2, 3])
    bench.add("b", success: false, bins: [5, 50, 5, 5], states: [0, 1, 2, 3])
    #expect(try bench.run([segments { $0.hold = 2 }]).counts[.noDivergence] == 1)
    #expect(try bench.run([segments()]).pairs.count == 1)
    bench.add("c", success: false, bins: [5, 5, 5, 5], states: [9, 1, 2, 3])
    let found = try bench.run([segments()])
    #expect(found.pairs.count == 1 && found.counts[.startDiffers] == 1)
  }

  @Test func `an intervention's last flagged steps lose to the first corrected ones`() throws {
    var bench = Bench()
    bench.add("a", length: 40) { $0.interventions = [.init(flagged: 5..<20, correction: 20..<40)] }
    let found = try bench.run([
      .make(.intervention) { ($0.window, $0.excludedLast) = (10, 2) }
    ])
    // 20 − 2 = 18 is the end; ten steps before it is 8.
    #expect(found.pairs.map(\.rejected.steps) == [8..<18])
    #expect(found.pairs.map(\.chosen.steps) == [20..<30])
    let nothing = try bench.run([.make(.intervention) { $0.excludedLast = 15 }])
    #expect(nothing.pairs.isEmpty && nothing.counts[.segmentTooShort] == 1)
  }

  @Test func `a stage counts only where both finished all stages before it`() throws {
    var bench = Bench()
    func add(_ id: String, _ ends: [Int], _ costs: [Double]) {
      bench.add(id, length: 12) { ($0.stageEnds, $0.stageCosts) = (ends, costs) }
    }
    add("a", [3, 8], [1.0, 2])
    add("b", [4, -1], [1.5, 9])
    add("c", [-1, -1], [4, 0])
    let found = try bench.run([.make(.stageGated) { $0.minimumMargin = 0.5 }])
    // Stage 0: a beats b by cost 0.5, a and b beat c by finishing; stage 1: a beats b; c never got there.
    #expect(bench.names(found.pairs) == [["a", "b"], ["a", "c"], ["a", "b"], ["b", "c"]])
    let stages = found.pairs.filter { bench.names([$0]) == [["a", "b"]] }
    #expect(stages.map(\.chosen.steps) == [0..<3, 3..<8] && stages.map(\.rejected.steps) == [0..<4, 4..<12])
    #expect(try bench.run([.make(.stageGated) { $0.minimumMargin = 0.6 }]).counts[.belowMargin] == 1)
  }

  @Test func `prefixes are trimmed to the end of a failure and to the success`() throws {
    var bench = Bench()
    bench.add("a", success: true, length: 20) { $0.successStep = 11 }
    bench.add("b", success: false, length: 30)
    let found = try bench.run([.make(.successFailure) { ($0.lastSteps, $0.stopsAtSuccess) = (8, true) }])
    #expect(found.pairs.first?.chosen.steps == 0..<12 && found.pairs.first?.rejected.steps == 22..<30)
  }
}
