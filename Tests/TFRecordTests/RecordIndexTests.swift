import ByteIO
import TFRecord
import TestSupport
import Testing

@Suite struct RecordIndexTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func `the index has the reader's offsets`() throws {
    let sample = "metaworld_reach_push/1.0.0/metaworld_reach_push-train.tfrecord-00000-of-00004"
    for path in [Repository.sample(sample), Repository.fixture("TFRecord/five.tfrecord")] {
      let file = try RecordFile(path)
      var records: [Range<Int>] = []
      while let record = try file.next() { records.append(record.offset..<record.end) }
      let index = try RecordIndex(path)
      #expect(index.offsets == records.map(\.lowerBound))
      #expect(index.count == records.count)
      #expect(index.byteCount == file.byteCount)
      #expect(records.indices.map { index.range(of: $0) } == records)
    }
  }

  @Test func `an empty file has no records`() throws {
    #expect(try RecordIndex(Repository.fixture("TFRecord/none.tfrecord")).count == 0)
  }

  @Test func `every prefix fails as reading does`() throws {
    for count in 0...RecordReaderTests.file.count {
      let bytes = Array(RecordReaderTests.file[..<count])
      let path = try directory.write(bytes, to: "a.tfrecord")
      let expected = readAll(bytes)
      do {
        let index = try RecordIndex(path)
        #expect(expected.error == nil)
        #expect(index.offsets == expected.records.map(\.offset))
      } catch let error as RecordError {
        #expect(error.reason == expected.error?.reason)
        #expect(error.record == expected.error?.record)
        #expect(error.offset == expected.error?.offset)
        #expect(error.file == path)
      }
    }
  }

  @Test(arguments: [1 << 63, UInt64.max]) func `a record of impossible length is refused`(_ length: UInt64) throws {
    let header = littleEndian(length) + littleEndian(CRC32C.mask(CRC32C.checksum(littleEndian(length))))
    let path = try directory.write(header + [0, 0, 0, 0], to: "a.tfrecord")
    let error = #expect(throws: RecordError.self) { try RecordIndex(path) }
    #expect(error?.reason == .payloadTruncated(length: length, available: 4))
  }

  @Test func `a missing file is reported as missing`() throws {
    let error = #expect(throws: FileError.self) { try RecordIndex(directory("none")) }
    #expect(error?.kind == .inputMissing)
  }
}
