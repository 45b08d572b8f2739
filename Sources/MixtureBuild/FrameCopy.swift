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
  private let windowByteCount: Int
  private let mapped = MappedShards()

  init(_ files: StoreFiles, _ reader: StoreReader, windowByteCount: Int = FrameCopy.windowByteCount) {
    self.files = files
    self.reader = reader
    self.windowByteCount = windowByteCount
  }

  /// Appends the frames at `places`, `perSample` for each sample, to `target`; `order` gives the samples' numbers in the
  /// order of the stores, and `progress` is told the bytes that were written.
  ///
  /// A frame that lies in no file is zeros.
  /// - Throws: `StoreError`, `FileError`.
  func append(
    _ places: [FramePlace], _ perSample: Int, _ order: DrawnFrames, to target: AtomicFile, _ progress: (Int) -> Void
  ) throws {
    let windows = windows(places, perSample)
    // The samples of each window in the order of the stores: one pass, however many windows there are.
    var windowOfSample: [Int32] = []
    windowOfSample.reserveCapacity(places.count / perSample)
    for (number, window) in windows.enumerated() {
      windowOfSample += repeatElement(Int32(number), count: window.places.count / perSample)
    }
    var samples = [[Int32]](repeating: [], count: windows.count)
    order.forEachNumber { samples[Int(windowOfSample[$0])].append(Int32($0)) }
    for (window, samples) in zip(windows, samples) {
      try target.append(bytes(places, window, perSample, samples))
      progress(window.byteCount)
    }
  }

  /// A run of whole samples that is gathered in memory.
  private struct Window {
    var places: Range<Int>
    var byteCount: Int
  }

  private func windows(_ places: [FramePlace], _ perSample: Int) -> [Window] {
    var windows: [Window] = []
    for first in stride(from: 0, to: places.count, by: perSample) {
      let size = places[first..<first + perSample].reduce(0) { $0 + $1.count }
      if let last = windows.last, last.byteCount + size <= windowByteCount {
        windows[windows.count - 1] = Window(
          places: last.places.lowerBound..<first + perSample, byteCount: last.byteCount + size)
      } else {
        windows.append(Window(places: first..<first + perSample, byteCount: size))
      }
    }
    return windows
  }

  /// The bytes of the frames of `window`, whose `samples` are in the order of the stores.
  private func bytes(
    _ places: [FramePlace], _ window: Window, _ perSample: Int, _ samples: [Int32]
  ) throws -> [UInt8] {
    let run = window.places
    var offsets: [Int] = []
    offsets.reserveCapacity(run.count)
    var end = 0
    for index in run {
      offsets.append(end)
      end += places[index].count
    }
    var bytes = [UInt8](repeating: 0, count: window.byteCount)
    try unsafe bytes.withUnsafeMutableBytes { buffer in
      for sample in samples {
        let number = Int(sample)
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
