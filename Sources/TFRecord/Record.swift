public import ByteIO

/// One record of a TFRecord file.
///
/// Layout: length (8 bytes), masked CRC32C of the length (4), payload, masked CRC32C of the
/// payload (4), all little-endian (facts: TensorFlow's `lib/io/record_writer`).
public struct Record: Sendable {
  /// The bytes before the payload: its length and the length's checksum.
  public static let headerByteCount = 12
  /// The bytes around the payload.
  public static let framingByteCount = 16

  /// The zero-based position in the file.
  public let index: Int
  /// The offset of the record's first byte in the file (inflated, when it is compressed).
  public let offset: Int
  public let payload: Bytes

  public init(index: Int, offset: Int, payload: Bytes) {
    self.index = index
    self.offset = offset
    self.payload = payload
  }

  /// The offset of the byte after the record.
  public var end: Int { offset + payload.count + Self.framingByteCount }
}

/// What a reader checks of each record; the length's checksum is always checked.
public enum RecordVerification: Sendable {
  case checksums
  case lengthsOnly
}

/// Reads a record's header, or says why not.
///
/// - Parameters:
///   - header: 12 bytes.
///   - available: how many bytes the file has after the header.
func payloadLength(header: Bytes, available: Int) -> Result<Int, RecordFault> {
  let stored = header.integer(at: 8, as: UInt32.self)
  let computed = CRC32C.mask(CRC32C.checksum(header[0..<8]))
  guard stored == computed else { return .failure(RecordFault(.lengthChecksum(stored: stored, computed: computed))) }
  let length = header.integer(at: 0, as: UInt64.self)
  guard let count = Int(exactly: length), available >= 4, count <= available - 4 else {
    return .failure(RecordFault(.payloadTruncated(length: length, available: available)))
  }
  return .success(count)
}

/// A broken rule whose place the caller knows.
struct RecordFault: Error {
  let reason: RecordError.Reason

  init(_ reason: RecordError.Reason) { self.reason = reason }
}
