/// Unpacks zlib streams (RFC 1950, RFC 1951) into an output whose size is known beforehand.
///
/// Like the reader that it stands in for, it accepts a missing or cut checksum and bytes after the stream, and
/// refuses a wrong checksum, gzip and raw deflate.
struct Inflate {
  /// What is wrong with a stream.
  enum Problem: String, Error {
    case notZlib = "it has no zlib header"
    case damaged = "it is damaged"
    case cut = "it is cut short"
    case tooLong = "it is longer"
    case wrongChecksum = "its checksum is wrong"
  }

  private let input: [UInt8]
  private let limit: Int
  private var at = 0
  private var bitBuffer: UInt32 = 0
  private var bitCount = 0
  private var output: [UInt8] = []

  /// Returns what `input` unpacks to; more than `limit` bytes are an error.
  static func inflate(_ input: [UInt8], limit: Int) throws(Problem) -> [UInt8] {
    guard input.count >= 2 else { throw .notZlib }
    let isZlib =
      input[0] & 0x0F == 8 && input[0] >> 4 <= 7 && input[1] & 0x20 == 0
      && (Int(input[0]) << 8 | Int(input[1])).isMultiple(of: 31)
    guard isZlib else { throw .notZlib }
    var stream = Inflate(input: input, limit: limit)
    stream.at = 2
    while try stream.block() {}
    try stream.checkSum()
    return stream.output
  }

  private init(input: [UInt8], limit: Int) {
    self.input = input
    self.limit = limit
  }

  /// Compares the Adler-32 if all of it is there.
  private mutating func checkSum() throws(Problem) {
    at -= bitCount / 8
    guard at + 4 <= input.count else { return }
    let stored = input[at..<at + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    var (a, b) = (UInt32(1), UInt32(0))
    for byte in output {
      a = (a + UInt32(byte)) % 65_521
      b = (b + a) % 65_521
    }
    guard stored == b << 16 | a else { throw .wrongChecksum }
  }

  private mutating func bits(_ count: Int) throws(Problem) -> Int {
    while bitCount < count {
      guard at < input.count else { throw .cut }
      bitBuffer |= UInt32(input[at]) << UInt32(bitCount)
      at += 1
      bitCount += 8
    }
    let value = bitBuffer & ((1 << UInt32(count)) - 1)
    bitBuffer >>= UInt32(count)
    bitCount -= count
    return Int(value)
  }

  private mutating func append(_ byte: UInt8) throws(Problem) {
    guard output.count < limit else { throw .tooLong }
    output.append(byte)
  }

  /// Unpacks one block; false when it was the last.
  private mutating func block() throws(Problem) -> Bool {
    let isLast = try bits(1) == 1
    switch try bits(2) {
    case 0: try stored()
    case 1:
      let lengths = (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 }
      try codes(HuffmanCode(lengths: lengths), HuffmanCode(lengths: [Int](repeating: 5, count: 30)))
    case 2: try dynamic()
    default: throw .damaged
    }
    return !isLast
  }

  private mutating func stored() throws(Problem) {
    at -= bitCount / 8
    (bitBuffer, bitCount) = (0, 0)
    guard at + 4 <= input.count else { throw .cut }
    let length = Int(input[at]) | Int(input[at + 1]) << 8
    guard length == (Int(input[at + 2]) | Int(input[at + 3]) << 8) ^ 0xFFFF else { throw .damaged }
    at += 4
    guard at + length <= input.count else { throw .cut }
    for byte in input[at..<at + length] { try append(byte) }
    at += length
  }

  private mutating func dynamic() throws(Problem) {
    let literalCount = try bits(5) + 257
    let distanceCount = try bits(5) + 1
    let lengthCount = try bits(4) + 4
    guard literalCount <= 286, distanceCount <= 30 else { throw .damaged }
    var lengths = [Int](repeating: 0, count: 19)
    for symbol in [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15].prefix(lengthCount) {
      lengths[symbol] = try bits(3)
    }
    let lengthCode = try HuffmanCode(lengths: lengths)
    var all: [Int] = []
    while all.count < literalCount + distanceCount {
      let symbol = try self.symbol(lengthCode)
      switch symbol {
      case 0..<16: all.append(symbol)
      case 16:
        guard let last = all.last else { throw .damaged }
        all.append(contentsOf: [Int](repeating: last, count: try bits(2) + 3))
      case 17: all.append(contentsOf: [Int](repeating: 0, count: try bits(3) + 3))
      default: all.append(contentsOf: [Int](repeating: 0, count: try bits(7) + 11))
      }
    }
    guard all.count == literalCount + distanceCount, all[256] != 0 else { throw .damaged }
    try codes(
      HuffmanCode(lengths: Array(all[..<literalCount])), HuffmanCode(lengths: Array(all[literalCount...])))
  }

  private mutating func symbol(_ code: HuffmanCode) throws(Problem) -> Int {
    var (value, first, index) = (0, 0, 0)
    for length in 1...15 {
      value |= try bits(1)
      let count = code.counts[length]
      if value - count < first { return code.symbols[index + value - first] }
      index += count
      first = (first + count) << 1
      value <<= 1
    }
    throw .damaged
  }

  private mutating func codes(_ literals: HuffmanCode, _ distances: HuffmanCode) throws(Problem) {
    while true {
      let symbol = try self.symbol(literals)
      if symbol < 256 {
        try append(UInt8(symbol))
        continue
      }
      if symbol == 256 { return }
      guard symbol < 286 else { throw .damaged }
      let length = try self.length(symbol - 257)
      let code = try self.symbol(distances)
      guard code < 30 else { throw .damaged }
      let extra = max(0, code / 2 - 1)
      let distance = (code < 4 ? code : (2 + code % 2) << extra) + 1 + (try bits(extra))
      guard distance <= output.count else { throw .damaged }
      for _ in 0..<length { try append(output[output.count - distance]) }
    }
  }

  private mutating func length(_ code: Int) throws(Problem) -> Int {
    if code == 28 { return 258 }
    if code < 8 { return code + 3 }
    let extra = code / 4 - 1
    return ((4 + code % 4) << extra) + 3 + (try bits(extra))
  }
}

/// A canonical Huffman code: how many codes of each length there are, and their symbols in order.
private struct HuffmanCode {
  var counts = [Int](repeating: 0, count: 16)
  var symbols: [Int] = []

  init(lengths: [Int]) throws(Inflate.Problem) {
    for length in lengths { counts[length] += 1 }
    counts[0] = 0
    var left = 1
    for length in 1...15 {
      left = left * 2 - counts[length]
      guard left >= 0 else { throw .damaged }
    }
    for length in 1...15 {
      symbols.append(contentsOf: lengths.indices.filter { lengths[$0] == length })
    }
  }
}
