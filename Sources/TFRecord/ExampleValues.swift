public import ByteIO

/// The values of one feature, as a `tf.train.Example` takes them.
public enum ExampleValues: Sendable {
  /// Little-endian float32, one after another.
  case floats(Bytes)
  /// Numbers 0 or 1, a byte each.
  case flags(Bytes)
  case integers([Int64])
  /// Byte strings.
  case strings([Bytes])

  /// The field number in `Feature`, which tells the kind of list.
  private var field: UInt8 {
    switch self {
    case .strings: 1
    case .floats: 2
    case .flags, .integers: 3
    }
  }

  /// The number of bytes of the list message: O(strings or integers).
  private var listByteCount: Int {
    switch self {
    case .floats(let bytes), .flags(let bytes): bytes.count == 0 ? 0 : Self.delimited(bytes.count)
    case .integers(let values): values.isEmpty ? 0 : Self.delimited(Self.packedByteCount(values))
    case .strings(let strings): strings.reduce(0) { $0 + Self.delimited($1.count) }
    }
  }

  private static func packedByteCount(_ values: [Int64]) -> Int {
    values.reduce(0) { $0 + varintByteCount(UInt64(bitPattern: $1)) }
  }

  /// The bytes that a value of `count` bytes takes with its tag and length.
  static func delimited(_ count: Int) -> Int { 1 + varintByteCount(UInt64(count)) + count }

  private static func varintByteCount(_ value: UInt64) -> Int {
    max(1, (70 - value.leadingZeroBitCount) / 7)
  }

  /// The number of bytes of the map entry called `name`, without its own tag and length.
  func entryByteCount(_ name: String) -> Int {
    Self.delimited(name.utf8.count) + Self.delimited(Self.delimited(listByteCount))
  }

  /// Appends the map entry called `name`, with its tag and length.
  func append(_ name: String, to message: inout [UInt8]) {
    let list = listByteCount
    Self.header(1, entryByteCount(name), &message)
    Self.header(1, name.utf8.count, &message)
    message.append(contentsOf: name.utf8)
    Self.header(2, Self.delimited(list), &message)
    Self.header(field, list, &message)
    switch self {
    case .floats(let bytes), .flags(let bytes):
      guard bytes.count > 0 else { return }
      Self.header(1, bytes.count, &message)
      bytes.append(to: &message)
    case .integers(let values):
      guard !values.isEmpty else { return }
      Self.header(1, Self.packedByteCount(values), &message)
      for value in values { Self.varint(UInt64(bitPattern: value), &message) }
    case .strings(let strings):
      for string in strings {
        Self.header(1, string.count, &message)
        string.append(to: &message)
      }
    }
  }

  static func header(_ field: UInt8, _ count: Int, _ message: inout [UInt8]) {
    message.append(field << 3 | 2)
    varint(UInt64(count), &message)
  }

  private static func varint(_ value: UInt64, _ message: inout [UInt8]) {
    var rest = value
    while rest >= 0x80 {
      message.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    message.append(UInt8(rest))
  }
}

/// A `tf.train.Example` of features sorted by name, whose size is known before it is serialised.
public struct ExampleMessage: Sendable {
  public private(set) var features: [(name: String, values: ExampleValues)]

  /// Gathers features, whose names differ.
  public init(_ features: [(name: String, values: ExampleValues)]) {
    self.features = features.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  private var mapByteCount: Int {
    features.reduce(0) { $0 + ExampleValues.delimited($1.values.entryByteCount($1.name)) }
  }

  /// The number of bytes of the serialised message; frames are not touched.
  public var byteCount: Int { ExampleValues.delimited(mapByteCount) }

  /// The serialised message: O(bytes), each copied once.
  public func serialized() -> [UInt8] {
    var message: [UInt8] = []
    let map = mapByteCount
    message.reserveCapacity(ExampleValues.delimited(map))
    ExampleValues.header(1, map, &message)
    for feature in features { feature.values.append(feature.name, to: &message) }
    return message
  }
}
