import ByteIO
import TFRecord
import TestSupport
import Testing

@Suite struct CompressedRecordReaderTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func compressed(_ form: Deflater.Form, _ bytes: [UInt8]) -> [UInt8] {
    let deflater = Deflater(form)
    return deflater.deflate(bytes) + deflater.finish()
  }

  private func readAll(_ bytes: [UInt8]) -> (payloads: [[UInt8]], error: RecordError?) {
    let reader = CompressedRecordReader(Bytes(bytes), file: "a.gz")
    var payloads: [[UInt8]] = []
    do {
      while let record = try reader.next() { payloads.append(record.payload.array) }
      return (payloads, nil)
    } catch { return (payloads, error) }
  }

  @Test(arguments: Compression.allCases) func `what is written is read back`(_ compression: Compression) throws {
    var generator = SeededGenerator(5)
    let payloads = [0, 1, 1000, 100_000].map { generator.bytes($0) } + [[UInt8](repeating: 7, count: 300_000)]
    let writer = try RecordWriter(directory("a.tfrecord"), compression: compression)
    for payload in payloads { try writer.append(payload) }
    #expect(Directory.entry(directory("a.tfrecord")) == .missing)
    let digest = try writer.commit()
    #expect(try SHA256Digest.hexadecimal(ofFile: directory("a.tfrecord")) == digest)
    #expect(try RecordFile(directory("a.tfrecord")).compression == compression)
    #expect(try readPayloads(directory("a.tfrecord")) == payloads)
  }

  @Test(arguments: Compression.allCases) func `a file without records is read back`(_ compression: Compression) throws {
    try RecordWriter(directory("a.tfrecord"), compression: compression).commit()
    #expect(try readPayloads(directory("a.tfrecord")) == [])
  }

  @Test(arguments: [Deflater.Form.gzip, .zlib]) func `every prefix ends with an error`(_ form: Deflater.Form) {
    let payloads = RecordReaderTests.payloads
    let file = compressed(form, RecordReaderTests.file)
    #expect(readAll(file).payloads == payloads)
    #expect(readAll(file).error == nil)
    for count in 0..<file.count {
      let (found, error) = readAll(Array(file[..<count]))
      #expect(found == Array(payloads.prefix(found.count)), "\(count)")
      #expect(error?.reason == .compression(.truncated), "\(count)")
      #expect(error?.record == found.count, "\(count)")
      #expect(error?.offset == RecordReaderTests.starts[found.count], "\(count)")
    }
  }

  @Test(arguments: [Deflater.Form.gzip, .zlib])
  func `a flipped bit gives an error or the same records`(_ form: Deflater.Form) {
    let payloads = RecordReaderTests.payloads
    let file = compressed(form, RecordReaderTests.file)
    // In gzip's header the time, the extra flags and the system (bytes 4 to 9) carry no content, nor does the flag
    // that says the data is text (byte 3, bit 0); in the deflated data, the bits that fill the last byte, and
    // copies from another place that holds the same.
    var harmless = 0
    for index in file.indices {
      for bit in 0..<8 {
        var bytes = file
        bytes[index] ^= 1 << bit
        let (found, error) = readAll(bytes)
        if error == nil {
          #expect(found == payloads, "byte \(index), bit \(bit)")
          harmless += 1
        } else {
          #expect(error?.file == "a.gz")
          #expect(error?.record == found.count)
        }
      }
    }
    #expect(harmless < (form == .gzip ? 6 * 8 + 1 : 0) + 10)
  }

  @Test func `gzip members one after another are one file`() {
    let file = RecordReaderTests.file
    let members = compressed(.gzip, Array(file[..<40])) + compressed(.gzip, Array(file[40...]))
    #expect(readAll(members).payloads == RecordReaderTests.payloads)
  }

  @Test(arguments: [1 << 40, 1 << 63, UInt64.max, UInt64(CompressedRecordReader.recordLimit) + 1])
  func `a record beyond the limit is refused before it is inflated`(_ length: UInt64) {
    let header = littleEndian(length) + littleEndian(CRC32C.mask(CRC32C.checksum(littleEndian(length))))
    let (payloads, error) = readAll(compressed(.gzip, RecordWriter.framed([1]) + header + [0, 0, 0, 0]))
    #expect(payloads == [[1]])
    #expect(error?.record == 1)
    #expect(error?.offset == 17)
    switch error?.reason {
    case .tooLongToInflate(length, _), .payloadTruncated(length, _): break
    default: Issue.record("\(String(describing: error))")
    }
  }

  @Test func `a cut stream that claims the most allowed needs little memory`() async {
    await #expect(processExitsWith: .success) {
      // The record claims 256 MiB; the stream has 100 bytes.
      let deflater = Deflater(.gzip)
      let header = RecordWriter.header(payloadByteCount: CompressedRecordReader.recordLimit)
      let bytes = deflater.deflate(header + [UInt8](repeating: 0, count: 100)) + deflater.finish()
      try AddressSpace.limit(toAdditionalMiB: 64)
      let reader = CompressedRecordReader(Bytes(bytes), file: "a.gz")
      #expect(throws: RecordError.self) { try reader.next() }
    }
  }

  @Test func `a bomb of one huge record needs little memory`() async {
    await #expect(processExitsWith: .success) {
      // 200 MiB of zeros behind the header of a record of 2^40 bytes.
      let deflater = Deflater(.gzip)
      var bytes = deflater.deflate(RecordWriter.header(payloadByteCount: 1 << 40))
      for _ in 0..<200 { bytes += deflater.deflate([UInt8](repeating: 0, count: 1 << 20)) }
      bytes += deflater.finish()
      try AddressSpace.limit(toAdditionalMiB: 64)
      let reader = CompressedRecordReader(Bytes(bytes), file: "a.gz")
      let error = #expect(throws: RecordError.self) { try reader.next() }
      #expect(error?.reason == .tooLongToInflate(length: 1 << 40, limit: CompressedRecordReader.recordLimit))
    }
  }
}
