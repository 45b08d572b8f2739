import ImageCodec
import Testing

@Test func `no bytes are an empty image`() {
  #expect(throws: ImageError(.empty)) { try ImageHeader.probe([UInt8]().span.bytes) }
}
