import ByteIO
import JSON
import SampleShards
import Sampling
import TestSupport
import Testing

@testable import MixtureBuild

@Suite struct AmountTests {
  /// Stores of 30, 10 and 4 steps.
  private func workshop() throws -> Workshop {
    try Workshop(
      TinyStore("alpha", lengths: [9, 11, 10]), TinyStore("beta", lengths: [6, 4]), TinyStore("gamma", lengths: [4]))
  }

  private func entries(_ weights: [String]) -> String {
    "entries:\n"
      + zip(["alpha", "beta", "gamma"], weights).map { "  - {dataset: \($0), split: all, weight: \($1)}\n" }.joined()
  }

  private func quotas(_ plan: MixturePlan) -> [Int] { plan.entries.map(\.record.quota) }

  @Test(arguments: [
    // 30 · 1 : 10 · 2 : 4 · 0.5 = 30 : 20 : 2; 104 samples are twice as many.
    ("openvla", ["1", "2", "0.5"], 104, [60, 40, 4]),
    ("absolute", ["1", "2", "1"], 104, [26, 52, 26]),
    ("uniform", ["1", "2", "0.5"], 99, [33, 33, 33]),
    // 30 : 10 : 4 by temperature 1.
    ("{temperature: 1}", ["1", "2", "0.5"], 44, [30, 10, 4]),
    // 100 / 3 = 33 1/3 each; the sample that is left goes to the first of equal fractions.
    ("uniform", ["1", "1", "1"], 100, [34, 33, 33]),
    // 30 : 10 : 4 of 7 is 4.77, 1.59, 0.64: the first and the last are rounded up.
    ("openvla", ["1", "1", "1"], 7, [5, 1, 1]),
  ])
  func `quotas follow the weighting`(scheme: String, weights: [String], samples: Int, expected: [Int]) throws {
    let plan = try workshop().plan(entries(weights) + "weighting: \(scheme)\nsamples: \(samples)")
    #expect(quotas(plan) == expected)
    #expect(plan.sampleCount == samples)
    #expect(plan.order.count == samples)
  }

  @Test func `high temperatures come near equal shares`() throws {
    let plan = try workshop().plan(entries(["1", "1", "1"]) + "weighting: {temperature: 2}\nsamples: 1000")
    // √30 : √10 : √4 = 5.477 : 3.162 : 2 of 10.639: 514.79, 297.22, 187.98.
    #expect(quotas(plan) == [515, 297, 188])
  }

  @Test func `a file gives weights by name`() throws {
    let workshop = try workshop()
    try workshop.directory.write(Array(#"{"gamma": 6, "alpha": 1, "beta": 3, "other": 9}"#.utf8), to: "w.json")
    let lines = entries(["1", "1", "1"]) + "samples: 20\nweighting: {file: \"\(workshop("w.json"))\"}"
    #expect(quotas(try workshop.plan(lines)) == [2, 6, 12])
    for (text, words) in [
      (#"{"alpha": 1, "beta": 3}"#, "gamma"), (#"{"alpha": -1, "beta": 3, "gamma": 1}"#, "a weight of 0 or more"),
      (#"{"alpha": "1", "beta": 3, "gamma": 1}"#, "alpha"), ("[1, 2]", "object"), ("{", "w.json"),
      (#"{"alpha": 0, "beta": 0, "gamma": 0}"#, "m.yaml"), (#"{"alpha": 1e999, "beta": 0, "gamma": 0}"#, "w.json"),
    ] {
      try workshop.directory.write(Array(text.utf8), to: "w.json")
      do {
        _ = try workshop.plan(lines)
        Issue.record("\(text) was taken")
      } catch {
        #expect("\(error)".contains(words), "\(error)")
        #expect(!"\(error)".contains("\n"))
      }
    }
  }

  @Test(arguments: [
    // An epoch sees each of the entries of weight 1 once: 30 / (30 / 52) = 52 and 52 samples at most, 10 / (20/52) = 26.
    ("", ["1", "2", "0.5"], "", 52, 52), ("epochs: 2.5\n", ["1", "2", "0.5"], "", 130, 52),
    ("epochs: 0.5\n", ["1", "1", "1"], "", 22, 44),
    // Measured by gamma alone: 4 / (2 / 52) = 104.
    ("epochs: 1\n", ["1", "2", "0.5"], "epoch_of: [gamma]\n", 104, 104),
  ])
  func `epochs are those of the entries of weight 1`(
    amount: String, weights: [String], measure: String, samples: Int, epoch: Int
  ) throws {
    let plan = try workshop().plan(entries(weights) + amount + measure)
    #expect(plan.sampleCount == samples)
    #expect(plan.epochSampleCount == epoch)
  }

  @Test(arguments: [7, 44, 100, 131])
  func `each frame is in the shards as often as its quota says, rounded`(samples: Int) async throws {
    let workshop = try workshop()
    let plan = try workshop.plan(entries(["1", "3", "0.25"]) + "seed: 5\nsamples: \(samples)")
    try await workshop.build(plan)
    let built = try BuiltSample.all(workshop("out"))
    #expect(built.count == samples)
    var counts: [BuiltSample.Origin: Int] = [:]
    for sample in built { counts[sample.origin, default: 0] += 1 }
    for (dataset, (entry, lengths)) in zip(plan.entries, [[9, 11, 10], [6, 4], [4]]).enumerated() {
      let (quota, frames) = (entry.record.quota, entry.record.frameCount)
      var sum = 0
      for (ordinal, length) in lengths.enumerated() {
        for step in 0..<length {
          let count = counts[.init(dataset: dataset, ordinal: ordinal, step: step)] ?? 0
          #expect(count == quota / frames || count == (quota + frames - 1) / frames)
          sum += count
        }
      }
      #expect(sum == quota)
    }
  }

  @Test func `positions are those of the plan's order`() async throws {
    let workshop = try workshop()
    let plan = try workshop.plan(entries(["1", "3", "0.25"]) + "seed: 5\nsamples: 90")
    try await workshop.build(plan)
    let source = SampleSource(plan)
    for (position, sample) in try BuiltSample.all(workshop("out")).enumerated() {
      let origin = try source.origin(of: position)
      #expect(
        sample.origin == .init(dataset: origin.entry, ordinal: origin.episode.ordinal, step: origin.step))
    }
  }

  @Test func `an entry of weight 0 is never drawn, and a warning says so`() async throws {
    let workshop = try workshop()
    let plan = try workshop.plan(entries(["1", "0", "1"]) + "samples: 17")
    #expect(quotas(plan) == [15, 0, 2])
    #expect(plan.warnings == ["`beta` has a weight of 0 and is never drawn"])
    try await workshop.build(plan)
    #expect(Set(try BuiltSample.all(workshop("out")).map(\.dataset)) == [0, 2])
  }

  @Test func `an entry without frames is refused unless its weight is 0`() throws {
    let workshop = try workshop()
    let lines = { (weight: String) in
      "entries:\n  - {dataset: alpha}\n  - dataset: beta\n    weight: \(weight)\nsamples: 5\nchunk: 7\npadding: drop"
    }
    let error = #expect(throws: MixtureError.self) { try workshop.plan(lines("1")) }
    let text = error?.description ?? ""
    #expect(text.contains("/m.yaml:5:5: entries[1]: no frame of "), "\(text)")
    // 95 % of two episodes is two.
    #expect(text.contains("(left out: 2 by shorter_than_chunk)"), "\(text)")
    #expect(quotas(try workshop.plan(lines("0"))) == [5, 0])
  }

  @Test func `a dataset that repeats more than ten times is warned of`() throws {
    let plan = try workshop().plan(entries(["1", "1", "1"]) + "weighting: uniform\nsamples: 132")
    // 44 samples of 4 frames are 11 repeats.
    #expect(plan.warnings == ["`gamma` repeats 11.0 times; lower its weight, or its frames will be learnt by heart"])
    #expect(PlanTable(plan).rows.map(\.repeats) == [44.0 / 30, 4.4, 11])
    #expect(try workshop().plan(entries(["1", "1", "1"]) + "weighting: uniform\nsamples: 120").warnings.isEmpty)
  }

  @Test func `filters that leave a task without episodes are warned of`() throws {
    // Tasks are 0 1 2 0 1 2.
    let workshop = try Workshop(TinyStore(lengths: [1, 1, 1, 2, 2, 2]))
    let plan = try workshop.plan("entries: [{dataset: alpha, split: all, where: ordinal % 3 = 0 OR ordinal = 5}]")
    #expect(plan.warnings == ["`alpha`: the filters leave no episode of 1 of its 3 tasks"])
    #expect(try workshop.plan("entries: [{dataset: alpha, split: all}]\nchunk: 2\npadding: drop").warnings.isEmpty)
  }

  @Test(arguments: 0..<16)
  func `quotas are exact for any weights`(seed: UInt64) throws {
    var generator = SeededGenerator(seed)
    let weights = (0..<3).map { _ in "\(Double(Int.random(in: 0...4000, using: &generator)) / 1000 + 0.001)" }
    let samples = Int.random(in: 1...100_000, using: &generator)
    let manifest = try MixtureManifest(
      bytes: Array(("name: m\nstores: x\n" + entries(weights) + "samples: \(samples)").utf8), file: "m.yaml")
    let sizes = (0..<3).map { _ in Int.random(in: 1...1_000_000, using: &generator) }
    let amounts = try MixtureAmounts(
      manifest, sizes: sizes, lookup: { _ in nil }, drawable: [true, true, true])
    #expect(amounts.quotas.reduce(0, +) == samples)
    for (quota, share) in zip(amounts.quotas, amounts.shares) {
      #expect(abs(Double(quota) - share * Double(samples)) < 1)
    }
  }
}
