public import Actions
internal import ByteIO
internal import EpisodeStore
public import JSON
internal import TensorFiles

/// The first actions of a store as a policy sees them: normalised, binned and as token ids.
public struct TokenPreview: Sendable {
  /// One step, in which each array has the A dimensions of the action.
  public struct Step: Sendable {
    /// As stored.
    public let action: [Float]
    /// As normalised.
    public let normalized: [Float]
    /// 0…255.
    public let bins: [Int]
    public let ids: [Int]
  }

  public let steps: [Step]

  /// Reads up to `count` steps from the beginning of the store at `path`.
  ///
  /// - Throws: `StoreError`, `ActionsError` and what reading the files throws.
  public init(
    _ path: String, count: Int, normalization: NormalizationType, vocabularySize: Int
  ) throws {
    let index = try StoreVerifier.index(path)
    let statistics = try StatisticsFile.statistics(
      JSONNode(file: path + "/" + StoreIndex.statisticsName), dataset: index.dataset)
    let normalizer = ActionNormalizer(normalization, statistics: statistics.action)
    let tokenizer = try ActionTokenizer(vocabularySize: vocabularySize)
    let width = index.actionDimension
    var steps: [Step] = []
    for shard in index.shards where steps.count < count {
      let file = try EpisodeShard(path + "/" + shard.file).file
      let bytes = try file.bytes("action")
      for row in 0..<min(count - steps.count, shard.stepCount) {
        let action = bytes[row * 4 * width..<(row + 1) * 4 * width].values(as: Float.self)
        var normalized = action
        try normalizer.normalize(&normalized)
        steps.append(
          Step(
            action: action, normalized: normalized, bins: normalized.map { tokenizer.bin(of: $0) },
            ids: tokenizer.encode(normalized)))
      }
    }
    self.steps = steps
  }

  /// The steps as JSON.
  public var json: JSONValue {
    .array(
      steps.map { step in
        [
          "action": JSONValue(step.action.map(Double.init)), "normalized": JSONValue(step.normalized.map(Double.init)),
          "bins": .array(step.bins.map { JSONValue($0) }), "ids": .array(step.ids.map { JSONValue($0) }),
        ]
      })
  }
}
