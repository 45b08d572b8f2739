internal import ByteIO

/// Where the records of an uncompressed TFRecord file begin, found by reading headers only.
public struct RecordIndex: Sendable {
  public let file: String
  /// The offset of each record's first byte, in order.
  public let offsets: [Int]
  /// The number of bytes in the file.
  public let byteCount: Int
  /// What ended the walk before the end of the file.
  public let fault: RecordError?

  /// What to do at a record whose header is broken, or which the file cuts short.
  public enum FaultPolicy: Sendable {
    /// Throw.
    case fail
    /// End the index before it.
    case stop
  }

  /// Hops over the file at `path` from header to header.
  ///
  /// - Throws: `RecordError` for a broken header or a record that the file cuts short, `FileError`.
  /// - Complexity: O(records): 12 bytes are read for each.
  public init(_ path: String, atFault policy: FaultPolicy = .fail) throws {
    let file = try InputFile(path)
    var offsets: [Int] = []
    var offset = 0
    var fault: RecordError?
    while offset < file.byteCount, fault == nil {
      let header = Bytes(try file.read(Record.headerByteCount, at: offset))
      let length: Result<Int, RecordFault> =
        header.count < Record.headerByteCount
        ? .failure(RecordFault(.headerTruncated(available: header.count)))
        : payloadLength(header: header, available: file.byteCount - offset - Record.headerByteCount)
      switch length {
      case .success(let count):
        offsets.append(offset)
        offset += count + Record.framingByteCount
      case .failure(let broken):
        let error = RecordError(broken.reason, file: path, record: offsets.count, offset: offset)
        guard policy == .stop else { throw error }
        fault = error
      }
    }
    self.file = path
    self.fault = fault
    end = offset
    self.offsets = offsets
    byteCount = file.byteCount
  }

  /// The offset of the byte after the last record.
  private let end: Int

  /// The number of records.
  public var count: Int { offsets.count }

  /// Returns the bytes of the file that record `index` takes, framing included.
  public func range(of index: Int) -> Range<Int> {
    offsets[index]..<(index + 1 < offsets.count ? offsets[index + 1] : end)
  }
}
