/// The distinct instructions of a shard's samples, in the order in which they first occur.
struct ShardTexts {
  /// All texts one after the other, and where each begins, with the end.
  private(set) var bytes: [UInt8] = []
  private(set) var offsets: [UInt64] = [0]
  /// The text of each sample, −1 for none.
  private(set) var rows: [Int32] = []

  private var digests: [UInt64] = []
  /// Rows by digest, −1 where there is none; a text that finds its place taken goes to the next one.
  private var table: [Int32]

  /// Gathers the texts of samples that have the texts `numbers` of all, −1 for none.
  ///
  /// - Complexity: O(samples + bytes of distinct texts); 4 bytes for each text of all stores, 8 for each sample.
  init(_ numbers: [Int], _ files: StoreFiles) {
    // Equal texts of different shards have one row: each is looked up by its bytes once.
    var known = [Int32](repeating: -1, count: files.firstTexts.last ?? 0)
    let most = max(1, 2 * min(numbers.count, known.count))
    table = [Int32](repeating: -1, count: 1 << (Int.bitWidth - most.leadingZeroBitCount))
    rows.reserveCapacity(numbers.count)
    for number in numbers {
      guard number >= 0 else {
        rows.append(-1)
        continue
      }
      if known[number] < 0 {
        let shard = files.shard(ofText: number)
        let text = number - files.firstTexts[shard]
        known[number] = row(of: files.shards[shard].texts[text], files.shards[shard].textDigests[text])
      }
      rows.append(known[number])
    }
  }

  /// The row of a text, added when it is new.
  private mutating func row(of text: [UInt8], _ digest: UInt64) -> Int32 {
    var slot = Int(truncatingIfNeeded: digest ^ digest >> 32) & (table.count - 1)
    while table[slot] >= 0 {
      let row = Int(table[slot])
      if digests[row] == digest, bytes[Int(offsets[row])..<Int(offsets[row + 1])].elementsEqual(text) {
        return Int32(row)
      }
      slot = (slot + 1) & (table.count - 1)
    }
    let row = Int32(digests.count)
    table[slot] = row
    digests.append(digest)
    bytes += text
    offsets.append(UInt64(bytes.count))
    return row
  }
}
