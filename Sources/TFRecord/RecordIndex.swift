internal import ByteIO

/// Where the records of an uncompressed TFRecord file begin, found by reading headers only.
public struct RecordIndex: Sendable {
  public let file: String
  /// The offset of each record's first byte, in order.
  public let offsets: [Int]
  /// The number of bytes in the file.
  public let byteCount: Int

  /// Hops over the file at `path` from header to header.
  ///
  /// - Throws: `RecordError` for a broken header or a record that the file cuts short, `FileError`.
  /// - Complexity: O(records): 12 bytes are read for each.
  public init(_ path: String) throws {
    let file = try InputFile(path)
    var offsets: [Int] = []
    var offset = 0
    while offset < file.byteCount {
      let header = Bytes(try file.read(Record.headerByteCount, at: offset))
      func failure(_ reason: RecordError.Reason) -> RecordError {
        RecordError(reason, file: path, record: offsets.count, offset: offset)
      }
      guard header.count == Record.headerByteCount else { throw failure(.headerTruncated(available: header.count)) }
      let available = file.byteCount - offset - Record.headerByteCount
      switch payloadLength(header: header, available: available) {
      case .success(let count):
        offsets.append(offset)
        offset += count + Record.framingByteCount
      case .failure(let fault): throw failure(fault.reason)
      }
    }
    self.file = path
    self.offsets = offsets
    byteCount = file.byteCount
  }

  /// The number of records.
  public var count: Int { offsets.count }

  /// Returns the bytes of the file that record `index` takes, framing included.
  public func range(of index: Int) -> Range<Int> {
    offsets[index]..<(index + 1 < offsets.count ? offsets[index + 1] : byteCount)
  }
}
