import Testing

@testable import RLDSWriter

/// How a split is divided, against figures of TFDS 4.9.3.
@Suite struct ShardRuleTests {
  @Test func `the number of shards is that of TFDS`() {
    // Computed with tensorflow_datasets 4.9.3, `ShardConfig().get_number_shards(bytes, n)`.
    let mebibyte = 1 << 20
    #expect(ShardRule.shardCount(byteCount: 10 * mebibyte, episodeCount: 100) == 1)
    #expect(ShardRule.shardCount(byteCount: 200 * mebibyte, episodeCount: 100) == 2)
    #expect(ShardRule.shardCount(byteCount: 1024 * mebibyte, episodeCount: 500) == 16)
    #expect(ShardRule.shardCount(byteCount: 10 * 1024 * mebibyte, episodeCount: 500) == 128)
    #expect(ShardRule.shardCount(byteCount: 124 * 1024 * mebibyte, episodeCount: 60064) == 1024)
  }

  @Test func `boundaries round halves to even`() {
    // 5 records in 2 shards: 5 · 1/2 = 2.5 → 2; 7 in 2: 3.5 → 4.
    #expect(ShardRule.ranges(episodeCount: 5, shardCount: 2) == [0..<2, 2..<5])
    #expect(ShardRule.ranges(episodeCount: 7, shardCount: 2) == [0..<4, 4..<7])
  }
}
