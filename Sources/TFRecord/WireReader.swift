internal import ByteIO

/// Walks the fields of a Protobuf message in place.
struct WireReader {
  private let bytes: Bytes
  private(set) var position = 0

  init(_ bytes: Bytes) { self.bytes = bytes }

  /// One field: its number and, when it is length-delimited, its content.
  struct Field {
    let number: Int
    let content: Bytes?
  }

  /// Returns the next field, or `nil` at the end of the message.
  mutating func next() throws(ExampleError) -> Field? {
    guard position < bytes.count else { return nil }
    let tag = try varint()
    let number = Int(tag >> 3)
    guard number > 0, tag >> 3 <= 536_870_911 else { throw failure(.malformed("field number \(tag >> 3)")) }
    switch tag & 7 {
    case 0:
      _ = try varint()
      return Field(number: number, content: nil)
    case 1: return Field(number: number, content: try skip(8))
    case 2:
      let length = try varint()
      guard let count = Int(exactly: length), count <= bytes.count - position else {
        throw failure(.fieldTooLong(length: length, available: bytes.count - position))
      }
      let content = bytes[position..<position + count]
      position += count
      return Field(number: number, content: content)
    case 5: return Field(number: number, content: try skip(4))
    default: throw failure(.malformed("wire type \(tag & 7)"))
    }
  }

  private mutating func skip(_ count: Int) throws(ExampleError) -> Bytes? {
    guard count <= bytes.count - position else {
      throw failure(.fieldTooLong(length: UInt64(count), available: bytes.count - position))
    }
    position += count
    return nil
  }

  private mutating func varint() throws(ExampleError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      guard position < bytes.count else { throw failure(.malformed("a number that the message cuts")) }
      guard shift < 64 else { throw failure(.malformed("a number of more than 10 bytes")) }
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return value }
      shift += 7
    }
  }

  private func failure(_ reason: ExampleError.Reason) -> ExampleError { ExampleError(reason, offset: position) }
}
