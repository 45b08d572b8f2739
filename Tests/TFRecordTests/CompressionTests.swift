import ByteIO
import TFRecord
import TestSupport
import Testing

@Suite struct CompressionTests {
  @Test func `fixtures are told apart by their content`() throws {
    for (name, compression) in [
      ("five.tfrecord", Compression.none), ("five.gzip.tfrecord", .gzip), ("five.zlib.tfrecord", .zlib),
      ("none.tfrecord", .none), ("empty.tfrecord", .none),
    ] {
      #expect(Compression.detect(Bytes(try readBytes(Repository.fixture("TFRecord/" + name)))) == compression)
    }
  }

  @Test func `a record of 35,615 bytes is no gzip file`() throws {
    // 35,615 = 0x8B1F: the header begins 1F 8B, gzip's magic number.
    let payload = [UInt8](repeating: 3, count: 35_615)
    let file = RecordWriter.framed(payload)
    #expect(Array(file[..<2]) == [0x1F, 0x8B])
    #expect(Compression.detect(Bytes(file)) == .none)
    let directory = try TemporaryDirectory()
    let path = try directory.write(file, to: "a.tfrecord")
    #expect(try readPayloads(path) == [payload])
  }

  @Test func `a record of 40,056 bytes is no zlib file`() {
    // 40,056 = 0x9C78: the header begins 78 9C, zlib's usual one.
    let file = RecordWriter.framed([UInt8](repeating: 3, count: 40_056))
    #expect(Array(file[..<2]) == [0x78, 0x9C])
    #expect(Compression.detect(Bytes(file)) == .none)
  }

  @Test(
    arguments: [
      ([], Compression.none), ([0x1F], .none), ([0x1F, 0x8B], .gzip), ([0x78, 0x9C], .zlib), ([0x78, 0x9D], .none),
      ([0x88, 0x98], .none), ([0, 0], .none),
    ] as [([UInt8], Compression)])
  func `few bytes decide`(_ bytes: [UInt8], _ compression: Compression) {
    #expect(Compression.detect(Bytes(bytes)) == compression)
  }
}
