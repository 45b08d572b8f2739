public import ByteIO

/// A TFRecord file open for reading from its first record to its last, compressed or not.
public final class RecordFile {
  /// How the file is compressed, as its content tells.
  public let compression: Compression
  /// The size on disk in bytes.
  public var byteCount: Int { file.byteCount }
  private let file: MappedFile
  private var plain: RecordReader
  private let compressed: CompressedRecordReader?
  private var released = 0

  /// How many bytes are read before the pages behind are given back.
  private static let releaseStep = 8 << 20

  /// Opens the file at `path`.
  ///
  /// - Throws: `FileError`.
  public init(_ path: String, verification: RecordVerification = .checksums) throws(FileError) {
    file = try MappedFile(path)
    let bytes = file.bytes
    compression = Compression.detect(bytes)
    plain = RecordReader(bytes, file: path, verification: verification)
    compressed =
      compression == .none ? nil : CompressedRecordReader(bytes, file: path, verification: verification)
  }

  /// Returns the next record, or `nil` at the end.
  ///
  /// The payload of an uncompressed file is a view into the mapping. Resident memory stays bounded: pages
  /// behind the current record are given back every 8 MiB.
  public func next() throws(RecordError) -> Record? {
    if let compressed { return try compressed.next() }
    guard let record = try plain.next() else { return nil }
    if record.offset - released >= Self.releaseStep {
      file.releasePages(released..<record.offset)
      released = record.offset
    }
    return record
  }
}
