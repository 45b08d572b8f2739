import ByteIO
import TFRecord
import TestSupport
import Testing

/// Messages that are no tf.train.Example: each ends in an `ExampleError` or in some content, never otherwise.
@Suite struct HostileExampleTests {
  private let decoder = FeatureDecoder()

  /// Decodes everything in `bytes` in every way; returns whether an error came.
  @discardableResult
  private func fails(_ bytes: [UInt8]) -> Bool {
    do {
      let example = try Example(parsing: Bytes(bytes))
      for name in example.names {
        guard let feature = example.feature(name) else { return true }
        switch try feature.kind() {
        case .integers: _ = try feature.integers(using: decoder)
        case .floats: _ = try feature.floats(using: decoder)
        case .byteStrings: _ = try feature.byteStrings()
        case .empty: break
        }
      }
      return false
    } catch {
      #expect(error.kind == .badData)
      #expect(!error.description.contains("\n"))
      return true
    }
  }

  private static var small: [UInt8] {
    var encoder = ExampleEncoder()
    encoder.append("steps/action", floats: [1, 2, 3])
    encoder.append("steps/index", integers: [1, -1, 300])
    encoder.append("steps/text", byteStrings: [[1, 2], []])
    return encoder.serialized()
  }

  @Test func `every prefix is refused`() {
    let whole = Self.small
    #expect(!fails(whole))
    // All lies in one field, so that each cut contradicts its length; nothing at all is an empty message.
    for count in 1..<whole.count { #expect(fails(Array(whole[..<count])), "\(count)") }
  }

  @Test func `every change of one byte is survived`() {
    for index in Self.small.indices {
      for value in [0, 1, 8, 13, 0x7F, 0x80, 0xFE, 0xFF] as [UInt8] {
        var bytes = Self.small
        bytes[index] = value
        fails(bytes)
      }
    }
  }

  @Test func `random bytes are survived`() {
    var generator = SeededGenerator(11)
    var refused = 0
    for round in 0..<2000 where fails(generator.bytes(1 + round % 60)) { refused += 1 }
    #expect(refused > 1000)
  }

  @Test func `random content inside a feature is survived`() {
    var generator = SeededGenerator(12)
    for round in 0..<2000 {
      let list = generator.bytes(round % 40)
      let feature = [UInt8(1 + round % 3) << 3 | 2, UInt8(list.count)] + list
      let entry = [0x0A, 1, 0x61, 0x12, UInt8(feature.count)] + feature
      let features = [0x0A, UInt8(entry.count)] + entry
      fails([0x0A, UInt8(features.count)] + features)
    }
  }

  static let hostile: [(String, String)] = [
    ("field number 0", "02 00"), ("a group", "0b 0c"), ("an unknown wire type", "0e"),
    ("a length of 2^63", "0a 80808080808080808001"), ("a length of 2^64 − 1", "0a ffffffffffffffffff01"),
    ("a length of 2^31", "0a 8080808008"), ("a number of 11 bytes", "08 ffffffffffffffffffff01"),
    ("a cut number", "08 ff"), ("a cut fixed64", "09 00000000"), ("a cut fixed32", "0d 00"),
    ("a field number beyond 2^29", "8080808010 00"), ("a name that is not UTF-8", "0a 05 0a 03 0a 01 ff"),
    ("a cut entry", "0a 04 0a 09 0a 01"),
  ]

  @Test(arguments: hostile) func `hostile fields are refused`(_ name: String, _ digits: String) {
    #expect(fails(hexadecimalBytes(digits)), "\(name)")
  }

  @Test func `packed numbers of all ones are refused or decoded`() {
    for count in 0..<40 {
      let list = [UInt8](repeating: 0xFF, count: count)
      for kind in [2, 3] as [UInt8] {
        let packed = [0x0A, UInt8(count)] + list
        let feature = [kind << 3 | 2, UInt8(packed.count)] + packed
        let entry = [0x0A, 1, 0x61, 0x12, UInt8(feature.count)] + feature
        let features = [0x0A, UInt8(entry.count)] + entry
        let isSound = count == 0 || kind == 2 && count % 4 == 0
        #expect(fails([0x0A, UInt8(features.count)] + features) == !isSound, "\(kind), \(count)")
      }
    }
  }
}
