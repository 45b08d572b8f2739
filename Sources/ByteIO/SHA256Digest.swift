internal import Crypto

/// A SHA-256 digest in the making.
public struct SHA256Digest: Sendable {
  private var hasher = SHA256()

  public init() {}

  /// Adds `bytes`.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) { unsafe hasher.update(bufferPointer: bytes) }

  /// Adds `bytes`.
  public mutating func update(_ bytes: [UInt8]) { unsafe bytes.withUnsafeBytes { unsafe update($0) } }

  /// Returns the 64 lower-case hexadecimal digits for what was added so far.
  public func hexadecimal() -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in hasher.finalize() {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Returns the digest of `bytes` in hexadecimal.
  public static func hexadecimal(of bytes: [UInt8]) -> String {
    var digest = SHA256Digest()
    digest.update(bytes)
    return digest.hexadecimal()
  }

  /// Returns the digest of `bytes` in hexadecimal.
  public static func hexadecimal(of bytes: Bytes) -> String {
    var digest = SHA256Digest()
    unsafe bytes.withUnsafeBytes { unsafe digest.update($0) }
    return digest.hexadecimal()
  }

  /// Returns the digest of the file at `path` in hexadecimal, read in pieces of 1 MiB.
  public static func hexadecimal(ofFile path: String) throws(FileError) -> String {
    let file = try InputFile(path)
    var digest = SHA256Digest()
    let piece = ScratchBuffer(byteCount: 1 << 20)
    var offset = 0
    while true {
      let count = try unsafe file.read(into: piece.bytes, at: offset)
      if count == 0 { return digest.hexadecimal() }
      unsafe digest.update(UnsafeRawBufferPointer(rebasing: piece.bytes[..<count]))
      offset += count
    }
  }
}
