internal import ByteIO
internal import EpisodeStore
internal import Glibc
internal import JSON
internal import TensorFiles

/// An episode store as a mixture draws from it: where each tensor lies, and what each episode is.
///
/// Only the store's indices are held: 16 bytes an episode, and the distinct texts of each shard. Rows and frames are
/// read when they are needed, by system calls, so that memory does not grow with what was drawn.
final class StoreInput: Sendable {
  /// A file of the store.
  final class Shard: Sendable {
    let path: String
    /// The first step of each episode, and the end: [E + 1].
    let episodeOffsets: [Int]
    let ordinals: [Int]
    /// The bytes of each tensor in the file.
    let ranges: [String: Range<Int>]
    /// The distinct instructions, and a digest of each that tells nearly all of them apart.
    let texts: [[UInt8]]
    let textDigests: [UInt64]
    /// Where the frames of each view lie.
    let frames: [String: FrameRanges]
    /// For each step its text, −1 for none; read when it is asked for.
    let indexRange: Range<Int>
    /// The tensors `action` and `proprio`.
    let actionRange: Range<Int>?
    let proprioRange: Range<Int>?
    /// The size of the file.
    let byteCount: Int
    /// The bytes of a step's numbers in all tensors that samples are made of.
    let rowByteCount: Int

    init(
      path: String, byteCount: Int, episodeOffsets: [Int], ordinals: [Int], ranges: [String: Range<Int>],
      views: [String: Frames], texts: [[UInt8]]
    ) {
      self.path = path
      self.byteCount = byteCount
      self.episodeOffsets = episodeOffsets
      self.ordinals = ordinals
      self.ranges = ranges
      self.texts = texts
      textDigests = texts.map { $0.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 } }  // FNV-1a.
      indexRange = ranges["instruction.index"] ?? 0..<0
      actionRange = ranges["action"]
      proprioRange = ranges["proprio"]
      var frames: [String: FrameRanges] = [:]
      for (view, form) in views {
        switch form {
        case .encoded:
          guard let bytes = ranges["image.\(view).bytes"], let offsets = ranges["image.\(view).offsets"] else {
            continue
          }
          frames[view] = FrameRanges(bytes: bytes, offsets: offsets, frameByteCount: 0)
        case .pixels(let height, let width):
          guard let bytes = ranges["image.\(view)"] else { continue }
          frames[view] = FrameRanges(bytes: bytes, offsets: nil, frameByteCount: height * width * 3)
        }
      }
      self.frames = frames
      let numbers = [actionRange, proprioRange, indexRange] + frames.values.map(\.offsets)
      let steps = max(1, episodeOffsets.last ?? 0)
      rowByteCount = numbers.reduce(0) { $0 + ($1?.count ?? 0) } / steps
    }
  }

  /// Where the frames of a view lie in a shard's file.
  struct FrameRanges {
    let bytes: Range<Int>
    /// Where each begins among the bytes; nil where all are equally long.
    let offsets: Range<Int>?
    let frameByteCount: Int

    /// The frame of `step`, of those that are equally long.
    func place(step: Int, of shard: Shard) throws -> Range<Int> {
      guard (step + 1) * frameByteCount <= bytes.count else {
        throw StoreError(file: shard.path, "the frames are fewer than the steps; ingest the dataset again")
      }
      let start = bytes.lowerBound + step * frameByteCount
      return start..<start + frameByteCount
    }

    /// Where the file says at which of the bytes the frame of `step` begins, and ends.
    func offsetPlace(step: Int, _ offsets: Range<Int>, of shard: Shard) throws -> Range<Int> {
      guard (step + 2) * 8 <= offsets.count else {
        throw StoreError(file: shard.path, "the frames are fewer than the steps; ingest the dataset again")
      }
      return offsets.lowerBound + step * 8..<offsets.lowerBound + (step + 2) * 8
    }

    /// A frame from where the file says it begins to where it ends.
    func place(from start: UInt64, to end: UInt64, of shard: Shard) throws -> Range<Int> {
      guard start <= end, end <= UInt64(bytes.count) else {
        throw StoreError(file: shard.path, "the offsets of frames do not rise; ingest the dataset again")
      }
      return bytes.lowerBound + Int(start)..<bytes.lowerBound + Int(end)
    }
  }

  /// How the frames of a view lie in the store.
  enum Frames: Equatable, Sendable {
    case encoded
    case pixels(height: Int, width: Int)
  }

  let path: String
  let index: StoreIndex
  /// SHA-256 of `store.json`, which has the digests of all other files.
  let digest: String
  let shards: [Shard]
  /// The forms of the views that the store has.
  let views: [String: Frames]
  /// The bytes of all frames of a view.
  let frameByteCounts: [String: Int]

  /// Opens the store at `path`: reads its index, and of each shard the episodes and texts.
  ///
  /// - Throws: `StoreError`, `JSONError`, `TensorFileError`, `FileError`; a shard that is missing or cut is named.
  init(_ path: String) throws {
    self.path = path
    index = try StoreVerifier.index(path)
    digest = try SHA256Digest.hexadecimal(ofFile: path + "/" + StoreIndex.fileName)
    guard index.absoluteMask.count == index.actionDimension, index.normalizationMask.count == index.actionDimension
    else {
      throw StoreError(
        file: path + "/" + StoreIndex.fileName,
        "the masks have \(index.normalizationMask.count) and \(index.absoluteMask.count) columns, actions "
          + "\(index.actionDimension); ingest the dataset again")
    }
    var shards: [Shard] = []
    var views: [String: Frames] = [:]
    var counts: [String: Int] = [:]
    var last = -1
    for entry in index.shards {
      let file = path + "/" + entry.file
      let shard = try EpisodeShard(store: path, entry, of: index)
      for ordinal in shard.ordinals {
        guard ordinal > last else {
          throw StoreError(file: file, "episode \(ordinal) comes after episode \(last); ingest the dataset again")
        }
        last = ordinal
      }
      var ranges: [String: Range<Int>] = [:]
      for tensor in shard.file.tensors { ranges[tensor.name] = shard.file.range(tensor.name) }
      for (view, _) in index.views {
        let name = "image." + view
        let form = Self.form(of: name, in: shard)
        guard shards.isEmpty || form == views[view] else {
          throw StoreError(
            file: file,
            "it keeps the frames of view `\(view)` in another form than shards before it; ingest the dataset again")
        }
        views[view] = form
        counts[view, default: 0] += (ranges[name + ".bytes"] ?? ranges[name])?.count ?? 0
      }
      let offsets = try shard.file.values("instruction.offsets", .uint64, as: UInt64.self).map { Int($0) }
      let bytes = try shard.file.bytes("instruction.bytes")
      shards.append(
        Shard(
          path: file, byteCount: entry.byteCount, episodeOffsets: shard.episodeOffsets, ordinals: shard.ordinals,
          ranges: ranges,
          views: views, texts: zip(offsets, offsets.dropFirst()).map { bytes[$0..<$1].array }))
      shard.file.releasePages()
    }
    self.shards = shards
    self.views = views
    frameByteCounts = counts
  }

  /// How a picture lies in a shard, nil where it has none.
  private static func form(of picture: String, in shard: EpisodeShard) -> Frames? {
    if let pixels = shard.file.declaration(picture), pixels.dtype == .uint8, pixels.shape.count == 4,
      pixels.shape[3] == 3
    {
      return .pixels(height: pixels.shape[1], width: pixels.shape[2])
    }
    return shard.file.declaration(picture + ".bytes") == nil ? nil : .encoded
  }

  /// The shards with their digests as the index has them, for comparison with the files.
  var digests: [(path: String, sha256: String)] {
    index.shards.map { (path + "/" + $0.file, $0.sha256) } + [
      (path + "/" + StoreIndex.statisticsName, index.statisticsDigest),
      (path + "/" + StoreIndex.catalogName, index.catalogDigest),
    ]
  }

  /// The splits in the order of the source, with the number of episodes that the store has of each.
  var splits: [(name: String, shardLengths: [Int])] { index.splits.map { ($0.name, [$0.episodeCount]) } }
}

/// Reads rows of store shards by system calls, with a bounded number of files open.
///
/// One reader serves one task.
final class StoreReader: StoreRows {
  private let openLimit: Int
  private var files: [String: InputFile] = [:]
  /// The open files' paths; beyond the limit the one at `oldest` makes room.
  private var order: [String] = []
  private var oldest = 0
  private var last: InputFile?

  /// Keeps at most `openLimit` files open.
  init(openLimit: Int = 64) { self.openLimit = max(openLimit, 1) }

  /// The files that each of `workers` readers may keep open under the process's limit.
  ///
  /// Samples come from everywhere: a reader that has to open a file for each of them spends its time on that.
  static func openLimit(workers: Int) -> Int {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 8 }
    let allowed = Int(clamping: limit.rlim_cur)
    return min(1024, max(8, (allowed - min(allowed, 128)) / max(workers, 1)))
  }

  /// The file at `path`, opened when it is not.
  func file(_ path: String) throws(FileError) -> InputFile {
    if let last, last.path == path { return last }
    if let file = files[path] {
      last = file
      return file
    }
    return try opened(path)
  }

  private func opened(_ path: String) throws(FileError) -> InputFile {
    let file = try InputFile(path)
    if order.count < openLimit {
      order.append(path)
    } else {
      files[order[oldest]] = nil
      order[oldest] = path
      oldest = (oldest + 1) % openLimit
    }
    files[path] = file
    last = file
    return file
  }

  /// Rows `rows` of a tensor of float32 rows `width` wide.
  func floats(_ tensor: String, of shard: StoreInput.Shard, rows: Range<Int>, width: Int) throws -> [Float] {
    try values(tensor, of: shard, rows: rows, width: width, as: Float.self)
  }

  /// The values of `rows` of a tensor whose rows are `width` values wide.
  func values<T: BitwiseCopyable>(
    _ tensor: String, of shard: StoreInput.Shard, rows: Range<Int>, width: Int, as type: T.Type
  ) throws -> [T] {
    let stride = width * MemoryLayout<T>.stride
    guard let range = shard.ranges[tensor], rows.upperBound * stride <= range.count else {
      throw StoreError(file: shard.path, "tensor `\(tensor)` is missing or too short; ingest the dataset again")
    }
    return try values(rows.count * width, of: shard, at: range.lowerBound + rows.lowerBound * stride)
  }

  /// The `count` values from byte `offset` of the shard's file on, read straight into the result.
  private func values<T: BitwiseCopyable>(_ count: Int, of shard: StoreInput.Shard, at offset: Int) throws -> [T] {
    let file = try file(shard.path)
    return try unsafe [T](unsafeUninitializedCapacity: count) { buffer, filled in
      let target = unsafe UnsafeMutableRawBufferPointer(
        rebasing: UnsafeMutableRawBufferPointer(buffer)[..<(count * MemoryLayout<T>.stride)])
      guard try unsafe file.read(into: target, at: offset) == target.count else {
        throw StoreError(file: shard.path, "it was cut while it was read; ingest the dataset again")
      }
      filled = count
    }
  }

  func read(
    _ range: Range<Int>?, of shard: StoreInput.Shard, rows: Range<Int>, width: Int, into values: inout [Float]
  ) throws {
    let place = try shard.place(of: rows, stride: width * 4, in: range)
    values = try self.values(rows.count * width, of: shard, at: place.lowerBound)
  }

  func text(of shard: StoreInput.Shard, step: Int) throws -> Int32 {
    let place = try shard.place(of: step..<step + 1, stride: 4, in: shard.indexRange)
    let found: [Int32] = try values(1, of: shard, at: place.lowerBound)
    return found.first ?? -1
  }

  /// Where the frame of `step` lies in the shard's file.
  func frame(_ frames: StoreInput.FrameRanges, step: Int, of shard: StoreInput.Shard) throws -> Range<Int> {
    guard let offsets = frames.offsets else { return try frames.place(step: step, of: shard) }
    let at = try frames.offsetPlace(step: step, offsets, of: shard)
    let pair: [UInt64] = try values(2, of: shard, at: at.lowerBound)
    return try frames.place(from: pair[0], to: pair[1], of: shard)
  }
}
