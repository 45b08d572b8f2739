import ByteIO
import JSON
import TFRecord
import TestSupport
import Testing

/// The tag of field `number` with length-delimited content, and the content.
private func field(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
  [number << 3 | 2] + varint(content.count) + content
}

private func varint(_ value: Int) -> [UInt8] {
  var bytes: [UInt8] = []
  var rest = UInt64(value)
  while rest >= 0x80 {
    bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
    rest >>= 7
  }
  return bytes + [UInt8(rest)]
}

/// An Example with one entry for each of `entries`, whose features are given as messages.
private func example(_ entries: [(String, [UInt8])]) -> [UInt8] {
  field(1, entries.flatMap { field(1, field(1, Array($0.0.utf8)) + field(2, $0.1)) })
}

@Suite struct ExampleTests {
  private let decoder = FeatureDecoder()

  @Test(arguments: ["packed", "unpacked"]) func `TensorFlow's examples are decoded`(_ name: String) throws {
    let payloads = try readPayloads(Repository.fixture("TFRecord/\(name).tfrecord"))
    let example = try Example(parsing: Bytes(payloads[0]))
    let expected = try JSONNode(file: Repository.fixture("TFRecord/example.json")).member("features").members()
    #expect(example.names == expected.map(\.name).sorted())
    for (name, node) in expected {
      let feature = try #require(example.feature(name), "\(name)")
      let values = try node.member("values").array()
      switch try node.member("kind").string() {
      case "int": #expect(try feature.integers(using: decoder) == values.map { Int64(try $0.integer()) }, "\(name)")
      case "float":
        #expect(
          try feature.floats(using: decoder).map { Int($0.bitPattern) } == values.map { try $0.integer() }, "\(name)")
      case "bytes":
        #expect(
          try feature.byteStrings().map(\.array) == values.map { hexadecimalBytes(try $0.string()) }, "\(name)")
      default: #expect(try feature.kind() == .empty)
      }
    }
    #expect(example.feature("absent") == nil)
  }

  @Test func `what is encoded is decoded`() throws {
    var encoder = ExampleEncoder()
    let integers: [Int64] = [0, 1, -1, .min, .max, 127, 128]
    let floats: [Float] = [0, -0.0, .infinity, .leastNonzeroMagnitude, 1.5]
    let strings: [[UInt8]] = [[], [0], Array("größer".utf8), [UInt8](repeating: 1, count: 300)]
    encoder.append("b", byteStrings: strings)
    encoder.append("f", floats: floats)
    encoder.append("i", integers: integers)
    encoder.append("none", integers: [])
    let example = try Example(parsing: Bytes(encoder.serialized()))
    #expect(example.names == ["b", "f", "i", "none"])
    #expect(try example.feature("b")?.byteStrings().map(\.array) == strings)
    #expect(try example.feature("f")?.floats(using: decoder).map(\.bitPattern) == floats.map(\.bitPattern))
    #expect(try example.feature("i")?.integers(using: decoder) == integers)
    #expect(try example.feature("none")?.integers(using: decoder) == [])
  }

  @Test func `a small Example has the bytes of the wire format`() {
    // Example{1: Features{1: entry{1: "a", 2: Feature{3: Int64List{1: packed [1, 300]}}}}}; 300 = AC 02.
    var encoder = ExampleEncoder()
    encoder.append("a", integers: [1, 300])
    #expect(encoder.serialized() == hexadecimalBytes("0a0e 0a0c 0a0161 1207 1a05 0a03 01ac02"))
  }

  @Test func `an empty message has no features`() throws {
    #expect(try Example(parsing: Bytes([])).names.isEmpty)
  }

  @Test func `the last of several features of one name counts`() throws {
    let one = field(3, field(1, [1]))
    let two = field(3, field(1, [2]))
    let example = try Example(parsing: Bytes(example([("a", one), ("a", two)])))
    #expect(example.names == ["a"])
    #expect(try example.feature("a")?.integers(using: decoder) == [2])
  }

  @Test func `another kind is refused with both`() throws {
    let example = try Example(parsing: Bytes(example([("a", field(3, field(1, [1])))])))
    let feature = try #require(example.feature("a"))
    #expect(try feature.kind() == .integers)
    let floats = #expect(throws: ExampleError.self) { try feature.floats(using: decoder) }
    #expect(floats?.description == "feature `a` holds integers, floats expected")
    let strings = #expect(throws: ExampleError.self) { try feature.byteStrings() }
    #expect(strings?.reason == .wrongKind(feature: "a", expected: "byte strings", found: "integers"))
    #expect(strings?.kind == .badData)
  }

  @Test func `a long list without packing is decoded`() throws {
    // 20,000 tags and numbers of two bytes each, and floats of five.
    let integers = (0..<20_000).flatMap { index -> [UInt8] in [8, UInt8(index % 100)] }
    let floats = (0..<20_000).flatMap { index -> [UInt8] in [13] + littleEndian(Float(index).bitPattern) }
    let example = try Example(parsing: Bytes(example([("i", field(3, integers)), ("f", field(2, floats))])))
    #expect(try example.feature("i")?.integers(using: decoder) == (0..<20_000).map { Int64($0 % 100) })
    #expect(try example.feature("f")?.floats(using: decoder) == (0..<20_000).map(Float.init))
  }

  @Test func `a decoder serves one feature after another`() throws {
    let sizes = [3, 0, 200_000, 1, 500_000, 7]
    var encoder = ExampleEncoder()
    for (index, size) in sizes.enumerated() {
      encoder.append("\(index)", integers: [Int64](repeating: Int64(index), count: size))
    }
    let example = try Example(parsing: Bytes(encoder.serialized()))
    for (index, size) in sizes.enumerated() {
      let values = try example.feature("\(index)")?.integers(using: decoder)
      #expect(values == [Int64](repeating: Int64(index), count: size))
    }
  }
}
