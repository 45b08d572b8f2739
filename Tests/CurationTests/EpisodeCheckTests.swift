import Curation
import ImageCodec
import Testing

/// Each check on one changed episode of an otherwise clean store, with values worked out by hand.
@Suite struct EpisodeCheckTests {
  typealias Episode = SyntheticStore.Episode

  /// A check, what is done to episode 5, and what must be found.
  struct Case: CustomTestStringConvertible, Sendable {
    let check: String
    var value: Double?
    var steps: ClosedRange<Int>?
    let change: @Sendable (inout Episode) throws -> Void
    var testDescription: String { check }
  }

  private static func gray(_ value: UInt8, side: Int = 24) throws -> [UInt8] {
    let shape = ImageShape(height: side, width: side, channels: 3)
    return try ImageEncoder.png(Raster(shape: shape, samples: [UInt8](repeating: value, count: side * side * 3)))
  }

  static let cases: [Case] = [
    Case(check: "non-finite", value: 2, steps: 5...6) {
      $0.a[5][1] = .nan; $0.s[6][0] = .infinity
    },
    Case(check: "broken-flags", value: 1, steps: 7...7) { $0.isTerminal[7] = 1 },
    Case(check: "too-few-steps", value: 2, steps: nil) { $0 = cut($0, 2) },
    // The centre is 0 and the range 2: 30 lies 15 ranges away.
    Case(check: "out-of-bounds", value: 15, steps: 9...9) { $0.a[9][2] = 30 },
    Case(check: "empty-instruction", value: 3, steps: 4...6) { for i in 4...6 { $0.instruction[i] = " " } },
    Case(check: "placeholder-instruction", value: 1, steps: 0...23) {
      for i in 0..<24 { $0.instruction[i] = "task 7" }
    },
    Case(check: "changing-instruction", value: 2, steps: 11...12) {
      for i in 12..<24 { $0.instruction[i] = "open the drawer" }
    },
    // 6 of 24 steps.
    Case(check: "truncated", value: 0.25, steps: 0...5) { $0 = cut($0, 6) },
    // 14 of 24 steps have null commands and a state that stays.
    Case(check: "idle", value: 14.0 / 24, steps: 12...23) { still(&$0, Array(12..<24) + [2, 3]) },
    Case(check: "idle-padding", value: 0.5, steps: 12...23) { still(&$0, Array(12..<24)) },
    Case(check: "no-op", value: 13.0 / 24, steps: 11...23) { still(&$0, Array(11..<24)) },
    // Cut are the 8 idle steps, and the 8 before and the 8 after them, which are fewer than 16.
    Case(check: "keep-ranges", value: 1, steps: 0...23) { still(&$0, Array(8..<16)) },
    Case(check: "no-motion", value: 0, steps: 0...23) { episode in
      for step in 0..<24 { episode.s[step] = episode.s[0] }
    },
    Case(check: "saturation", value: 8.0 / 24, steps: 4...11) { episode in
      for step in 4..<12 { episode.a[step][0] = 1 }
      episode.a[3][0] = 0
      episode.a[12][0] = 0
    },
    Case(check: "action-jump", value: nil, steps: 9...10) { $0.a[9][1] = 6 },
    Case(check: "glitch", value: nil, steps: 9...9) { $0.a[9][1] = 6 },
    Case(check: "dead-dimension", value: 1, steps: 0...23) { episode in
      for step in 0..<24 { episode.a[step][2] = 0.25 }
      episode.follow()
    },
    // The command turns at each of 23 steps.
    Case(check: "gripper-chatter", value: 23.0 / 24, steps: 1...23) { episode in
      for step in 0..<24 { episode.a[step][3] = Float(step % 2) }
    },
    Case(check: "gripper-inert", value: 1, steps: 0...23) { episode in
      for step in 0..<24 { episode.a[step][3] = 1 }
    },
    Case(check: "frozen-state", value: 12, steps: 6...17) { episode in
      for step in 7..<18 { episode.s[step] = episode.s[6] }
    },
    Case(check: "action-state-lag", value: 4, steps: 0...23) { episode in
      let before = episode.a
      for step in 0..<24 { for d in 0..<3 { episode.a[step][d] = before[max(step - 4, 0)][d] } }
    },
    Case(check: "undecodable-image", value: 1, steps: 8...8) { $0.frames[8] = Array($0.frames[8].prefix(60)) },
    Case(check: "missing-image", value: 6.0 / 24, steps: 3...8) { for i in 3...8 { $0.wrist[i] = [] } },
    Case(check: "zero-frame", value: 2, steps: 10...11) { for i in 10...11 { $0.frames[i] = try gray(0) } },
    Case(check: "black-camera", value: 0.5, steps: 0...11) { for i in 0..<12 { $0.frames[i] = try gray(11) } },
    Case(check: "overexposed-camera", value: 0.25, steps: 0...5) { for i in 0..<6 { $0.frames[i] = try gray(252) } },
    Case(check: "flat-camera", value: 0.125, steps: 20...22) { for i in 20...22 { $0.wrist[i] = try gray(90) } },
    Case(check: "frozen-camera", value: 7, steps: 2...8) { for i in 3...8 { $0.frames[i] = $0.frames[2] } },
    Case(check: "swapped-cameras", value: nil, steps: 0...23) { swap(&$0.frames, &$0.wrist) },
    Case(check: "shape-drift", value: 2, steps: 4...5) { for i in 4...5 { $0.frames[i] = try gray(90, side: 20) } },
  ]

  static func cut(_ episode: Episode, _ count: Int) -> Episode {
    var cut = episode
    cut.a.removeLast(episode.count - count)
    cut.s.removeLast(episode.count - count)
    cut.instruction.removeLast(episode.count - count)
    cut.frames.removeLast(episode.count - count)
    cut.wrist.removeLast(episode.count - count)
    cut.isFirst = (0..<count).map { $0 == 0 ? 1 : 0 }
    cut.isLast = (0..<count).map { $0 == count - 1 ? 1 : 0 }
    cut.isTerminal = cut.isLast
    return cut
  }

  /// Null commands at `steps`, the gripper as before.
  static func still(_ episode: inout Episode, _ steps: [Int]) {
    for step in steps.sorted() {
      episode.a[step] = [0, 0, 0, step == 0 ? 1 : episode.a[step - 1][3]]
      episode.s[step][3] = step == 0 ? 1 : episode.s[step - 1][3]
    }
    episode.follow()
  }

  @Test(arguments: cases)
  func `a changed episode is found with its value and its steps`(_ sample: Case) async throws {
    let store = try SyntheticStore { number, episode in if number == 5 { try sample.change(&episode) } }
    let low: [String: Double] = ["saturation": 0.3]
    let report = try await StoreCheck(
      store.path, CheckSelection([sample.check], thresholds: low.filter { $0.key == sample.check })
    ).run()
    let finding = try #require(report.findings.first, "\(report.outcomes)")
    #expect(report.findings.count == 1 && finding.episode == 5, "\(report.findings)")
    #expect(finding.check == sample.check && !finding.message.isEmpty)
    if let value = sample.value { #expect(abs(finding.value - value) < 1e-6, "\(finding)") }
    if let steps = sample.steps { #expect(finding.steps == steps, "\(finding)") }
  }

  @Test func `a clean store has no defect and no risk, and every check is assessed or says why not`() async throws {
    let store = try SyntheticStore(splits: ["train", "val"])
    let report = try await StoreCheck(store.path, CheckSelection()).run()
    #expect(report.findings.filter { $0.checkClass != .info } == [])
    #expect(report.outcomes.count == CheckCatalog.all.count)
    for outcome in report.outcomes {
      let episodes = outcome.check.scope == .episode ? 24 : 1
      let missing = outcome.notAssessed.reduce(0) { $0 + $1.episodeCount }
      if outcome.check.scope == .episode { #expect(outcome.assessedCount + missing == episodes, "\(outcome.check.id)") }
      #expect(outcome.assessedCount > 0 || outcome.check.needs.contains(.timestamps), "\(outcome.check.id)")
    }
  }

  @Test func `copies are found on the later episode, across splits too`() async throws {
    let store = try SyntheticStore(splits: ["train", "val"]) { number, episode in
      if number == 20 { episode = try SyntheticStore.episode(3, images: true) }
      if number == 22 {
        episode = try SyntheticStore.episode(4, images: true)
        episode.a[6][0] += 0.02
      }
      if number >= 12 { episode.split = "val" }
    }
    let selection = try CheckSelection(["exact-duplicate", "near-duplicate", "split-leakage"])
    let findings = try await StoreCheck(store.path, selection, images: .leftOut).run().findings
    #expect(findings.map(\.check) == ["exact-duplicate", "near-duplicate", "split-leakage", "split-leakage"])
    #expect(findings.map(\.episode) == [20, 22, 20, 22])
    #expect(findings[0].message.contains("episode 3") && findings[1].message.contains("episode 4"))
  }

  @Test func `what is left out says so and has no score`() async throws {
    let store = try SyntheticStore(images: false)
    let report = try await StoreCheck(store.path, CheckSelection(["black-camera", "time-order"])).run()
    #expect(report.outcomes.map(\.assessedCount) == [0, 0])
    #expect(report.outcomes.allSatisfy { $0.scores.allSatisfy(\.isNaN) })
    #expect(
      report.outcomes.map { $0.notAssessed.map(\.text) } == [
        ["the store has no time stamps"], ["the store has no frames"],
      ])
  }

  @Test func `a threshold of one's own moves the line`() async throws {
    let store = try SyntheticStore(images: false) { number, episode in if number == 5 { episode.a[9][2] = 30 } }
    let selection = try CheckSelection(["out-of-bounds"], thresholds: ["out-of-bounds": 16])
    #expect(try await StoreCheck(store.path, selection).run().findings == [])
  }
}
