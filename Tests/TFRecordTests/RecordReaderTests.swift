import ByteIO
import TFRecord
import Testing

@Test func `the record of hello has the published bytes`() throws {
  #expect(RecordWriter.framed(Array("hello".utf8)).map { String($0, radix: 16) }.joined(separator: " ")
    == "5 0 0 0 0 0 0 0 ea b2 4 3e 68 65 6c 6c 6f bb 1f 1c 19")
}
