import ByteIO
import DatasetManifest
import EpisodeStore
import JSON
import SampleShards
import Sampling
import TestSupport
import Testing

@testable import MixtureBuild

@Suite struct ExplanationTests {
  private let lines =
    "entries: [{dataset: alpha, split: all}, {dataset: beta, split: all}]\nshard_size: 2kB\nsamples: 40\n"

  private func workshop() throws -> Workshop {
    var alpha = TinyStore("alpha", lengths: [5, 4])
    (alpha.licence, alpha.citation) = ("CC BY 4.0", "A, B:\n  On Alpha")
    return try Workshop(alpha, TinyStore("beta", lengths: [6]))
  }

  @Test(arguments: ["none", "uniform"])
  func `an explanation agrees with the shard and the catalog`(goal: String) async throws {
    let workshop = try workshop()
    let plan = try workshop.plan(lines + "goal: \(goal)")
    try await workshop.build(plan)
    let samples = try SampleSet(workshop("out"))
    let built = try BuiltSample.all(workshop("out"))
    for (position, sample) in built.enumerated() {
      let name = ["alpha", "beta"][sample.dataset]
      let planned = try SampleExplanation(plan, at: position)
      let found = try SampleExplanation(samples, at: position, plan: plan)
      let row = try #require(try Catalog.row(workshop("\(name)/catalog.sqlite"), ordinal: sample.ordinal))
      for json in [planned.json, found.json] {
        #expect(json["position"]?.integer == position)
        #expect(json["dataset"]?.text == name)
        #expect(json["episode"]?.integer == sample.ordinal)
        #expect(json["step"]?.integer == sample.step)
        #expect(json["goal_step"]?.integer == sample.goal)
        #expect(json["episode_steps"]?.integer == row.length)
        #expect(json["split"]?.text == row.split)
        #expect(json["source_file"]?.text == row.sourceFile)
        #expect(json["source_record"]?.integer == row.sourceRecord)
        #expect(json["source_offset"]?.integer == row.sourceOffset)
        #expect(json["instruction"]?.text == sample.instruction)
        #expect(json["action"]?.elements?.compactMap(\.double) == sample.action.map(Double.init))
      }
      #expect(planned.json["repetition"]?.integer == (try plan.order.sample(at: position).repetition))
      #expect(found.json["file"]?.text?.hasPrefix(workshop("out/samples-")) == true)
      #expect(planned.json["file"]?.text?.hasPrefix(workshop("\(name)/episodes-")) == true)
      #expect(
        planned.text.contains("sample \(position): `\(name)`, episode \(sample.ordinal), step \(sample.step) of "))
      #expect(planned.text.contains("  source  \(name)-train.tfrecord, record \(sample.ordinal), byte "))
      let alone = try SampleExplanation(samples, at: position, plan: nil)
      #expect(alone.json["source_file"] == .null)
      #expect(alone.json["step"]?.integer == sample.step)
    }
  }

  @Test func `positions that there are not, and plans of other stores, are refused`() async throws {
    let workshop = try workshop()
    let plan = try workshop.plan(lines)
    try await workshop.build(plan)
    try await workshop.build(plan, "virtual") { $0.content = .plan }
    let samples = try SampleSet(workshop("out"))
    for position in [-1, 40, Int.max] {
      #expect(throws: SamplingError.self) { try SampleExplanation(plan, at: position) }
      #expect(throws: SampleShardError.self) { try SampleExplanation(samples, at: position, plan: plan) }
    }
    let other = try workshop.plan(lines + "seed: 2")
    let error = #expect(throws: MixtureError.self) { try SampleExplanation(samples, at: 0, plan: other) }
    #expect(error?.description.contains("its stores are not those that it was built from") == true)
    #expect(throws: SampleShardError.self) {
      try SampleExplanation(SampleSet(workshop("virtual")), at: 0, plan: plan)
    }
  }

  // MARK: - Licences and tables

  @Test func `licences are gathered with their samples`() async throws {
    let workshop = try workshop()
    let index = try #require(try await workshop.build(workshop.plan(lines)).index)
    // 40 · 9 / 15 = 24.
    let rollUp = LicenceRollUp(index)
    #expect(
      rollUp.json
        == [
          ["licence": "CC BY 4.0", "datasets": ["alpha"], "samples": 24],
          ["licence": "unknown", "datasets": ["beta"], "samples": 16],
        ])
    #expect(
      rollUp.text
        == "licence CC BY 4.0: alpha (24 samples)\nlicence unknown: beta (16 samples)\ncite alpha: A, B:   On Alpha")
  }

  @Test func `datasets of one licence share a line`() async throws {
    var (alpha, beta) = (TinyStore("alpha", lengths: [3]), TinyStore("beta", lengths: [2]))
    (alpha.licence, beta.licence) = ("MIT", "MIT")
    let workshop = try Workshop(alpha, beta)
    let index = try #require(
      try await workshop.build(workshop.plan("entries: [{dataset: alpha}, {dataset: beta}]")).index)
    #expect(LicenceRollUp(index).text == "licence MIT: alpha, beta (5 samples)")
  }

  @Test func `the table says what a build holds`() async throws {
    let workshop = try workshop()
    let plan = try workshop.plan(lines + "chunk: 5\npadding: drop")
    let table = PlanTable(plan)
    #expect(table.name == "m")
    #expect(table.rows.map(\.dataset) == ["alpha", "beta"])
    #expect(table.rows.map(\.frames) == [1, 2])
    #expect(table.rows.map(\.transitions) == [9, 6])
    #expect(table.rows.map(\.samples) == [24, 16])
    #expect(table.rows.map(\.share) == [0.6, 0.4])
    #expect(table.rows.map(\.repeats) == [24, 8])
    #expect(table.rows[0].dropped.map(\.filter) == ["shorter_than_chunk"])
    #expect(
      table.warnings == [
        "`alpha` repeats 24.0 times; lower its weight, or its frames will be learnt by heart",
        "`alpha`: the filters leave no episode of 1 of its 2 tasks",
      ])
    let json = table.json
    #expect(json["samples"]?.integer == 40)
    // 9 / (9 / 15) and 6 / (6 / 15): 15 samples see each of both once.
    #expect(json["epoch_samples"]?.integer == 15)
    #expect(json["datasets"]?.elements?[0]["dropped"] == ["shorter_than_chunk": 1])
    #expect(json["warnings"] == JSONValue(plan.warnings))
    // The estimate comes near what is written, safetensors headers and texts left aside.
    let report = try await workshop.build(plan)
    let headers = 2000 * report.shardCount
    #expect(abs((table.byteCount ?? 0) - report.byteCount) < headers)
  }

  @Test func `an estimate beyond all bounds is no crash`() throws {
    let plan = try workshop().plan(
      "entries: [{dataset: alpha}]\nsamples: 1099511627776\nwindow: 1024\nshard_size: 1024TiB\n"
        + "image: {form: raw, size: [16384, 16384]}")
    #expect(PlanTable(plan).byteCount == Int.max)
    #expect(plan.sampleByteCount > 8e11)
  }

  // MARK: - Published sizes

  @Test(arguments: [
    ("oxe_magic_soup", 11_169_831), ("oxe_magic_soup_plus", 15_361_038), ("oxe_magic_soup_plus_minus", 14_772_276),
  ])
  func `the published mixtures have the reference's lengths`(name: String, length: Int) throws {
    let manifest = try MixtureManifest(path: Repository.root + "/manifests/mixtures/\(name).yaml")
    let registry = try DatasetRegistry([Repository.root + "/manifests/datasets"])
    let table = try SimulatedPlan(manifest, registry, lookup: { _ in nil }).table
    #expect(table.epochSampleCount == length)
    #expect(table.sampleCount == length)
    #expect(table.rows.map(\.samples).reduce(0, +) == length)
    #expect(table.rows.map(\.dataset) == manifest.entries.map(\.name))
    // float64 sums of shares come near 1.
    #expect(abs(table.rows.map(\.share).reduce(0, +) - 1) < 1e-12)
    for row in table.rows {
      #expect(abs(Double(row.samples) - row.share * Double(length)) < 1)
      #expect(row.frames == row.transitions)
      #expect(row.transitions == registry[row.dataset]?.about.transitions)
      #expect(row.repeats == Double(row.samples) / Double(row.frames))
    }
    #expect(table.byteCount == nil)
  }

  @Test func `a simulation needs published sizes`() throws {
    let registry = try DatasetRegistry([Repository.root + "/manifests/datasets"])
    let manifest = try MixtureManifest(
      bytes: Array("name: m\nentries:\n  - dataset: nowhere\n".utf8), file: "m.yaml")
    let error = #expect(throws: MixtureError.self) {
      try SimulatedPlan(manifest, registry, lookup: { _ in nil })
    }
    #expect(error?.kind == .inputMissing)
    #expect(
      error?.description
        == "m.yaml:3:5: entries[0]: the registry has no dataset `nowhere`; plan on its store, without --simulate")
  }
}
