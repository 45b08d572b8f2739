public import ByteIO

/// The bytes of the columns of one shard while it is made, in memory up to a bound and beyond it in a file.
public final class ColumnSpool {
  /// How many bytes of one column are held in memory.
  public static let memoryLimit = 1 << 20

  private let directory: String
  private var file: ScratchFile?
  private var byteCount = 0
  private var reader: InputFile?

  /// Creates a spool whose file, when it needs one, lies in `directory`.
  public init(in directory: String) { self.directory = directory }

  /// Moves `bytes` to the file and returns where they lie.
  public func append(_ bytes: [UInt8]) throws(FileError) -> Range<Int> {
    let target: ScratchFile
    if let file {
      target = file
    } else {
      target = try ScratchFile(in: directory)
      file = target
    }
    let start = byteCount
    try target.write(bytes, at: start)
    byteCount += bytes.count
    return start..<byteCount
  }

  /// Returns the file with everything that was appended so far.
  public func contents() throws(FileError) -> InputFile? {
    if let reader { return reader }
    reader = try file?.contents()
    return reader
  }
}

/// One column of a shard in the making.
public struct SpooledColumn {
  public private(set) var byteCount = 0
  private var stored: [Range<Int>] = []
  private var pending: [UInt8] = []

  /// An empty column.
  public init() {}

  public mutating func append(_ bytes: Bytes, _ spool: ColumnSpool) throws(FileError) {
    bytes.append(to: &pending)
    byteCount += bytes.count
    if pending.count >= ColumnSpool.memoryLimit {
      stored.append(try spool.append(pending))
      pending = []
    }
  }

  public mutating func append<T: BitwiseCopyable>(_ values: [T], _ spool: ColumnSpool) throws(FileError) {
    try append(Bytes(values: values), spool)
  }

  /// Writes all bytes in order.
  public func write(to file: AtomicFile, _ spool: ColumnSpool) throws(FileError) {
    if !stored.isEmpty, let contents = try spool.contents() {
      for range in stored { try file.append(range.count, from: contents, at: range.lowerBound) }
    }
    try file.append(pending)
  }

  /// A cursor over the bytes from the first on.
  public func pieces(_ spool: ColumnSpool) -> Pieces { Pieces(column: self, spool: spool) }

  /// Hands out a column's bytes piece by piece.
  public struct Pieces {
    private let column: SpooledColumn
    private let spool: ColumnSpool
    private var run = 0
    private var at = 0

    fileprivate init(column: SpooledColumn, spool: ColumnSpool) {
      self.column = column
      self.spool = spool
    }

    /// Appends the next `count` bytes to `file`.
    ///
    /// - Precondition: there are that many.
    public mutating func append(_ count: Int, to file: AtomicFile) throws(FileError) {
      var left = count
      while left > 0, run < column.stored.count {
        let range = column.stored[run]
        let piece = min(left, range.count - at)
        if let contents = try spool.contents() {
          try file.append(piece, from: contents, at: range.lowerBound + at)
        }
        left -= piece
        at += piece
        if at == range.count { (run, at) = (run + 1, 0) }
      }
      if left > 0 {
        try file.append(Array(column.pending[at..<at + left]))
        at += left
      }
    }
  }
}
