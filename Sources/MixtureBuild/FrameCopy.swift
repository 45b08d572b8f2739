internal import ByteIO

/// Copies frames that stay as the stores have them into a shard.
///
/// The shard is written from one window to the next; the frames of a window are read in the order of the stores.
struct FrameCopy {
  /// How much of a shard is gathered in memory; a frame that is larger is gathered alone.
  static let windowByteCount = 16 << 20
  /// Frames up to this size are copied from a mapping, larger ones read by a system call.
  private static let mappedByteCount = 4096

  private let files: StoreFiles
  private let reader: StoreReader
  private let mapped = MappedShards()

  init(_ files: StoreFiles, _ reader: StoreReader) {
    self.files = files
    self.reader = reader
  }

  /// Appends the frames at `places`, `perSample` for each sample, to `target`; `order` gives the samples' numbers in the
  /// order of the stores, and `progress` is told the bytes that were written.
  ///
  /// A frame that lies in no file is zeros.
  /// - Throws: `StoreError`, `FileError`.
  func append(
    _ places: [FramePlace], _ perSample: Int, _ order: DrawnFrames, to target: AtomicFile, _ progress: (Int) -> Void
  ) throws {
    var first = 0
    while first < places.count {
      // Whole samples, so that one look tells which of the order are in the window.
      var end = first
      var byteCount = 0
      while end < places.count {
        let size = places[end..<end + perSample].reduce(0) { $0 + $1.count }
        if end > first, byteCount + size > Self.windowByteCount { break }
        byteCount += size
        end += perSample
      }
      try target.append(window(places, first..<end, byteCount, perSample, order))
      progress(byteCount)
      first = end
    }
  }

  /// The bytes of the frames `run`.
  private func window(
    _ places: [FramePlace], _ run: Range<Int>, _ byteCount: Int, _ perSample: Int, _ order: DrawnFrames
  ) throws -> [UInt8] {
    var offsets: [Int] = []
    offsets.reserveCapacity(run.count)
    var end = 0
    for index in run {
      offsets.append(end)
      end += places[index].count
    }
    var bytes = [UInt8](repeating: 0, count: byteCount)
    try unsafe bytes.withUnsafeMutableBytes { buffer in
      try order.forEachNumber { number in
        guard run.contains(number * perSample) else { return }
        for index in number * perSample..<(number + 1) * perSample where places[index].file >= 0 {
          let offset = offsets[index - run.lowerBound]
          try unsafe copy(
            places[index],
            to: UnsafeMutableRawBufferPointer(rebasing: buffer[offset..<offset + places[index].count]))
        }
      }
    }
    return bytes
  }

  private func copy(_ place: FramePlace, to target: UnsafeMutableRawBufferPointer) throws {
    let shard = files.shards[Int(place.file)]
    if place.count <= Self.mappedByteCount {
      try unsafe mapped.copy(place.offset..<place.offset + place.count, of: shard, to: target)
    } else {
      guard try unsafe reader.file(shard.path).read(into: target, at: place.offset) == place.count else {
        throw shard.cut
      }
    }
  }
}
