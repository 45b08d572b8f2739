internal import ByteIO
internal import JSON
internal import PairShards

/// A line of `pairs.jsonl`.
struct PairLine {
  struct Side {
    let episode: String
    let row: Int
    let steps: Range<Int>
    let length: Int
    let policy: String
    let success: Bool?
  }

  let id: UInt64
  let idText: String
  let strategy: String
  let unit: String
  let task: String
  let start: String?
  let split: String
  let source: String
  let margin: Double
  let weight: Double
  let anchor: Int?
  let chosen: Side
  let rejected: Side

  init(_ node: JSONNode) throws {
    func side(_ name: String) throws -> Side {
      let node = try node.member(name)
      let (first, end) = (try node.member("t0").count(), try node.member("t1").count())
      guard first < end else { throw node.failure(.notA("a side with steps")) }
      return Side(
        episode: try node.member("episode_id").string(), row: try node.member("episode").count(), steps: first..<end,
        length: try node.member("length").count(), policy: try node.member("policy").string(),
        success: node.optional("success")?.value.bool)
    }
    let id = try node.member("pair_id")
    idText = try id.string()
    guard let number = UInt64(idText, radix: 16) else { throw id.failure(.notA("a pair's id")) }
    self.id = number
    strategy = try node.member("strategy").string()
    unit = try node.member("unit").string()
    task = try node.member("task_id").string()
    start = try node.optional("start_key")?.string()
    split = try node.member("split").string()
    source = try node.member("label_source").string()
    margin = try node.member("margin").double()
    weight = try node.member("weight").double()
    anchor = try node.optional("anchor")?.count()
    chosen = try side("chosen")
    rejected = try side("rejected")
  }
}

/// The lines of a set of pairs, read one by one.
enum PairLines {
  /// Calls `body` with each pair, in order.
  ///
  /// - Throws: `JSONError` with the line, `FileError`, what `body` throws.
  static func forEach(_ path: String, _ body: (PairLine) throws -> Void) throws {
    let name = path + "/" + PairIndex.rowsName
    var number = 0
    try forEachLine(name) { bytes in
      number += 1
      let place = "\(name):\(number)"
      try body(PairLine(JSONNode(try JSONValue(parsing: bytes, file: place), file: place)))
    }
  }

  /// Calls `body` with each line of a file that is not empty.
  static func forEachLine(_ name: String, _ body: ([UInt8]) throws -> Void) throws {
    let file = try InputFile(name)
    var (offset, rest): (Int, [UInt8]) = (0, [])
    while true {
      let piece = try file.read(1 << 20, at: offset)
      offset += piece.count
      rest += piece
      var start = 0
      while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
        if end > start { try body(Array(rest[start..<end])) }
        start = end + 1
      }
      rest.removeFirst(start)
      if piece.isEmpty { break }
    }
    if !rest.isEmpty { try body(rest) }
  }
}
