/// Reads the fields of one protobuf message, checking every length before it is used.
///
/// Source: protobuf's encoding guide (tags, varints, wire types 0, 1, 2 and 5).
struct WireReader {
  /// What a field holds.
  enum Value: Equatable {
    case varint(UInt64)
    /// Four or eight bytes, little-endian.
    case fixed(Range<Int>)
    /// The bytes of a string or of a message.
    case bytes(Range<Int>)
  }

  /// A field, and where it lies with its tag.
  struct Field: Equatable {
    var number: UInt64
    var value: Value
    var whole: Range<Int>
  }

  /// Why a message can't be read on, with the offset of the field at fault.
  struct Damage: Error, Equatable {
    var offset: Int
    var problem: String
  }

  private let bytes: [UInt8]
  private var offset: Int
  private let end: Int

  /// Begins at the start of `range` of `bytes`.
  init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    offset = range.lowerBound
    end = range.upperBound
  }

  /// Returns the next field, or nil at the message's end.
  mutating func next() throws(Damage) -> Field? {
    guard offset < end else { return nil }
    let start = offset
    let tag = try varint(start)
    let value: Value
    switch tag & 7 {
    case 0: value = .varint(try varint(start))
    case 1: value = .fixed(try take(8, start))
    case 2: value = .bytes(try take(try varint(start), start))
    case 5: value = .fixed(try take(4, start))
    default: throw Damage(offset: start, problem: "wire type \(tag & 7) is none of protobuf's")
    }
    guard tag >> 3 > 0 else { throw Damage(offset: start, problem: "a field has number 0") }
    return Field(number: tag >> 3, value: value, whole: start..<offset)
  }

  private mutating func varint(_ start: Int) throws(Damage) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: 0, to: 70, by: 7) {
      guard offset < end else { throw Damage(offset: start, problem: "the data ends inside a field") }
      let byte = bytes[offset]
      offset += 1
      value |= shift < 64 ? UInt64(byte & 127) << UInt64(shift) : 0
      if byte < 128 { return value }
    }
    throw Damage(offset: start, problem: "a number has more than 10 bytes")
  }

  private mutating func take(_ count: UInt64, _ start: Int) throws(Damage) -> Range<Int> {
    guard count <= UInt64(end - offset) else {
      throw Damage(offset: start, problem: "a field of \(count) bytes is due, \(end - offset) are left")
    }
    let range = offset..<offset + Int(count)
    offset = range.upperBound
    return range
  }
}
