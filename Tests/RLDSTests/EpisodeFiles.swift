import RLDS
import TFRecord

/// Returns every episode of `split` in file order.
func episodes(of split: DatasetDirectory.Split, in dataset: DatasetDirectory) throws -> [Episode] {
  let schema = EpisodeSchema(dataset.features ?? [])
  let decoder = FeatureDecoder()
  var episodes: [Episode] = []
  for shard in split.shards {
    let path = try dataset.file(shard)
    let file = try RecordFile(path)
    while let record = try file.next() {
      let place = EpisodePlace(file: path, record: record.index, offset: record.offset)
      episodes.append(try Episode(record.payload, at: place, schema: schema, decoder: decoder))
    }
  }
  return episodes
}

/// Returns the positions in file order of the episodes in TFDS's reading order, for at most 16 shards.
///
/// TFDS reads 16 shards in turn, 16 records of each at a time.
func readingOrder(_ shardLengths: [Int]) -> [Int] {
  var order: [Int] = []
  var taken = [Int](repeating: 0, count: shardLengths.count)
  while order.count < shardLengths.reduce(0, +) {
    for (shard, length) in shardLengths.enumerated() {
      let start = shardLengths[..<shard].reduce(0, +)
      for _ in 0..<min(16, length - taken[shard]) {
        order.append(start + taken[shard])
        taken[shard] += 1
      }
    }
  }
  return order
}
