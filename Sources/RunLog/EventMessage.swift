/// A Protobuf message being written field by field.
///
/// Source: the wire format of https://protobuf.dev/programming-guides/encoding.
struct MessageBytes {
  private(set) var bytes: [UInt8] = []

  /// Appends a varint field (wire type 0); negative values take ten bytes, as Protobuf's `int64`.
  mutating func integer(_ value: Int, field: UInt64) {
    varint(field << 3)
    varint(UInt64(bitPattern: Int64(value)))
  }

  /// Appends a `double` field (wire type 1), lowest byte first.
  mutating func double(_ value: Double, field: UInt64) {
    varint(field << 3 | 1)
    for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt64(shift)))) }
  }

  /// Appends a `float` field (wire type 5), lowest byte first.
  mutating func float(_ value: Float, field: UInt64) {
    varint(field << 3 | 5)
    for shift in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt32(shift)))) }
  }

  /// Appends a field with a length (wire type 2): bytes, a text or a message.
  mutating func lengthPrefixed(_ content: some Collection<UInt8>, field: UInt64) {
    varint(field << 3 | 2)
    varint(UInt64(content.count))
    bytes += content
  }

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}

/// The `Event` messages of TensorBoard, as far as a training run writes them.
///
/// Source of the field numbers: `event.proto` and `summary.proto` of TensorFlow 2.15.
enum EventMessage {
  /// The first event of a file, which names the format.
  static func version(time: Double) -> [UInt8] {
    event(time: time, step: nil, field: 3, Array("brain.Event:2".utf8))
  }

  /// The event that says that the run starts again at `step`: a `SessionLog` of status `START`.
  static func start(step: Int, time: Double) -> [UInt8] {
    var log = MessageBytes()
    log.integer(1, field: 1)
    return event(time: time, step: step, field: 7, log.bytes)
  }

  /// The event with the values of `scalars` at `step`.
  static func scalars(_ scalars: [EventFile.Scalar], step: Int, time: Double) -> [UInt8] {
    var summary = MessageBytes()
    for scalar in scalars {
      var value = MessageBytes()
      value.lengthPrefixed(scalar.tag.utf8, field: 1)
      value.float(Float(scalar.value), field: 2)
      summary.lengthPrefixed(value.bytes, field: 1)
    }
    return event(time: time, step: step, field: 5, summary.bytes)
  }

  /// The event with the RGB picture `png` at `step`.
  static func image(_ tag: String, png: [UInt8], height: Int, width: Int, step: Int, time: Double) -> [UInt8] {
    var image = MessageBytes()
    image.integer(height, field: 1)
    image.integer(width, field: 2)
    image.integer(3, field: 3)  // The colour space: RGB.
    image.lengthPrefixed(png, field: 4)
    var value = MessageBytes()
    value.lengthPrefixed(tag.utf8, field: 1)
    value.lengthPrefixed(image.bytes, field: 4)
    var summary = MessageBytes()
    summary.lengthPrefixed(value.bytes, field: 1)
    return event(time: time, step: step, field: 5, summary.bytes)
  }

  private static func event(time: Double, step: Int?, field: UInt64, _ content: [UInt8]) -> [UInt8] {
    var event = MessageBytes()
    event.double(time, field: 1)
    if let step { event.integer(step, field: 2) }
    event.lengthPrefixed(content, field: field)
    return event.bytes
  }
}
