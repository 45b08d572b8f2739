public import ByteIO

/// Walks the records of a GZIP or ZLIB compressed TFRecord file, one record in memory at a time.
public final class CompressedRecordReader {
  /// The longest record that is held in memory.
  public static let recordLimit = 1 << 28

  private let stream: InflatingStream
  private let file: String
  private let verification: RecordVerification
  private var offset = 0
  private var index = 0

  /// Creates a reader over `bytes`, the whole content of `file`.
  public init(_ bytes: Bytes, file: String, verification: RecordVerification = .checksums) {
    stream = InflatingStream(bytes)
    self.file = file
    self.verification = verification
  }

  /// Returns the next record, or `nil` at the end of the stream.
  ///
  /// - Throws: `RecordError` as ``RecordReader/next()``, and for damaged compression or a record of more
  ///   than ``recordLimit`` bytes.
  public func next() throws(RecordError) -> Record? {
    let header = try read(Record.headerByteCount)
    guard header.count > 0 else { return nil }
    guard header.count == Record.headerByteCount else { throw failure(.headerTruncated(available: header.count)) }
    let length: Int
    switch payloadLength(header: Bytes(header), available: .max) {
    case .success(let count): length = count
    case .failure(let fault): throw failure(fault.reason)
    }
    guard length <= Self.recordLimit else {
      throw failure(.tooLongToInflate(length: UInt64(length), limit: Self.recordLimit))
    }
    let payload = try read(length)
    let footer = payload.count == length ? Bytes(try read(4)) : Bytes([])
    guard footer.count == 4 else {
      throw failure(.payloadTruncated(length: UInt64(length), available: payload.count + footer.count))
    }
    if verification == .checksums {
      let stored = footer.integer(at: 0, as: UInt32.self)
      let computed = CRC32C.mask(CRC32C.checksum(payload))
      guard stored == computed else { throw failure(.payloadChecksum(stored: stored, computed: computed)) }
    }
    let record = Record(index: index, offset: offset, payload: Bytes(payload))
    offset = record.end
    index += 1
    return record
  }

  private func read(_ count: Int) throws(RecordError) -> [UInt8] {
    do { return try stream.read(count) } catch { throw failure(.compression(error)) }
  }

  private func failure(_ reason: RecordError.Reason) -> RecordError {
    RecordError(reason, file: file, record: index, offset: offset)
  }
}
