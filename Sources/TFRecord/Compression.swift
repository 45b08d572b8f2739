public import ByteIO

/// How the whole stream of a TFRecord file is compressed.
public enum Compression: String, Sendable, CaseIterable {
  case none, gzip, zlib

  /// Detects the compression of a file from its first bytes.
  ///
  /// A valid record header wins: the length 35,615 begins with gzip's magic number.
  public static func detect(_ bytes: Bytes) -> Compression {
    if bytes.count >= Record.headerByteCount {
      let stored = bytes.integer(at: 8, as: UInt32.self)
      if stored == CRC32C.mask(CRC32C.checksum(bytes[0..<8])) { return .none }
    }
    guard bytes.count >= 2 else { return .none }
    if bytes[0] == 0x1F, bytes[1] == 0x8B { return .gzip }
    let isDeflate = bytes[0] & 0x0F == 8 && bytes[0] >> 4 <= 7
    if isDeflate, (Int(bytes[0]) << 8 | Int(bytes[1])) % 31 == 0 { return .zlib }
    return .none
  }
}
