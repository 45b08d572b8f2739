import ByteIO
import JSON
import TFRecord
import TestSupport
import Testing

/// Returns the records of `bytes` up to the end or the first error.
func readAll(
  _ bytes: [UInt8], verification: RecordVerification = .checksums
) -> (records: [Record], error: RecordError?) {
  var reader = RecordReader(Bytes(bytes), file: "a.tfrecord", verification: verification)
  var records: [Record] = []
  do {
    while let record = try reader.next() { records.append(record) }
    return (records, nil)
  } catch { return (records, error) }
}

@Suite struct RecordReaderTests {
  /// Four records of 0, 1, 5 and 40 bytes: they begin at 0, 16, 33 and 54, the file ends at 110.
  static let payloads: [[UInt8]] = [[], [9], Array("hello".utf8), Array(0..<40)]
  static let starts = [0, 16, 33, 54, 110]
  static let file = payloads.flatMap(RecordWriter.framed)

  @Test func `the record of hello has the published bytes`() throws {
    #expect(
      RecordWriter.framed(Array("hello".utf8)) == hexadecimalBytes("0500000000000000 eab2043e 68656c6c6f bb1f1c19"))
    #expect(RecordWriter.framed([]) == hexadecimalBytes("0000000000000000 29039807 d8ea82a2"))
  }

  @Test func `the fixtures of TensorFlow hold what it wrote`() throws {
    for (name, node) in try JSONNode(file: Repository.fixture("TFRecord/records.json")).members() {
      let expected = try node.member("payloads").array().map { hexadecimalBytes(try $0.string()) }
      let file = try RecordFile(Repository.fixture("TFRecord/" + name))
      #expect(try file.compression.rawValue == (node.member("compression").string().lowercased() + "none").prefix(4))
      var payloads: [[UInt8]] = []
      while let record = try file.next() {
        #expect(record.index == payloads.count)
        #expect(record.offset == payloads.reduce(0) { $0 + $1.count + 16 })
        payloads.append(record.payload.array)
      }
      #expect(payloads == expected, "\(name)")
    }
  }

  @Test func `TensorFlow's bytes are made again`() throws {
    let records = try JSONNode(file: Repository.fixture("TFRecord/records.json"))
    for name in ["hello.tfrecord", "empty.tfrecord", "none.tfrecord", "five.tfrecord", "packed.tfrecord"] {
      let payloads = try records.member(name).member("payloads").array().map { hexadecimalBytes(try $0.string()) }
      #expect(try payloads.flatMap(RecordWriter.framed) == readBytes(Repository.fixture("TFRecord/" + name)))
    }
  }

  @Test func `records know their place`() throws {
    let (records, error) = readAll(Self.file)
    #expect(error == nil)
    #expect(records.map(\.payload.array) == Self.payloads)
    #expect(records.map(\.index) == [0, 1, 2, 3])
    #expect(records.map(\.offset) == Array(Self.starts[..<4]))
    #expect(records.map(\.end) == Array(Self.starts[1...]))
  }

  @Test func `reading can begin at any record`() throws {
    var reader = RecordReader(Bytes(Self.file), file: "a", offset: Self.starts[2], index: 2)
    let record = try #require(try reader.next())
    #expect(record.payload.array == Array("hello".utf8))
    #expect(record.index == 2)
    #expect(record.offset == 33)
  }

  @Test func `every prefix ends at a record or with its place`() {
    for count in 0...Self.file.count {
      let whole = Self.starts.lastIndex { $0 <= count } ?? 0
      let rest = count - Self.starts[whole]
      let (records, error) = readAll(Array(Self.file[..<count]))
      #expect(records.count == whole, "\(count)")
      let reason: RecordError.Reason? =
        rest == 0
        ? nil
        : rest < 12
          ? .headerTruncated(available: rest)
          : .payloadTruncated(length: UInt64(Self.payloads[whole].count), available: rest - 12)
      #expect(
        error == reason.map { RecordError($0, file: "a.tfrecord", record: whole, offset: Self.starts[whole]) },
        "\(count)")
    }
  }

  @Test func `every flipped bit is reported with its record`() {
    for index in Self.file.indices {
      for bit in 0..<8 {
        var bytes = Self.file
        bytes[index] ^= 1 << bit
        let struck = (Self.starts.lastIndex { $0 <= index }) ?? 0
        let (records, error) = readAll(bytes)
        #expect(records.count == struck, "byte \(index), bit \(bit)")
        #expect(error?.file == "a.tfrecord")
        #expect(error?.record == struck)
        #expect(error?.offset == Self.starts[struck])
        switch (index - Self.starts[struck] < 12, error?.reason) {
        case (true, .lengthChecksum), (false, .payloadChecksum): break
        default: Issue.record("byte \(index), bit \(bit): \(String(describing: error?.reason))")
        }
      }
    }
  }

  @Test func `payloads are not checked where only lengths are asked for`() {
    var bytes = Self.file
    bytes[46] ^= 0xFF  // In `hello` and behind it.
    bytes[109] ^= 0xFF
    let (records, error) = readAll(bytes, verification: .lengthsOnly)
    #expect(records.count == 4)
    #expect(error == nil)
    bytes[33] ^= 1
    #expect(readAll(bytes, verification: .lengthsOnly).error?.record == 2)
  }

  @Test(arguments: [1 << 63, UInt64.max, UInt64.max - 15, 1 << 62, 1 << 40, 36])
  func `a record that claims more than the file has is refused at once`(_ length: UInt64) {
    let header = littleEndian(length) + littleEndian(CRC32C.mask(CRC32C.checksum(littleEndian(length))))
    for verification in [RecordVerification.checksums, .lengthsOnly] {
      let bytes = RecordWriter.framed([1]) + header + [UInt8](repeating: 0, count: 39)
      let (records, error) = readAll(bytes, verification: verification)
      #expect(records.count == 1)
      #expect(
        error
          == RecordError(.payloadTruncated(length: length, available: 39), file: "a.tfrecord", record: 1, offset: 17))
    }
  }

  @Test func `an error stays where it is`() throws {
    var reader = RecordReader(Bytes([1, 2, 3]), file: "a")
    let first = #expect(throws: RecordError.self) { try reader.next() }
    let second = #expect(throws: RecordError.self) { try reader.next() }
    #expect(first == second)
  }

  @Test func `an error is one line with both checksums`() {
    let error = RecordError(
      .payloadChecksum(stored: 0x12, computed: 0xDEAD_BEEF), file: "/d/a.tfrecord", record: 3, offset: 120)
    #expect(
      error.description
        == "/d/a.tfrecord: record 3 at byte 120: the payload's checksum is 0x00000012, computed 0xdeadbeef; "
        + "copy the file again")
    #expect(error.kind == .badData)
  }
}
