import ByteIO
import TFRecord

/// TFRecord: plain with and without checksums, compressed, and as the payload of a record that is written and read back.
@Sendable func readRecords(_ input: [UInt8]) {
  let bytes = Bytes(input)
  for verification in [RecordVerification.checksums, .lengthsOnly] {
    var reader = RecordReader(bytes, file: "input", verification: verification)
    var end = 0
    while let record = try? reader.next() {
      precondition(record.offset == end && record.end <= input.count, "records follow each other inside the file")
      end = record.end
    }
    let inflating = CompressedRecordReader(bytes, file: "input", verification: verification)
    // A small input may inflate a thousand times.
    for _ in 0..<64 { guard (try? inflating.next()) != nil else { break } }
  }
  var whole = RecordReader(Bytes(RecordWriter.framed(input)), file: "framed")
  guard let record = try? whole.next(), record.payload.array == input else {
    preconditionFailure("a record is read back as it was written")
  }
}
