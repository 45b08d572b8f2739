internal import ByteIO
internal import EpisodeStore

/// Something that reads the rows of a store's shards: by system calls, or from a mapping.
protocol StoreRows: AnyObject {
  /// Replaces `values` by `rows` of a tensor of float32 that is `width` wide and lies at `range` of the shard's file.
  ///
  /// - Throws: `StoreError` for a shard that is too short, `FileError`.
  func read(
    _ range: Range<Int>?, of shard: StoreInput.Shard, rows: Range<Int>, width: Int, into values: inout [Float]
  ) throws

  /// The row of the shard's texts that a step has, −1 for none.
  ///
  /// - Throws: as above.
  func text(of shard: StoreInput.Shard, step: Int) throws -> Int32
}

extension StoreInput.Shard {
  /// Where `rows` of `stride` bytes lie in the file, given where their tensor does.
  ///
  /// - Throws: `StoreError` where the tensor is missing or does not have them.
  func place(of rows: Range<Int>, stride: Int, in range: Range<Int>?) throws -> Range<Int> {
    guard let range, rows.upperBound * stride <= range.count else {
      throw StoreError(file: path, "a tensor of numbers is missing or too short; ingest the dataset again")
    }
    return range.lowerBound + rows.lowerBound * stride..<range.lowerBound + rows.upperBound * stride
  }

  /// What is said of a file that became shorter after it was planned with.
  var cut: StoreError { StoreError(file: path, "it was cut while it was read; ingest the dataset again") }
}

/// The shards of stores that a walk in their order reads from, mapped one at a time.
///
/// Rows that lie near each other then cost neither system calls nor look-ups of pages, and what lies behind the walk is
/// given back: resident are about 2 · `releaseByteCount` bytes, whatever the size of the shards.
@safe
final class MappedShards: StoreRows {
  /// How far a walk goes before what it passed is given back.
  static let releaseByteCount = 4 << 20

  private var shard: StoreInput.Shard?
  private var file: MappedFile?
  /// The memory of `file`, which lives as long.
  private var bytes = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
  private var byteCount: Int { unsafe bytes.count }
  /// The row, and the offset of a frame, at which pages were given back last.
  private var (releasedRow, releasedOffset) = (0, 0)

  /// Turns to `shard`.
  @inline(__always)
  private func open(_ next: StoreInput.Shard) throws {
    if shard !== next { try turn(to: next) }
  }

  private func turn(to next: StoreInput.Shard) throws {
    let opened = try MappedFile(next.path)
    guard opened.byteCount >= next.byteCount else { throw next.cut }
    (shard, file, releasedRow, releasedOffset) = (next, opened, 0, 0)
    unsafe bytes = opened.bytes.withUnsafeBytes { unsafe $0 }
  }

  /// Gives back what was passed when `row` is far from where that was done last.
  private func pass(_ row: Int, _ bytesPerRow: Int) {
    guard abs(row - releasedRow) > Self.releaseByteCount / max(bytesPerRow, 1) else { return }
    releasedRow = row
    file?.releasePages(0..<byteCount)
  }

  func read(
    _ range: Range<Int>?, of shard: StoreInput.Shard, rows: Range<Int>, width: Int, into values: inout [Float]
  ) throws {
    try open(shard)
    pass(rows.lowerBound, shard.rowByteCount)
    let place = try shard.place(of: rows, stride: width * 4, in: range)
    if values.count != rows.count * width { values = [Float](repeating: 0, count: rows.count * width) }
    let source = unsafe UnsafeRawBufferPointer(rebasing: bytes[place])
    unsafe values.withUnsafeMutableBytes { target in unsafe target.copyMemory(from: source) }
  }

  func text(of shard: StoreInput.Shard, step: Int) throws -> Int32 {
    try open(shard)
    let place = try shard.place(of: step..<step + 1, stride: 4, in: shard.indexRange)
    let source = unsafe UnsafeRawBufferPointer(rebasing: bytes[place])
    return Int32(littleEndian: unsafe source.loadUnaligned(as: Int32.self))
  }

  /// Where a frame lies in the shard's file.
  ///
  /// - Throws: `StoreError` where it is not there.
  func frame(_ frames: StoreInput.FrameRanges, step: Int, of shard: StoreInput.Shard) throws -> Range<Int> {
    try open(shard)
    guard let offsets = frames.offsets else { return try frames.place(step: step, of: shard) }
    let at = try frames.offsetPlace(step: step, offsets, of: shard).lowerBound
    let pair = unsafe UnsafeRawBufferPointer(rebasing: bytes[at..<at + 16])
    return try frames.place(
      from: UInt64(littleEndian: unsafe pair.loadUnaligned(as: UInt64.self)),
      to: UInt64(littleEndian: unsafe pair.loadUnaligned(fromByteOffset: 8, as: UInt64.self)), of: shard)
  }

  /// Copies `range` of the shard's file to `target`.
  ///
  /// - Throws: `StoreError` where the file is shorter.
  func copy(_ range: Range<Int>, of shard: StoreInput.Shard, to target: UnsafeMutableRawBufferPointer) throws {
    try open(shard)
    guard range.upperBound <= byteCount else { throw shard.cut }
    if abs(range.lowerBound - releasedOffset) > Self.releaseByteCount {
      releasedOffset = range.lowerBound
      file?.releasePages(0..<byteCount)
    }
    unsafe target.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[range]))
  }
}
