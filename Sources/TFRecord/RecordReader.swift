public import ByteIO

/// Walks the records of an uncompressed TFRecord file in memory, without copying payloads.
public struct RecordReader: Sendable {
  private let bytes: Bytes
  private let file: String
  private let verification: RecordVerification
  private var offset: Int
  private var index: Int

  /// Creates a reader over `bytes`, the whole content of `file`, that begins at `offset`, the first
  /// byte of the record numbered `index`.
  public init(
    _ bytes: Bytes, file: String, verification: RecordVerification = .checksums, offset: Int = 0, index: Int = 0
  ) {
    self.bytes = bytes
    self.file = file
    self.verification = verification
    self.offset = offset
    self.index = index
  }

  /// Returns the next record, or `nil` at the end of the file.
  ///
  /// - Throws: `RecordError` when the record is cut or a checksum does not fit; the reader stays on it.
  /// - Complexity: O(*n*) in the length of the payload; O(1) without payload checksums.
  public mutating func next() throws(RecordError) -> Record? {
    let available = bytes.count - offset
    guard available > 0 else { return nil }
    guard available >= Record.headerByteCount else { throw failure(.headerTruncated(available: available)) }
    let start = offset + Record.headerByteCount
    let length: Int
    switch payloadLength(header: bytes[offset..<start], available: available - Record.headerByteCount) {
    case .success(let count): length = count
    case .failure(let fault): throw failure(fault.reason)
    }
    let payload = bytes[start..<start + length]
    if verification == .checksums {
      let stored = bytes.integer(at: start + length, as: UInt32.self)
      let computed = CRC32C.mask(CRC32C.checksum(payload))
      guard stored == computed else { throw failure(.payloadChecksum(stored: stored, computed: computed)) }
    }
    let record = Record(index: index, offset: offset, payload: payload)
    offset = record.end
    index += 1
    return record
  }

  private func failure(_ reason: RecordError.Reason) -> RecordError {
    RecordError(reason, file: file, record: index, offset: offset)
  }
}
