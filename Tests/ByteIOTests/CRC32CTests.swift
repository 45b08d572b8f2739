import ByteIO
import Testing

@Suite struct CRC32CTests {
  @Test func `checksums are the published ones`() {
    #expect(CRC32C.checksum(Array("123456789".utf8)) == 0xE306_9283)
    #expect(CRC32C.checksum(Array("hello".utf8)) == 0x9A71_BB4C)
    #expect(CRC32C.checksum([UInt8]()) == 0)
    // RFC 3720, B.4: 32 bytes of zeros, of ones, and counting up.
    #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(CRC32C.checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
    #expect(CRC32C.checksum(Array(0..<32)) == 0x46DD_794E)
  }

  @Test func `masks go both ways`() {
    #expect(CRC32C.mask(0xE306_9283) == 0xC78A_B0E5)
    #expect(CRC32C.mask(0x9A71_BB4C) == 0x191C_1FBB)
    for crc: UInt32 in [0, 1, 0x8000_0000, 0xFFFF_FFFF, 0xE306_9283, 0xA282_EAD8] {
      #expect(CRC32C.unmask(CRC32C.mask(crc)) == crc)
      #expect(CRC32C.mask(CRC32C.unmask(crc)) == crc)
    }
  }

  @Test func `bytes and arrays agree with the definition at every length and alignment`() {
    /// Bit by bit: reflected polynomial 0x82F63B78.
    func reference(_ bytes: ArraySlice<UInt8>) -> UInt32 {
      var crc = UInt32.max
      for byte in bytes {
        crc ^= UInt32(byte)
        for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
      }
      return ~crc
    }
    let array = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
    let bytes = Bytes(array)
    for start in 0..<9 {
      for end in [start, start + 1, 17, 64, 129, 256, 300] where end >= start {
        #expect(CRC32C.checksum(bytes[start..<end]) == reference(array[start..<end]))
      }
    }
  }
}
