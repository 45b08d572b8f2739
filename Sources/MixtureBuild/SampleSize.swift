internal import EpisodeStore
internal import SampleShards
internal import Sampling

/// About how many bytes a sample takes; decides how many samples a shard gets.
struct SampleSize {
  private let manifest: MixtureManifest
  private let layout: SampleLayout

  init(_ manifest: MixtureManifest, _ layout: SampleLayout) {
    self.manifest = manifest
    self.layout = layout
  }

  /// The mean over all samples, from the mean frame of each store.
  func bytes(_ entries: [MixturePlan.Entry]) -> Double {
    let total = entries.reduce(0) { $0 + $1.record.quota }
    var bytes = 0.0
    for entry in entries where total > 0 {
      var frames = 0.0
      for view in layout.views where entry.store.views[view] != nil {
        let steps = Double(max(1, entry.store.index.stepCount))
        frames += frame(kept: Double(entry.store.frameByteCounts[view] ?? 0) / steps)
      }
      bytes += frames * Double(entry.record.quota) / Double(total)
    }
    return numbers + bytes * Double(layout.window + (layout.hasGoal ? 1 : 0))
  }

  /// The bytes of everything but frames.
  var numbers: Double {
    let actions = layout.actionCount * (5 * layout.actionDimension + 1)
    return Double(actions + 4 * layout.proprioDimension * layout.window + 18 + 8 * layout.views.count * layout.window)
  }

  /// The bytes of one frame that the store keeps in `kept` bytes; encoded sizes are rules of thumb.
  func frame(kept: Double) -> Double {
    switch manifest.form.image {
    case .keep: return kept
    case .raw(let size): return Double(size.height * size.width * 3) * (manifest.form.compressionLevel == nil ? 1 : 0.7)
    case .jpeg(let quality, let size): return size.map { Double($0.height * $0.width) * Double(quality) / 200 } ?? kept
    case .png(let size): return size.map { Double($0.height * $0.width) * 1.8 } ?? kept * 4
    }
  }

  /// The most samples of a shard: what a build and a reader hold of one stays small where samples are.
  static let shardLimit = 1 << 18

  /// How many samples each shard but the last has.
  func samplesPerShard(_ plan: MixturePlan) -> Int {
    let shards = max(
      1, (Double(plan.sampleCount) * plan.sampleByteCount / Double(manifest.form.shardSize)).rounded(.up))
    return min(Self.shardLimit, max(1, Int((Double(plan.sampleCount) / shards).rounded(.up))))
  }
}
