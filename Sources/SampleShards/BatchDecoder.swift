internal import ByteIO
internal import ImageCodec
internal import Synchronization
internal import TensorFiles

/// Makes batches: gathers numbers, decodes, resizes and changes frames.
///
/// One value serves all tasks of a reader: what a task needs of its own it takes from a pool and puts back.
final class BatchDecoder: Sendable {
  private let samples: any SampleProvider
  private let options: SampleReader.Options
  private let decoders = Mutex<[FrameDecoder]>([])

  init(_ samples: any SampleProvider, _ options: SampleReader.Options) {
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
    for (place, sample) in zip(stream, try samples.samples(at: stream.map { $0 % samples.count })) {
      let row = Row(place: place, sample: sample)
      append(row, to: &batch)
      rows.append(row)
    }
    guard let size = try options.size ?? layout.form.size ?? firstSize(rows, &decoder) else { return batch }
    (batch.height, batch.width) = (size.height, size.width)
    for number in layout.pictures.indices {
      batch.pixels[layout.pictures[number].name] = try pixels(rows, number, size, &decoder)
    }
    return batch
  }

  /// A sample of a batch, and its place in the stream.
  private struct Row {
    let place: Int
    let sample: StoredSample
  }

  private func append(_ row: Row, to batch: inout SampleBatch) {
    let sample = row.sample
    batch.positions.append(row.place % samples.count)
    batch.epochs.append(row.place / samples.count)
    batch.action += sample.action
    sample.actionBins.append(to: &batch.actionBins)
    sample.actionValid.append(to: &batch.actionValid)
    batch.proprio += sample.proprio
    sample.observationValid.append(to: &batch.observationValid)
    if let goal = sample.goalStep { batch.goalStep.append(goal) }
    batch.instructions.append(sample.instruction)
    batch.datasetIndex.append(sample.datasetIndex)
    batch.episodeOrdinal.append(sample.episodeOrdinal)
    batch.stepIndex.append(sample.stepIndex)
  }

  /// The view of a picture: goals follow in the order of the views.
  private func view(_ picture: Int) -> Int { picture % samples.index.layout.views.count }

  /// Whether the dataset of a row has the view that a picture shows.
  private func has(_ picture: Int, _ row: Row) -> Bool {
    samples.index.entries[Int(row.sample.datasetIndex)].views.contains(samples.index.layout.views[view(picture)])
  }

  /// The size of the first frame that is there, nil where none is.
  private func firstSize(_ rows: [Row], _ decoder: inout FrameDecoder) throws -> ImageSize? {
    for row in rows {
      for picture in row.sample.frames.indices where has(picture, row) {
        for bytes in row.sample.frames[picture] {
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
    _ rows: [Row], _ picture: Int, _ size: ImageSize, _ decoder: inout FrameDecoder
  ) throws -> [UInt8] {
    let frames = samples.index.layout.pictures[picture].framesPerSample
    let frameByteCount = size.height * size.width * 3
    let count = rows.count * frames * frameByteCount
    return try unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      for row in rows {
        let isThere = has(picture, row)
        for window in 0..<frames {
          let place = unsafe UnsafeMutableBufferPointer(rebasing: buffer[filled..<filled + frameByteCount])
          var target = unsafe place.mutableSpan
          filled += frameByteCount
          guard isThere else {
            target.update(repeating: 0)
            continue
          }
          let bytes = row.sample.frames[picture][window]
          try named(row, picture) { try write(bytes, row, size, picture, &decoder, to: &target) }
        }
      }
    }
  }

  /// Writes a frame, with its random changes, to where it stays.
  private func write(
    _ bytes: Bytes, _ row: Row, _ size: ImageSize, _ picture: Int, _ decoder: inout FrameDecoder,
    to target: inout MutableSpan<UInt8>
  ) throws {
    let found: ImageSize?
    if let augmentation = options.augmentation, let image = try decoder.decoded(bytes) {
      let seed = SampleSeed(mixtureSeed: samples.index.seed, position: UInt64(row.place))
      let changed = try augmentation.apply(to: image, seed: seed, camera: view(picture))
      found = ImageSize(height: changed.height, width: changed.width)
      if found == size {
        unsafe target.withUnsafeMutableBufferPointer { _ = unsafe $0.update(from: changed.samples) }
      }
    } else {
      found = try decoder.decode(bytes, size, into: &target)
    }
    guard let found, found != size else { return }
    throw SampleShardError(
      .usage, file: row.sample.file,
      "\(row.sample.name), \(name(of: picture)) has \(found.height)×\(found.width) pixels, others of the batch "
        + "\(size.height)×\(size.width); ask for a size")
  }

  /// Runs `body`, whose failures to decode get the shard's and the sample's name.
  private func named<Result>(_ row: Row, _ picture: Int, _ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as ImageError {
      throw SampleShardError(file: row.sample.file, "\(row.sample.name), \(name(of: picture)): \(error)")
    }
  }

  private func name(of picture: Int) -> String { samples.index.layout.pictures[picture].name }
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
