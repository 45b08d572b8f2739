/// Checked reads of big-endian fields: what lies outside the bytes is `nil`.
extension RawSpan {
  func byte(at offset: Int) -> UInt8? {
    guard offset >= 0, offset < byteCount else { return nil }
    return unsafe unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
  }

  func bigEndian16(at offset: Int) -> Int? {
    guard offset >= 0, byteCount >= 2, offset <= byteCount - 2 else { return nil }
    let field = unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt16.self)
    return Int(UInt16(bigEndian: field))
  }

  func bigEndian32(at offset: Int) -> UInt32? {
    guard offset >= 0, byteCount >= 4, offset <= byteCount - 4 else { return nil }
    let field = unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt32.self)
    return UInt32(bigEndian: field)
  }

  func contains(_ pattern: [UInt8], at offset: Int) -> Bool {
    guard offset >= 0, pattern.count <= byteCount, offset <= byteCount - pattern.count else { return false }
    return pattern.indices.allSatisfy { byte(at: offset + $0) == pattern[$0] }
  }

  func begins(with pattern: [UInt8]) -> Bool { contains(pattern, at: 0) }

  func isPrefix(of pattern: [UInt8]) -> Bool {
    byteCount <= pattern.count && (0..<byteCount).allSatisfy { byte(at: $0) == pattern[$0] }
  }
}
