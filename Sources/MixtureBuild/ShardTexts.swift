/// The distinct instructions of a shard's samples, in the order in which they first occur.
struct ShardTexts {
  /// All texts one after the other, and where each begins, with the end.
  private(set) var bytes: [UInt8] = []
  private(set) var offsets: [UInt64] = [0]
  /// The text of each sample, −1 for none.
  private(set) var rows: [Int32] = []

  /// Gathers the texts of samples that have the texts `numbers` of all, −1 for none.
  ///
  /// - Complexity: O(samples + bytes of distinct texts); 4 bytes for each text of all stores.
  init(_ numbers: [Int], _ files: StoreFiles) {
    // Equal texts of different shards have one row: each is looked up by its bytes once.
    var known = [Int32](repeating: -1, count: files.firstTexts.last ?? 0)
    var found: [[UInt8]: Int32] = [:]
    rows.reserveCapacity(numbers.count)
    for number in numbers {
      guard number >= 0 else {
        rows.append(-1)
        continue
      }
      if known[number] < 0 {
        let shard = files.shard(ofText: number)
        let text = files.shards[shard].texts[number - files.firstTexts[shard]]
        if let row = found[text] {
          known[number] = row
        } else {
          let row = Int32(found.count)
          found[text] = row
          known[number] = row
          bytes += text
          offsets.append(UInt64(bytes.count))
        }
      }
      rows.append(known[number])
    }
  }
}
