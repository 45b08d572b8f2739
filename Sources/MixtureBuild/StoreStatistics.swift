internal import Actions
internal import ByteIO
internal import EpisodeStore
internal import JSON

/// The statistics that the rows of a store are normalised with.
struct StoreStatistics {
  private let store: StoreInput

  init(_ store: StoreInput) { self.store = store }

  /// The store's own statistics, or those of the episodes `kept`, with a digest of what they say.
  ///
  /// - Throws: `StoreError`, `JSONError`, `ActionsError`, `FileError`.
  func statistics(keeping kept: Set<Int>?) throws -> (value: DatasetStatistics, digest: String) {
    let path = store.path + "/" + StoreIndex.statisticsName
    guard let kept else {
      let value = try StatisticsFile.statistics(JSONNode(file: path), dataset: store.index.dataset)
      guard value.action.dimension == store.index.actionDimension else {
        throw StoreError(
          file: path,
          "its actions have \(value.action.dimension) dimensions, those of the store "
            + "\(store.index.actionDimension); ingest the dataset again")
      }
      return (value, try SHA256Digest.hexadecimal(ofFile: path))
    }
    let pass = StatisticsPass(
      actionDimension: store.index.actionDimension, proprioDimension: store.index.proprioDimension,
      mask: store.index.normalizationMask)
    var episodeCount = 0
    for shard in store.shards { episodeCount += shard.ordinals.count { kept.contains($0) } }
    let value = try pass.run(episodeCount: episodeCount) { body in
      let reader = StoreReader()
      for shard in store.shards {
        for (episode, ordinal) in shard.ordinals.enumerated() where kept.contains(ordinal) {
          let steps = shard.episodeOffsets[episode]..<shard.episodeOffsets[episode + 1]
          if steps.isEmpty { continue }
          try body(
            StatisticsPass.Block(
              action: reader.floats("action", of: shard, rows: steps, width: pass.actionDimension),
              proprio: pass.proprioDimension > 0
                ? reader.floats("proprio", of: shard, rows: steps, width: pass.proprioDimension) : []))
        }
      }
    }
    let text = StatisticsFile.json(value, dataset: store.index.dataset).serialized(.indented)
    return (value, SHA256Digest.hexadecimal(of: Array(text.utf8)))
  }
}
