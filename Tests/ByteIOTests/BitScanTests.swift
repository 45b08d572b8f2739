import ByteIO
import Testing

@Suite struct BitScanTests {
  @Test(arguments: [0, 1, 4095, 4096, 4097, 9999])
  func `the first word with all bits is found wherever it stands`(index: Int) {
    var words = [UInt16](repeating: 0x7F00, count: 10_000)  // All bits of 0x7F80 but one.
    #expect(Bytes(values: words).firstWord(withBits: 0x7F80 as UInt16) == nil)
    words[index] = 0xFFC0
    words[9999] = 0x7F80
    #expect(Bytes(values: words).firstWord(withBits: 0x7F80 as UInt16) == index)
  }

  @Test func `bytes that lie askew, a rest and nothing are scanned`() {
    let bytes = Bytes([0, 0xFF, 0xFF, 0xFF, 0xFF, 0])
    #expect(bytes[1..<5].firstWord(withBits: 0x7F80_0000 as UInt32) == 0)
    #expect(bytes[0..<3].firstWord(withBits: UInt32.max) == nil)
    #expect(Bytes([]).firstWord(withBits: 1 as UInt8) == nil)
  }
}
