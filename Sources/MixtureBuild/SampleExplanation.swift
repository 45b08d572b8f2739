internal import ByteIO
internal import EpisodeStore
public import JSON
internal import SampleShards

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
    let numbers = try source.numbers(of: origin)
    let entry = plan.entries[origin.entry]
    let shard = source.shard(of: origin)
    let instruction =
      numbers.instruction >= 0 && Int(numbers.instruction) < shard.texts.count
      ? String(decoding: shard.texts[Int(numbers.instruction)], as: UTF8.self) : nil
    let row = try Catalog.row(entry.store.path + "/" + StoreIndex.catalogName, ordinal: origin.episode.ordinal)
    json = [
      "position": JSONValue(position), "dataset": .string(entry.record.dataset), "store": .string(entry.store.path),
      "repetition": JSONValue(origin.repetition), "episode": JSONValue(origin.episode.ordinal),
      "episode_steps": JSONValue(origin.episode.length), "step": JSONValue(origin.step),
      "goal_step": origin.goal.map { JSONValue($0) } ?? .null, "store_shard": .string(shard.path),
      "split": JSONValue(row?.split), "source_file": JSONValue(row?.sourceFile),
      "source_record": row.map { JSONValue($0.sourceRecord) } ?? .null,
      "source_offset": row.map { JSONValue($0.sourceOffset) } ?? .null, "instruction": JSONValue(instruction),
      "action": JSONValue(numbers.action.map(Double.init)),
    ]
    var lines = [
      "sample \(position): `\(entry.record.dataset)`, repetition \(origin.repetition)",
      "  episode \(origin.episode.ordinal), step \(origin.step) of \(origin.episode.length)"
        + (origin.goal.map { ", goal at step \($0)" } ?? ""),
      "  store   \(shard.path)",
    ]
    if let row {
      lines.append(
        "  source  \(row.sourceFile), record \(row.sourceRecord), byte \(row.sourceOffset), split \(row.split)")
    }
    lines.append("  task    " + (instruction ?? "none"))
    text = lines.joined(separator: "\n")
  }
}
