internal import ByteIO
internal import ImageCodec
internal import Synchronization
internal import TensorFiles

/// Makes batches: gathers numbers, decodes, resizes and changes frames.
///
/// One value serves all tasks of a reader: what a task needs of its own it takes from a pool and puts back.
final class BatchDecoder: Sendable {
  private let samples: SampleSet
  private let options: SampleReader.Options
  private let decoders = Mutex<[FrameDecoder]>([])

  init(_ samples: SampleSet, _ options: SampleReader.Options) {
    self.samples = samples
    self.options = options
  }

  /// The batch of the samples at these places of the stream.
  ///
  /// - Throws: `SampleShardError` for a frame that cannot be decoded, `TensorFileError`, `FileError`.
  func batch(_ stream: [Int]) throws -> SampleBatch {
    let layout = samples.index.layout
    var decoder = decoders.withLock { $0.popLast() } ?? FrameDecoder(layout.form, options.size)
    defer { decoders.withLock { [decoder] in $0.append(decoder) } }
    var batch = SampleBatch()
    var rows: [Row] = []
    for place in stream {
      let (number, sample) = samples.place(of: place % samples.count)
      let row = Row(place: place, shard: try samples.shard(number), sample: sample)
      try append(row, to: &batch)
      rows.append(row)
    }
    guard let size = try options.size ?? layout.form.size ?? firstSize(rows, &decoder) else { return batch }
    (batch.height, batch.width) = (size.height, size.width)
    for (number, (picture, frames)) in layout.pictures.enumerated() {
      let view = number % layout.views.count  // Goals follow in the order of the views.
      batch.pixels[picture] = try pixels(rows, picture, frames, view, size, &decoder)
    }
    return batch
  }

  /// A sample of a batch: its place in the stream, and where it lies.
  private struct Row {
    let place: Int
    let shard: SampleShard
    let sample: Int
  }

  private func append(_ row: Row, to batch: inout SampleBatch) throws {
    let layout = samples.index.layout
    let (shard, sample) = (row.shard, row.sample)
    batch.positions.append(row.place % samples.count)
    batch.epochs.append(row.place / samples.count)
    batch.action += try shard.floats("action", sample: sample)
    try shard.bytes("action_bin", sample: sample).append(to: &batch.actionBins)
    try shard.bytes("action_valid", sample: sample).append(to: &batch.actionValid)
    if layout.proprioDimension > 0 { batch.proprio += try shard.floats("proprio", sample: sample) }
    if layout.window > 1 { try shard.bytes("observation_valid", sample: sample).append(to: &batch.observationValid) }
    if layout.hasGoal { batch.goalStep.append(try shard.bytes("goal.step", sample: sample).integer(at: 0)) }
    batch.instructions.append(shard.instruction(sample) ?? Bytes([]))
    batch.datasetIndex.append(shard.datasetIndex[sample])
    batch.episodeOrdinal.append(shard.episodeOrdinal[sample])
    batch.stepIndex.append(shard.stepIndex[sample])
  }

  /// Whether the dataset of a row has the view.
  private func has(_ view: Int, _ row: Row) -> Bool {
    samples.index.entries[Int(row.shard.datasetIndex[row.sample])].views.contains(samples.index.layout.views[view])
  }

  /// The size of the first frame that is there, nil where none is.
  private func firstSize(_ rows: [Row], _ decoder: inout FrameDecoder) throws -> ImageSize? {
    let layout = samples.index.layout
    for row in rows {
      for (number, (picture, frames)) in layout.pictures.enumerated() where has(number % layout.views.count, row) {
        for window in 0..<frames {
          let bytes = row.shard.frame(picture, sample: row.sample, window: window)
          if let image = try named(row, picture, { try decoder.decoded(bytes) }) {
            return ImageSize(height: image.height, width: image.width)
          }
        }
      }
    }
    return nil
  }

  /// The pixels of a picture, [B, W, H, W′, 3]: each frame is resized to where it stays.
  private func pixels(
    _ rows: [Row], _ picture: String, _ frames: Int, _ view: Int, _ size: ImageSize, _ decoder: inout FrameDecoder
  ) throws -> [UInt8] {
    let frameByteCount = size.height * size.width * 3
    let count = rows.count * frames * frameByteCount
    return try unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      for row in rows {
        let isThere = has(view, row)
        for window in 0..<frames {
          let place = unsafe UnsafeMutableBufferPointer(rebasing: buffer[filled..<filled + frameByteCount])
          var target = unsafe place.mutableSpan
          filled += frameByteCount
          guard isThere else {
            target.update(repeating: 0)
            continue
          }
          let bytes = row.shard.frame(picture, sample: row.sample, window: window)
          try named(row, picture) { try write(bytes, row, view, size, picture, &decoder, to: &target) }
        }
      }
    }
  }

  /// Writes a frame, with its random changes, to where it stays.
  private func write(
    _ bytes: Bytes, _ row: Row, _ view: Int, _ size: ImageSize, _ picture: String, _ decoder: inout FrameDecoder,
    to target: inout MutableSpan<UInt8>
  ) throws {
    let found: ImageSize?
    if let augmentation = options.augmentation, let image = try decoder.decoded(bytes) {
      let seed = SampleSeed(mixtureSeed: samples.index.seed, position: UInt64(row.place))
      let changed = try augmentation.apply(to: image, seed: seed, camera: view)
      found = ImageSize(height: changed.height, width: changed.width)
      if found == size {
        unsafe target.withUnsafeMutableBufferPointer { _ = unsafe $0.update(from: changed.samples) }
      }
    } else {
      found = try decoder.decode(bytes, size, into: &target)
    }
    guard let found, found != size else { return }
    throw SampleShardError(
      .usage, file: row.shard.file.path,
      "sample \(row.sample), \(picture) has \(found.height)×\(found.width) pixels, others of the batch "
        + "\(size.height)×\(size.width); ask for a size")
  }

  /// Runs `body`, whose failures to decode get the shard's and the sample's name.
  private func named<Result>(_ row: Row, _ picture: String, _ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as ImageError {
      throw SampleShardError(file: row.shard.file.path, "sample \(row.sample), \(picture): \(error)")
    }
  }
}

extension SampleLayout.Form {
  /// The size of all frames; nil where they have sizes of their own.
  fileprivate var size: ImageSize? {
    switch self {
    case .encoded: nil
    case .pixels(let height, let width), .packedPixels(let height, let width): ImageSize(height: height, width: width)
    }
  }
}
