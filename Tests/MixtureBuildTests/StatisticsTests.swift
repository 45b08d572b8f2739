import Actions
import ByteIO
import EpisodeStore
import JSON
import SampleShards
import TestSupport
import Testing

@testable import MixtureBuild

@Suite struct StatisticsTests {
  /// Four episodes of two steps; the first column is 0 1 | 10 11 | 20 21 | 30 31, the gripper 0 1 in each.
  private var store: TinyStore {
    var episodes: [TinyStore.Episode] = []
    for episode in 0..<4 {
      let action: [[Float]] = (0..<2).map { [Float(10 * episode + $0), Float($0)] }
      let proprio: [[Float]] = (0..<2).map { [Float(episode + $0)] }
      episodes.append(.init(action: action, proprio: proprio, success: episode % 2 == 0))
    }
    return TinyStore(train: episodes)
  }

  @Test func `without conditions the statistics are the store's`() throws {
    let workshop = try Workshop(store)
    let plan = try workshop.plan("entries: [{dataset: alpha, split: \"train[:2]\"}]")
    let statistics = plan.entries[0].statistics
    // Over all splits: 8 steps, (0 + 1 + 10 + 11 + 20 + 21 + 30 + 31) / 8 = 15.5.
    #expect(statistics.transitionCount == 8)
    #expect(statistics.trajectoryCount == 4)
    #expect(statistics.action.mean[0] == 15.5)
    #expect(statistics.action.min == [0, 0])
    #expect(statistics.action.max == [31, 1])
    #expect(plan.entries[0].record.transitionCount == 8)
    let path = plan.entries[0].store.path + "/" + StoreIndex.statisticsName
    #expect(plan.entries[0].statisticsDigest == (try SHA256Digest.hexadecimal(ofFile: path)))
  }

  @Test func `conditions bring statistics of what they leave`() throws {
    let workshop = try Workshop(store)
    let plan = try workshop.plan("entries: [{dataset: alpha, where: success = 1, split: \"train[:2]\"}]")
    let statistics = plan.entries[0].statistics
    // Episodes 0 and 2, whatever the split: 0 1 20 21, mean 42 / 4 = 10.5, deviations −10.5 −9.5 9.5 10.5, variance
    // (110.25 + 90.25) / 2 = 100.25. Proprio 0 1 2 3, mean 1.5.
    #expect(statistics.transitionCount == 4)
    #expect(statistics.trajectoryCount == 2)
    #expect(statistics.action.mean == [10.5, 0.5])
    #expect(abs(statistics.action.std[0] - 100.25.squareRoot()) < 1e-5)
    #expect(statistics.action.min[0] == 0)
    #expect(statistics.action.max[0] == 21)
    // 1 % of three intervals is 0.03 beyond the first value, 99 % as much before the last: 0.03 and 20.97.
    #expect(abs(statistics.action.q01[0] - 0.03) < 1e-5)
    #expect(abs(statistics.action.q99[0] - 20.97) < 1e-5)
    #expect(statistics.action.mask == [true, false])
    #expect(statistics.proprio.mean == [1.5])
    // Of episodes 0 and 1 only the first is kept.
    #expect(plan.entries[0].selection.frames.frameCount == 2)
    #expect(plan.entries[0].record.transitionCount == 4)
  }

  @Test func `the conditions of one store's entries count together`() throws {
    let workshop = try Workshop(store)
    try workshop.directory.write(Array("3\n".utf8), to: "keep.txt")
    let plan = try workshop.plan(
      """
      entries:
        - {dataset: alpha, where: ordinal = 0, split: all}
        - {dataset: alpha, episodes: "\(workshop("keep.txt"))", split: all}
      """)
    // Episodes 0 and 3: 0 1 30 31, mean 15.5.
    for entry in plan.entries {
      #expect(entry.statistics.transitionCount == 4)
      #expect(entry.statistics.action.mean[0] == 15.5)
      #expect(entry.statistics.action.max[0] == 31)
      #expect(entry.selection.frames.frameCount == 2)
    }
    #expect(plan.entries[0].statisticsDigest == plan.entries[1].statisticsDigest)
  }

  @Test func `one entry without conditions brings the store's statistics for all`() throws {
    let plan = try Workshop(store).plan(
      "entries:\n  - {dataset: alpha, where: ordinal = 0, split: all}\n  - {dataset: alpha, split: all}")
    #expect(plan.entries.map(\.statistics.transitionCount) == [8, 8])
  }

  @Test func `the mixture's statistics file has one key for each dataset`() async throws {
    var other = store
    other.name = "beta"
    let workshop = try Workshop(store, other)
    try await workshop.build(
      workshop.plan(
        "entries:\n  - {dataset: beta, where: ordinal = 1, split: all}\n  - {dataset: alpha}\n"
          + "  - {dataset: alpha, split: all}"))
    let root = try JSONNode(file: workshop("out/" + MixtureIndex.statisticsName))
    #expect(root.value.members?.map(\.name) == ["beta", "alpha"])
    #expect(try StatisticsFile.statistics(root, dataset: "beta").action.mean == [10.5, 0.5])
    // As the store has it, byte for byte, but for the key before.
    let own = try JSONNode(file: workshop("alpha/" + StoreIndex.statisticsName))
    #expect(root.value["alpha"] == own.value["alpha"])
  }

  @Test func `two stores of one dataset are refused`() throws {
    let workshop = try Workshop(store)
    try store.write(to: workshop("second"))
    let error = #expect(throws: MixtureError.self) {
      try workshop.plan("entries:\n  - {dataset: alpha}\n  - {store: \"\(workshop("second/alpha"))\"}")
    }
    #expect(error?.description.contains("m.yaml:5:5: entries[1]: ") == true, "\(error?.description ?? "")")
    #expect(error?.description.contains("both stores of `alpha`") == true)
  }

  @Test func `normalised rows come out as by hand`() async throws {
    let workshop = try Workshop(store)
    let samples = try await workshop.samples(
      "entries: [{dataset: alpha, where: ordinal < 2, split: all}]\nnormalization: bounds")
    // Column 0 runs from 0 to 11: 2 · x / 11 − 1; the gripper is not masked; proprio 0 1 1 2: x − 1.
    #expect(samples.count == 4)
    for sample in samples {
      let x = Float(10 * sample.ordinal + sample.step)
      #expect(abs(sample.action[0] - (2 * x / 11 - 1)) < 1e-6)
      #expect(sample.action[1] == Float(sample.step))
      #expect(abs(sample.proprio[0] - (Float(sample.ordinal + sample.step) - 1)) < 1e-6)
    }
    let raw = try await workshop.samples("entries: [{dataset: alpha}]\nnormalization: none", "raw")
    for sample in raw { #expect(sample.action == [Float(10 * sample.ordinal + sample.step), Float(sample.step)]) }
  }
}
