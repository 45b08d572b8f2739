import ByteIO
import TestSupport
import Testing

@Suite struct InflatingStreamTests {
  private func gzip(_ bytes: [UInt8]) -> [UInt8] {
    let deflater = Deflater(.gzip)
    return deflater.deflate(bytes) + deflater.finish()
  }

  @Test func `pieces of any size are read in order`() throws {
    let content = (0..<600_000).map { UInt8(truncatingIfNeeded: $0 / 3) }
    let stream = InflatingStream(Bytes(gzip(content)))
    var found: [UInt8] = []
    var size = 1
    while true {
      let piece = try stream.read(size)
      found += piece
      if piece.count < size { break }
      size *= 3
    }
    #expect(found == content)
    #expect(try stream.read(10).isEmpty)
  }

  @Test func `members one after another are one stream`() throws {
    let stream = InflatingStream(Bytes(gzip([1, 2, 3]) + gzip([]) + gzip([4, 5])))
    #expect(try stream.read(2) == [1, 2])
    #expect(try stream.read(100) == [3, 4, 5])
  }

  @Test func `zlib streams are read too`() throws {
    let deflater = Deflater(.zlib)
    let bytes = deflater.deflate([1, 2, 3]) + deflater.finish()
    #expect(try InflatingStream(Bytes(bytes)).read(.max) == [1, 2, 3])
  }

  @Test func `a cut member is reported`() throws {
    let whole = gzip([1, 2, 3]) + gzip([4, 5])
    let first = gzip([1, 2, 3]).count
    for count in 0..<whole.count where count != first {
      let stream = InflatingStream(Bytes(Array(whole[..<count])))
      #expect(throws: InflateError.truncated, "\(count)") { try stream.read(100) }
    }
  }

  @Test func `a damaged member is reported`() throws {
    var bytes = gzip([1, 2, 3])
    bytes[bytes.count - 8] ^= 1  // Its checksum.
    let stream = InflatingStream(Bytes(bytes))
    #expect(throws: InflateError.damaged) { try stream.read(100) }
  }
}
