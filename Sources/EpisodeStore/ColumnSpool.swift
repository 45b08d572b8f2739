internal import ByteIO

/// The bytes of the columns of one shard while it is made, in memory up to a bound and beyond it in a file.
final class ColumnSpool {
  /// How many bytes of one column are held in memory.
  static let memoryLimit = 1 << 20

  private let path: String
  private var file: AtomicFile?
  private var reader: InputFile?

  /// Creates a spool whose file, when it needs one, is `path`.
  init(_ path: String) { self.path = path }

  /// Moves `bytes` to the file and returns where they lie.
  func append(_ bytes: [UInt8]) throws(FileError) -> Range<Int> {
    let target: AtomicFile
    if let file { target = file } else {
      target = try AtomicFile(path, purpose: .scratch)
      file = target
    }
    let start = target.byteCount
    try target.append(bytes)
    return start..<target.byteCount
  }

  /// Returns the file with everything that was appended; nothing can be appended any more.
  func contents() throws(FileError) -> InputFile? {
    if let reader { return reader }
    guard let file else { return nil }
    try file.commit()
    reader = try InputFile(path)
    return reader
  }

  /// Removes the file.
  func remove() throws(FileError) {
    file = nil
    reader = nil
    try Directory.remove(path)
  }
}

/// One column of a shard in the making.
struct SpooledColumn {
  private(set) var byteCount = 0
  private var stored: [Range<Int>] = []
  private var pending: [UInt8] = []

  mutating func append(_ bytes: Bytes, _ spool: ColumnSpool) throws(FileError) {
    bytes.append(to: &pending)
    byteCount += bytes.count
    if pending.count >= ColumnSpool.memoryLimit {
      stored.append(try spool.append(pending))
      pending = []
    }
  }

  mutating func append<T: BitwiseCopyable>(_ values: [T], _ spool: ColumnSpool) throws(FileError) {
    try append(Bytes(values: values), spool)
  }

  /// Writes all bytes in order.
  func write(to file: AtomicFile, _ spool: ColumnSpool) throws(FileError) {
    if !stored.isEmpty, let contents = try spool.contents() {
      for range in stored { try file.append(range.count, from: contents, at: range.lowerBound) }
    }
    try file.append(pending)
  }
}
