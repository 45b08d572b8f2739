internal import ByteIO
internal import JSON
internal import PairShards
internal import Preferences
internal import TensorFiles

/// Writes the pairs of a plan: shards with their masks, and `pairs.jsonl`.
struct PairShardBuild {
  /// The pairs of a shard.
  static let pairsPerShard = 65_536

  private let plan: PairPlan
  /// The number that the set gives each rollout that is used.
  private let rows: [Int: Int]
  private let taskRows: [String: Int]

  init(_ plan: PairPlan) {
    self.plan = plan
    rows = Dictionary(uniqueKeysWithValues: plan.episodes.enumerated().map { ($0.element.rollout, $0.offset) })
    taskRows = Dictionary(uniqueKeysWithValues: plan.tasks.enumerated().map { ($0.element.name, $0.offset) })
  }

  /// Which pairs go into which shard.
  static func cuts(_ count: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: pairsPerShard).map { $0..<min($0 + pairsPerShard, count) }
  }

  /// Writes the pairs of `range` to `path`.
  ///
  /// - Throws: `StoreError`, `FileError`.
  func write(_ range: Range<Int>, to path: String) throws -> (byteCount: Int, sha256: String) {
    let pairs = plan.pairs[range]
    var (chosenMask, rejectedMask): ([UInt8], [UInt8]) = ([], [])
    let parts = plan.manifest.filters.mask.masksShared ? ["proprio"] + plan.layout.views.map { "image." + $0.name } : []
    let cache = StepCache { index in
      try plan.reader.table(
        plan.table.places[index], length: plan.rollouts[index].length, parts: parts, views: plan.layout.views)
    }
    for pair in pairs {
      let mask = StepMask(
        pair, plan.manifest.filters.mask, try cache.table(pair.chosen.rollout), try cache.table(pair.rejected.rollout),
        absolute: plan.absolute)
      chosenMask += mask.chosen
      rejectedMask += mask.rejected
    }
    let writer = try SafetensorsWriter(
      path,
      PairLayout.pairTensors(
        pairs: pairs.count, chosenSteps: chosenMask.count, rejectedSteps: rejectedMask.count),
      metadata: ["format": "armature.pairs/1"])
    for tensor in writer.order {
      try writer.append(tensor.name) { file in
        switch tensor.name {
        case "pair.id":
          try file.append(values: pairs.map { UInt64($0.id(plan.rollouts), radix: 16) ?? 0 })
        case "weight": try file.append(values: pairs.map { Float($0.weight) })
        case "margin": try file.append(values: pairs.map { Float($0.margin) })
        case "task.index":
          try file.append(values: pairs.map { UInt32(taskRows[plan.rollouts[$0.chosen.rollout].task] ?? 0) })
        case "anchor": try file.append(values: pairs.map { Int32($0.anchor ?? -1) })
        case "strategy": try file.append(pairs.map(\.strategy.code))
        case "unit": try file.append(pairs.map { Self.code($0.unit) })
        case "split":
          try file.append(pairs.map { Self.code(plan.manifest.split.split($0, plan.rollouts)) })
        case "chosen.step_mask": try file.append(chosenMask)
        case "rejected.step_mask": try file.append(rejectedMask)
        default: try append(tensor.name, pairs, to: file)
        }
      }
    }
    return try writer.commit()
  }

  /// The number of a case among all of its type.
  private static func code<Case: CaseIterable & Equatable>(_ value: Case) -> UInt8 {
    UInt8(Array(Case.allCases).firstIndex(of: value) ?? 0)
  }

  private func append(_ name: String, _ pairs: ArraySlice<PreferencePair>, to file: AtomicFile) throws(FileError) {
    let sides = pairs.map { name.hasPrefix("chosen") ? $0.chosen : $0.rejected }
    switch name.split(separator: ".").last {
    case "episode": try file.append(values: sides.map { UInt32(rows[$0.rollout] ?? 0) })
    case "begin": try file.append(values: sides.map { UInt32($0.steps.lowerBound) })
    case "end": try file.append(values: sides.map { UInt32($0.steps.upperBound) })
    default:
      var end: UInt64 = 0
      var offsets = [end]
      for side in sides {
        end += UInt64(side.steps.count)
        offsets.append(end)
      }
      try file.append(values: offsets)
    }
  }

  // MARK: - Lines

  /// Writes a line for each pair.
  func writeLines(to path: String) throws(FileError) -> PairIndex.File {
    let file = try AtomicFile(path)
    let configuration = String(plan.digest.prefix(16))
    for pair in plan.pairs {
      let rollout = plan.rollouts[pair.chosen.rollout]
      let line: JSONValue = [
        "pair_id": .string(pair.id(plan.rollouts)), "strategy": .string(pair.strategy.rawValue),
        "unit": .string(pair.unit.rawValue), "key": .string(pair.key.rawValue), "task_id": .string(rollout.task),
        "start_key": JSONValue(rollout.start),
        "split": .string(plan.manifest.split.split(pair, plan.rollouts).rawValue),
        "instruction": .string(rollout.instruction), "chosen": side(pair.chosen), "rejected": side(pair.rejected),
        "score_w": .real(pair.chosenScore), "score_l": .real(pair.rejectedScore), "margin": .real(pair.margin),
        "weight": .real(pair.weight), "label_source": .string(pair.source.rawValue), "votes": JSONValue(pair.votes),
        "anchor": pair.anchor.map { JSONValue($0) } ?? .null, "created_by": .string(configuration),
      ]
      try file.append(Array((line.serialized() + "\n").utf8))
    }
    let digest = try file.commit()
    return PairIndex.File(name: PairIndex.rowsName, byteCount: file.byteCount, sha256: digest)
  }

  /// Writes a line for each item without a partner.
  func writeUnpaired(to path: String) throws(FileError) -> PairIndex.File {
    let file = try AtomicFile(path)
    for item in plan.unpaired {
      let rollout = plan.rollouts[item.side.rollout]
      let line: JSONValue = [
        "task_id": .string(rollout.task), "start_key": JSONValue(rollout.start),
        "split": .string(plan.manifest.split.split(rollout).rawValue), "instruction": .string(rollout.instruction),
        "label": .bool(item.isDesirable), "label_source": .string(item.source.rawValue), "side": side(item.side),
      ]
      try file.append(Array((line.serialized() + "\n").utf8))
    }
    let digest = try file.commit()
    return PairIndex.File(name: PairIndex.unpairedName, byteCount: file.byteCount, sha256: digest)
  }

  private func side(_ side: PairSide) -> JSONValue {
    let rollout = plan.rollouts[side.rollout]
    return [
      "episode_id": .string(rollout.id), "episode": JSONValue(rows[side.rollout] ?? 0),
      "t0": JSONValue(side.steps.lowerBound), "t1": JSONValue(side.steps.upperBound),
      "length": JSONValue(rollout.length), "policy": .string(rollout.policy),
      "success": rollout.success.map { .bool($0) } ?? .null,
      "return_terms": .array(rollout.scoreTerms.map { $0.map { .real($0) } ?? .null }),
    ]
  }
}
