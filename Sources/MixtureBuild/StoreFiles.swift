/// The shards of the stores of all entries, numbered through.
struct StoreFiles: Sendable {
  let shards: [StoreInput.Shard]
  /// The first shard of each entry.
  let firstShards: [Int]
  /// The first text of each shard when those of all are counted through, and the end.
  let firstTexts: [Int]

  init(_ plan: MixturePlan) {
    var (shards, firstShards, firstTexts): ([StoreInput.Shard], [Int], [Int]) = ([], [], [0])
    for entry in plan.entries {
      firstShards.append(shards.count)
      for shard in entry.store.shards {
        shards.append(shard)
        firstTexts.append(firstTexts[firstTexts.count - 1] + shard.texts.count)
      }
    }
    (self.shards, self.firstShards, self.firstTexts) = (shards, firstShards, firstTexts)
  }

  /// The shard that holds text `number` of all.
  func shard(ofText number: Int) -> Int {
    var (low, high) = (0, shards.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if firstTexts[middle] <= number { low = middle } else { high = middle }
    }
    return low
  }
}

/// Where a frame lies.
struct FramePlace {
  /// The shard's number among those of all stores; −1 for a frame that was made, or that is black or empty.
  var file: Int32 = -1
  var offset = 0
  var count = 0
}
