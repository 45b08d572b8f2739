internal import Actions
internal import ByteIO
internal import DatasetManifest
internal import EpisodeStore
internal import Sampling

/// Decides about episodes by their content: instructions, normalised actions and states, null frames.
struct EpisodeJudge {
  /// What may be drawn of an episode.
  enum Verdict: Equatable {
    /// Its first so many steps.
    case all(Int)
    /// The steps that are true, maybe none.
    case some([Bool])
    /// Nothing, by this rule.
    case none(String)
  }

  private let rules: TrajectoryRules
  private let chunk: ActionChunk
  private let padding: ChunkPadding
  private let filter: NullActionFilter?
  private let absolute: [Bool]
  private let actionDimension: Int
  private let proprioDimension: Int
  private let action: ActionNormalizer?
  private let proprio: ActionNormalizer?
  private let filterAction: ActionNormalizer?
  private let reader = StoreReader()
  private var shard: StoreInput.Shard?
  private var instructions: [Int32] = []
  private var textDigests: [UInt64] = []

  /// Prepares for the episodes of `store`.
  ///
  /// - Throws: `ManifestError` for a store whose manifest cannot be read.
  init(_ store: StoreInput, _ manifest: MixtureManifest, _ statistics: DatasetStatistics) throws {
    rules = manifest.rules
    chunk = manifest.form.chunk
    padding = manifest.form.padding
    let dataset = try DatasetManifest(
      bytes: Array(store.index.manifestText.utf8), file: store.path + "/" + StoreIndex.fileName)
    filter = dataset.frameFilter
    absolute = store.index.absoluteMask
    actionDimension = store.index.actionDimension
    proprioDimension = store.index.proprioDimension
    action = manifest.form.normalization.type.map { ActionNormalizer($0, statistics: statistics.action) }
    proprio = manifest.form.normalization.type.map { ActionNormalizer($0, statistics: statistics.proprio) }
    filterAction = filter.map { _ in ActionNormalizer(.boundsQ99, statistics: statistics.action) }
  }

  /// Turns to the episodes of `shard`.
  mutating func begin(_ shard: StoreInput.Shard) {
    self.shard = shard
    instructions = []
    textDigests = shard.textDigests
  }

  /// The texts of all steps of the shard, −1 for none.
  private mutating func instructionIndex() throws -> [Int32] {
    guard let shard else { return [] }
    if instructions.isEmpty {
      instructions = try reader.values(
        "instruction.index", of: shard, rows: 0..<shard.indexRange.count / 4, width: 1, as: Int32.self)
    }
    return instructions
  }

  /// What the episode's task is called: a digest of its first instruction, nil where it has none.
  mutating func task(_ steps: Range<Int>) throws -> UInt64? {
    guard let text = try instructionIndex()[steps].first(where: { $0 >= 0 }), Int(text) < textDigests.count else {
      return nil
    }
    return textDigests[Int(text)]
  }

  /// What may be drawn of the episode that lies at `steps` of the shard.
  mutating func verdict(_ steps: Range<Int>) throws -> Verdict {
    guard let shard else { return .none("empty") }
    let frameCount = chunk.sampleCount(stepCount: steps.count, padding: padding)
    guard frameCount > 0 else { return .none(steps.isEmpty ? "empty" : "shorter_than_chunk") }
    let isLabeled = try rules.skipsUnlabeled ? task(steps) != nil : true
    if let rule = rules.exclusion(isLabeled: isLabeled, actions: [], proprio: nil) { return .none(rule.rawValue) }
    if rules.maximumAction != nil {
      var rows = try reader.floats("action", of: shard, rows: steps, width: actionDimension)
      try action?.normalize(&rows)
      if let rule = rules.exclusion(isLabeled: true, actions: rows, proprio: nil) { return .none(rule.rawValue) }
    }
    if rules.maximumProprio != nil, proprioDimension > 0 {
      var rows = try reader.floats("proprio", of: shard, rows: steps, width: proprioDimension)
      try proprio?.normalize(&rows)
      if let rule = rules.exclusion(isLabeled: true, actions: [], proprio: rows) { return .none(rule.rawValue) }
    }
    guard filter != nil || rules.noOps != nil else { return .all(frameCount) }
    var kept = [Bool](repeating: true, count: frameCount)
    let rows = try reader.floats("action", of: shard, rows: steps, width: actionDimension)
    if let noOps = rules.noOps {
      let moving = Set(try noOps.keptSteps(actions: rows, dimension: actionDimension))
      for step in kept.indices { kept[step] = moving.contains(step) }
    }
    if let filter, let filterAction {
      var normalized = rows
      try filterAction.normalize(&normalized)
      for step in kept.indices where kept[step] { kept[step] = try keeps(step, normalized, filter) }
    }
    return .some(kept)
  }

  /// Whether any action of the step's chunk is not null.
  private func keeps(_ step: Int, _ normalized: [Float], _ filter: NullActionFilter) throws -> Bool {
    var actions: [Float] = []
    try chunk.appendActions(
      of: normalized, absolute: absolute, at: step, goal: normalized.count / actionDimension - 1, to: &actions)
    return stride(from: 0, to: actions.count, by: actionDimension).contains { start in
      filter.keeps(actions.span.extracting(start..<start + actionDimension))
    }
  }
}
