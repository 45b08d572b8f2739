internal import ByteIO
internal import EpisodeStore
internal import PairShards
internal import Preferences
internal import TensorFiles

/// Writes one shard of the steps that pairs use: each column in a pass of its own, so that memory holds one episode.
struct StepShardBuild {
  private let plan: PairPlan
  private let episodes: ArraySlice<PairPlan.Episode>
  private let views: [(name: String, form: PairLayout.Form)]

  init(_ plan: PairPlan, _ episodes: ArraySlice<PairPlan.Episode>) {
    self.plan = plan
    self.episodes = episodes
    views = plan.layout.views
  }

  /// Which episodes go into which shard, by about how many bytes they have.
  static func cuts(_ plan: PairPlan) throws -> [Range<Int>] {
    var cuts: [Range<Int>] = []
    var (first, bytes) = (0, 0)
    let limit = plan.manifest.shardByteCount << 20
    for (index, episode) in plan.episodes.enumerated() {
      let place = plan.table.places[episode.rollout]
      var size = episode.steps.count * (5 * plan.layout.actionDimension + 4 * plan.layout.proprioDimension)
      for (view, form) in plan.layout.views {
        let offsets = try plan.reader.frameOffsets(view, form, place, episode.steps)
        size += (offsets.last ?? 0) - (offsets.first ?? 0) + 8 * episode.steps.count
      }
      if bytes > 0, bytes + size > limit {
        cuts.append(first..<index)
        (first, bytes) = (index, 0)
      }
      bytes += size
    }
    if first < plan.episodes.count { cuts.append(first..<plan.episodes.count) }
    return cuts
  }

  private func place(_ episode: PairPlan.Episode) -> RolloutPlace { plan.table.places[episode.rollout] }

  /// Writes the shard to `path`.
  ///
  /// - Throws: `StoreError`, `FileError`.
  func write(to path: String, _ progress: (Int) -> Void) throws -> (byteCount: Int, sha256: String) {
    var texts: [String: Int32] = [:]
    var table: [[UInt8]] = []
    var textIndex: [Int32] = []
    for episode in episodes {
      let text = plan.rollouts[episode.rollout].instruction
      if text.isEmpty {
        textIndex.append(-1)
      } else if let known = texts[text] {
        textIndex.append(known)
      } else {
        textIndex.append(Int32(table.count))
        texts[text] = Int32(table.count)
        table.append(Array(text.utf8))
      }
    }
    var frameBytes: [String: Int] = [:]
    for (view, form) in views where form == .encoded {
      for episode in episodes {
        let offsets = try plan.reader.frameOffsets(view, form, place(episode), episode.steps)
        frameBytes[view, default: 0] += (offsets.last ?? 0) - (offsets.first ?? 0)
      }
    }
    let writer = try SafetensorsWriter(
      path,
      plan.layout.stepTensors(
        steps: episodes.reduce(0) { $0 + $1.steps.count }, episodes: episodes.count, frameBytes: frameBytes,
        texts: table.count, textBytes: table.reduce(0) { $0 + $1.count }),
      metadata: ["format": "armature.pair_steps/1"])
    for tensor in writer.order {
      try writer.append(tensor.name) { file in
        try append(tensor.name, to: file, textIndex, table)
        progress(tensor.byteCount ?? 0)
      }
    }
    return try writer.commit()
  }

  private func append(_ name: String, to file: AtomicFile, _ textIndex: [Int32], _ table: [[UInt8]]) throws {
    switch name {
    case "action":
      for episode in episodes { try file.append(values: plan.reader.actions(place(episode), episode.steps)) }
    case "action_bin":
      for episode in episodes {
        try file.append(plan.reader.bins(plan.reader.actions(place(episode), episode.steps)))
      }
    case "proprio":
      for episode in episodes { try file.append(values: plan.reader.states(place(episode), episode.steps)) }
    case "episode.offsets": try file.append(values: Self.offsets(episodes.map(\.steps.count)))
    case "episode.ordinal": try file.append(values: episodes.map { UInt64(place($0).ordinal) })
    case "episode.first_step": try file.append(values: episodes.map { UInt32($0.steps.lowerBound) })
    case "store.index": try file.append(values: episodes.map { UInt16(place($0).store) })
    case "instruction.index": try file.append(values: textIndex)
    case "instruction.offsets": try file.append(values: Self.offsets(table.map(\.count)))
    case "instruction.bytes": for text in table { try file.append(text) }
    default: try appendFrames(name, to: file)
    }
  }

  /// Where items of these sizes begin, and the end.
  private static func offsets(_ sizes: [Int]) -> [UInt64] {
    var offsets: [UInt64] = [0]
    var end: UInt64 = 0
    for size in sizes {
      end += UInt64(size)
      offsets.append(end)
    }
    return offsets
  }

  private func appendFrames(_ name: String, to file: AtomicFile) throws {
    for (view, form) in views where name == "image." + view || name.hasPrefix("image.\(view).") {
      var end: UInt64 = 0
      if name.hasSuffix(".offsets") { try file.append(values: [end]) }
      for episode in episodes {
        let offsets = try plan.reader.frameOffsets(view, form, place(episode), episode.steps)
        let (first, last) = (offsets.first ?? 0, offsets.last ?? 0)
        if name.hasSuffix(".offsets") {
          try file.append(values: offsets.dropFirst().map { end + UInt64($0 - first) })
          end += UInt64(last - first)
        } else {
          try file.append(last - first, from: plan.reader.file(place(episode)), at: first)
        }
      }
      return
    }
  }
}
