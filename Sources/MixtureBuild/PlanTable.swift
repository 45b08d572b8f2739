public import JSON
internal import SampleShards
internal import Sampling

/// A plan as a table: what will be seen how often.
public struct PlanTable: Sendable {
  /// One dataset.
  public struct Row: Sendable {
    public var dataset: String
    public var split: String
    public var weight: Double
    public var share: Double
    public var samples: Int
    public var episodes: Int
    public var frames: Int
    public var transitions: Int
    /// Samples for each frame.
    public var repeats: Double
    public var dropped: [(filter: String, count: Int)]
  }

  public var name: String
  public var seed: UInt64
  public var rows: [Row]
  public var sampleCount: Int
  public var epochSampleCount: Int?
  /// About how many bytes a build writes, where that can be told.
  public var byteCount: Int?
  public var warnings: [String]

  /// The table of a plan on stores.
  public init(_ plan: MixturePlan) {
    name = plan.manifest.name
    seed = plan.manifest.seed
    rows = plan.entries.map { entry in
      let record = entry.record
      return Row(
        dataset: record.dataset, split: record.split, weight: record.weight, share: record.share,
        samples: record.quota, episodes: record.episodeCount, frames: record.frameCount,
        transitions: record.transitionCount,
        repeats: record.frameCount == 0 ? 0 : Double(record.quota) / Double(record.frameCount), dropped: record.dropped)
    }
    sampleCount = plan.sampleCount
    epochSampleCount = plan.epochSampleCount
    byteCount = plan.estimatedByteCount
    warnings = plan.warnings
  }

  init(
    name: String, seed: UInt64, rows: [Row], sampleCount: Int, epochSampleCount: Int?, warnings: [String]
  ) {
    self.name = name
    self.seed = seed
    self.rows = rows
    self.sampleCount = sampleCount
    self.epochSampleCount = epochSampleCount
    self.warnings = warnings
  }

  /// The table as JSON.
  public var json: JSONValue {
    [
      "name": .string(name), "seed": .string(String(seed)), "samples": JSONValue(sampleCount),
      "epoch_samples": epochSampleCount.map { JSONValue($0) } ?? .null,
      "bytes": byteCount.map { JSONValue($0) } ?? .null,
      "datasets": .array(
        rows.map { row in
          [
            "dataset": .string(row.dataset), "split": .string(row.split), "weight": .real(row.weight),
            "share": .real(row.share), "samples": JSONValue(row.samples), "episodes": JSONValue(row.episodes),
            "frames": JSONValue(row.frames), "transitions": JSONValue(row.transitions),
            "repeats": .real(row.repeats),
            "dropped": .object(row.dropped.map { .init($0.filter, JSONValue($0.count)) }),
          ]
        }),
      "warnings": JSONValue(warnings),
    ]
  }
}
