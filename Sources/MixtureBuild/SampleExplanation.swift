internal import ByteIO
internal import EpisodeStore
public import JSON
public import SampleShards
internal import Sampling
internal import TensorFiles

/// Where one sample of a mixture comes from, back to the record that it was read from.
public struct SampleExplanation: Sendable {
  public let json: JSONValue
  /// The same in lines for people.
  public let text: String

  /// Explains the sample at `position` of `plan`.
  ///
  /// - Throws: `SamplingError` for a position that there is not, `StoreError`.
  public init(_ plan: MixturePlan, at position: Int) throws {
    let source = SampleSource(plan)
    let origin = try source.origin(of: position)
    let (numbers, row) = try source.numbers(of: origin)
    let entry = plan.entries[origin.entry]
    let shard = source.shard(of: origin)
    let text =
      shard.texts.indices.contains(Int(row)) ? String(decoding: shard.texts[Int(row)], as: UTF8.self) : nil
    try self.init(
      Facts(
        position: position, dataset: entry.record.dataset, ordinal: origin.episode.ordinal, step: origin.step,
        goal: origin.goal, instruction: text, action: numbers.action, repetition: origin.repetition, file: shard.path,
        catalog: entry.store.path + "/" + StoreIndex.catalogName))
  }

  /// Explains the sample at `position` of a built mixture, by what its shards say.
  ///
  /// `plan`, of the same manifest, gives the source's file and record; without it they stay unknown.
  /// - Throws: `SampleShardError` for a position that there is not, `MixtureError` when the plan is not that of the
  ///   mixture, `StoreError`.
  public init(_ samples: SampleSet, at position: Int, plan: MixturePlan?) throws {
    guard !samples.index.shards.isEmpty else {
      throw SampleShardError(.usage, file: samples.path, "it holds a plan only; explain its manifest instead")
    }
    guard (0..<samples.count).contains(position) else {
      throw SampleShardError(
        .usage, file: samples.path, "there is no sample \(position); give 0 to \(samples.count - 1)")
    }
    if let plan, plan.digest != samples.index.planDigest {
      throw MixtureError("\(samples.path): its stores are not those that it was built from; verify them")
    }
    let (number, sample) = samples.place(of: position)
    let shard = try samples.shard(number)
    let dataset = Int(shard.datasetIndex[sample])
    let goal = samples.index.layout.hasGoal ? try shard.bytes("goal.step", sample: sample) : nil
    try self.init(
      Facts(
        position: position, dataset: samples.index.entries[dataset].dataset,
        ordinal: Int(clamping: shard.episodeOrdinal[sample]), step: Int(shard.stepIndex[sample]),
        goal: goal.map { Int($0.integer(at: 0, as: UInt32.self)) },
        instruction: shard.instruction(sample).map { String(decoding: $0.array, as: UTF8.self) },
        action: shard.floats("action", sample: sample), repetition: nil, file: shard.file.path,
        catalog: plan.map { $0.entries[dataset].store.path + "/" + StoreIndex.catalogName }))
  }

  /// What is known of a sample.
  private struct Facts {
    var position: Int
    var dataset: String
    var ordinal: Int
    var step: Int
    var goal: Int?
    var instruction: String?
    var action: [Float]
    var repetition: Int?
    /// Where the sample was read from.
    var file: String
    /// The catalog that knows the episode's source.
    var catalog: String?
  }

  private init(_ facts: Facts) throws {
    let row = try facts.catalog.flatMap { try Catalog.row($0, ordinal: facts.ordinal) }
    json = [
      "position": JSONValue(facts.position), "dataset": .string(facts.dataset),
      "episode": JSONValue(facts.ordinal), "step": JSONValue(facts.step),
      "repetition": facts.repetition.map { JSONValue($0) } ?? .null,
      "goal_step": facts.goal.map { JSONValue($0) } ?? .null, "file": .string(facts.file),
      "episode_steps": row.map { JSONValue($0.length) } ?? .null, "split": JSONValue(row?.split),
      "source_file": JSONValue(row?.sourceFile), "source_record": row.map { JSONValue($0.sourceRecord) } ?? .null,
      "source_offset": row.map { JSONValue($0.sourceOffset) } ?? .null, "instruction": JSONValue(facts.instruction),
      "action": JSONValue(facts.action.map(Double.init)),
    ]
    var lines = [
      "sample \(facts.position): `\(facts.dataset)`, episode \(facts.ordinal), step \(facts.step)"
        + (row.map { " of \($0.length)" } ?? "") + (facts.goal.map { ", goal at step \($0)" } ?? "")
        + (facts.repetition.map { ", repetition \($0)" } ?? "")
    ]
    lines.append("  from    \(facts.file)")
    if let row {
      lines.append(
        "  source  \(row.sourceFile), record \(row.sourceRecord), byte \(row.sourceOffset), split \(row.split)")
    }
    lines.append("  task    " + (facts.instruction ?? "none"))
    text = lines.joined(separator: "\n")
  }
}
