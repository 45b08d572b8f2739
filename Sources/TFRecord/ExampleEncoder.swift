/// Serialises features into a `tf.train.Example`, lists of numbers packed, in the order given.
public struct ExampleEncoder: Sendable {
  private var entries: [UInt8] = []

  public init() {}

  /// Adds a list of byte strings.
  public mutating func append(_ name: String, byteStrings: [[UInt8]]) {
    var list: [UInt8] = []
    for string in byteStrings { Self.append(string, field: 1, to: &list) }
    append(name, kind: 1, list: list)
  }

  /// Adds a list of floats.
  public mutating func append(_ name: String, floats: [Float]) {
    var packed: [UInt8] = []
    packed.reserveCapacity(floats.count * 4)
    for value in floats {
      for shift in stride(from: 0, to: 32, by: 8) {
        packed.append(UInt8(truncatingIfNeeded: value.bitPattern >> UInt32(shift)))
      }
    }
    append(name, kind: 2, packed: packed)
  }

  /// Adds a list of integers.
  public mutating func append(_ name: String, integers: [Int64]) {
    var packed: [UInt8] = []
    for value in integers { Self.append(varint: UInt64(bitPattern: value), to: &packed) }
    append(name, kind: 3, packed: packed)
  }

  /// The serialised message.
  public func serialized() -> [UInt8] {
    var message: [UInt8] = []
    Self.append(entries, field: 1, to: &message)
    return message
  }

  private mutating func append(_ name: String, kind: UInt64, packed: [UInt8]) {
    var list: [UInt8] = []
    if !packed.isEmpty { Self.append(packed, field: 1, to: &list) }
    append(name, kind: kind, list: list)
  }

  private mutating func append(_ name: String, kind: UInt64, list: [UInt8]) {
    var feature: [UInt8] = []
    Self.append(list, field: kind, to: &feature)
    var entry: [UInt8] = []
    Self.append(Array(name.utf8), field: 1, to: &entry)
    Self.append(feature, field: 2, to: &entry)
    Self.append(entry, field: 1, to: &entries)
  }

  static func append(_ content: [UInt8], field: UInt64, to bytes: inout [UInt8]) {
    append(varint: field << 3 | 2, to: &bytes)
    append(varint: UInt64(content.count), to: &bytes)
    bytes.append(contentsOf: content)
  }

  private static func append(varint value: UInt64, to bytes: inout [UInt8]) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
