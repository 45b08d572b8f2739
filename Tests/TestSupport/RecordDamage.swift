import ByteIO
import TFRecord

/// What can happen to one record of a TFRecord file.
public enum RecordDamage: Sendable {
  /// One bit of the length flips.
  case length
  /// One bit of the payload flips at this offset in it.
  case payload(at: Int)
  /// One bit of the payload's checksum flips.
  case footer
  /// The file ends after this many bytes of the record, framing counted.
  case cut(after: Int)
  /// The payload becomes another one, with sound lengths and checksums.
  case replaced(by: [UInt8])
}

/// Damages record `index` of the uncompressed TFRecord file at `path`.
public func damageRecord(_ index: Int, of path: String, _ damage: RecordDamage) throws {
  let range = try RecordIndex(path).range(of: index)
  var bytes = try readBytes(path)
  switch damage {
  case .length: bytes[range.lowerBound] ^= 1
  case .payload(let offset): bytes[range.lowerBound + Record.headerByteCount + offset] ^= 1
  case .footer: bytes[range.upperBound - 1] ^= 1
  case .cut(let count): bytes.removeSubrange((range.lowerBound + count)...)
  case .replaced(let payload): bytes.replaceSubrange(range, with: RecordWriter.framed(payload))
  }
  try AtomicFile.write(bytes, to: path)
}

/// Returns all payloads of the TFRecord file at `path`.
public func readPayloads(_ path: String) throws -> [[UInt8]] {
  let file = try RecordFile(path)
  var payloads: [[UInt8]] = []
  while let record = try file.next() { payloads.append(record.payload.array) }
  return payloads
}
