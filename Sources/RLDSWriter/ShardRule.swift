/// How TFDS 4.9.3 divides a split into shards (`core/utils/shard_utils.py`).
enum ShardRule {
  /// The smallest and the largest shard, in bytes, where the rule is free to choose.
  static let smallest = 64 << 20
  static let largest = 1 << 30

  /// The number of shards for `episodeCount` records with `byteCount` bytes of payload together.
  static func shardCount(byteCount: Int, episodeCount: Int) -> Int {
    let total = byteCount + 16 * episodeCount
    let most = total / smallest
    let least = total / largest
    if least <= 1024, most >= 1024, episodeCount >= 1024 { return 1024 }
    if least > 1024 {
      // TFDS looks for the first multiple of 1024 that is enough, and never ends where there are too few episodes.
      let count = max(2, (least + 1023) / 1024) * 1024
      return episodeCount >= count ? count : max(1, episodeCount)
    }
    return [512, 256, 128, 64, 32, 16, 8, 4, 2].first { least <= $0 && $0 <= most && episodeCount >= $0 } ?? 1
  }

  /// The ranges of records in each of `shardCount` shards: boundary i is N·(i/S), halves to even.
  static func ranges(episodeCount: Int, shardCount: Int) -> [Range<Int>] {
    let bounds = (0...shardCount).map {
      Int((Double(episodeCount) * (Double($0) / Double(shardCount))).rounded(.toNearestOrEven))
    }
    return zip(bounds, bounds.dropFirst()).map { $0..<$1 }
  }
}
