/// The distinct texts of a shard, in the order in which they first occur.
struct TextTable {
  private var rows: [[UInt8]: Int32] = [:]
  private var texts: [[UInt8]] = []

  /// Returns, for an episode's own texts and the text of each of its steps, the rows of this table.
  mutating func indices(of episode: [[UInt8]], _ steps: [Int32]) -> [Int32] {
    var mapped: [Int32] = []
    for text in episode {
      if let row = rows[text] {
        mapped.append(row)
      } else {
        mapped.append(Int32(texts.count))
        rows[text] = Int32(texts.count)
        texts.append(text)
      }
    }
    return steps.map { $0 < 0 ? -1 : mapped[Int($0)] }
  }

  /// The bytes of all texts and where each begins, with the end: [K + 1].
  var column: (bytes: [UInt8], offsets: [UInt64]) {
    var offsets: [UInt64] = [0]
    var bytes: [UInt8] = []
    for text in texts {
      bytes += text
      offsets.append(UInt64(bytes.count))
    }
    return (bytes, offsets)
  }
}
