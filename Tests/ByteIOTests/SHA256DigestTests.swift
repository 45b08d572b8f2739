import ByteIO
import TestSupport
import Testing

@Suite struct SHA256DigestTests {
  // FIPS 180-2, appendix B.
  static let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
  static let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

  @Test func `digests are the published ones`() throws {
    #expect(SHA256Digest.hexadecimal(of: Array("abc".utf8)) == Self.abc)
    #expect(SHA256Digest.hexadecimal(of: Bytes(Array("abc".utf8))) == Self.abc)
    #expect(SHA256Digest.hexadecimal(of: [UInt8]()) == Self.nothing)
    let directory = try TemporaryDirectory()
    #expect(try SHA256Digest.hexadecimal(ofFile: directory.write([], to: "a")) == Self.nothing)
  }

  @Test func `pieces give the digest of the whole, which may be asked for between`() {
    var digest = SHA256Digest()
    #expect(digest.hexadecimal() == Self.nothing)
    digest.update(Array("a".utf8))
    _ = digest.hexadecimal()
    digest.update(Array("bc".utf8))
    #expect(digest.hexadecimal() == Self.abc)
  }
}
