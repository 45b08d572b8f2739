internal import ByteIO
internal import ImageCodec
internal import TensorFiles

/// Makes batches: gathers numbers, decodes, resizes and changes frames.
struct BatchDecoder {
  private let samples: SampleSet
  private let options: SampleReader.Options
  private var decoder: FrameDecoder
  /// Zero frames that wait for the first frame to tell their size, by picture.
  private var waiting: [String: Int] = [:]

  init(_ samples: SampleSet, _ options: SampleReader.Options) {
    self.samples = samples
    self.options = options
    decoder = FrameDecoder(samples.index.layout.form, options.size)
  }

  /// The batch of the samples at these places of the stream.
  func batch(_ stream: [Int]) throws -> SampleBatch {
    var decoder = self
    return try decoder.makeBatch(stream)
  }

  private mutating func makeBatch(_ stream: [Int]) throws -> SampleBatch {
    var batch = SampleBatch()
    let layout = samples.index.layout
    if let size = options.size ?? layout.form.size { (batch.height, batch.width) = (size.height, size.width) }
    for place in stream {
      let (epoch, position) = (place / samples.count, place % samples.count)
      let (number, sample) = samples.place(of: position)
      let shard = try samples.shard(number)
      batch.positions.append(position)
      batch.epochs.append(epoch)
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
      let seed = SampleSeed(mixtureSeed: samples.index.seed, position: UInt64(place))
      for (index, (picture, frames)) in layout.pictures.enumerated() {
        let camera = index % layout.views.count  // Goals follow in the order of the views.
        let hasView = samples.index.entries[Int(shard.datasetIndex[sample])].views.contains(layout.views[camera])
        for frame in 0..<frames {
          let image: Raster<UInt8>?
          do {
            image =
              hasView
              ? try changed(decoder.decoded(shard.frame(picture, sample: sample, window: frame)), seed, camera) : nil
          } catch let error as ImageError {
            throw SampleShardError(file: shard.file.path, "sample \(sample), \(picture): \(error)")
          }
          try append(image, to: picture, of: &batch, shard.file.path, sample)
        }
      }
    }
    return batch
  }

  /// Adds a frame, or zeros for a view that the dataset does not have.
  private mutating func append(
    _ image: Raster<UInt8>?, to picture: String, of batch: inout SampleBatch, _ file: String, _ sample: Int
  ) throws(SampleShardError) {
    guard let image else {
      if batch.height == 0 {
        waiting[picture, default: 0] += 1
      } else {
        batch.pixels[picture, default: []] += [UInt8](repeating: 0, count: batch.height * batch.width * 3)
      }
      return
    }
    let size = (image.height, image.width)
    if batch.height == 0 {
      (batch.height, batch.width) = size
      for (picture, count) in waiting {
        batch.pixels[picture] = [UInt8](repeating: 0, count: count * size.0 * size.1 * 3)
      }
      waiting = [:]
    }
    guard size == (batch.height, batch.width) else {
      throw SampleShardError(
        .usage, file: file,
        "sample \(sample), \(picture) has \(size.0)×\(size.1) pixels, others of the batch \(batch.height)×\(batch.width); "
          + "ask for a size")
    }
    batch.pixels[picture, default: []] += image.samples
  }

  /// The frame with its random changes.
  private func changed(_ image: Raster<UInt8>?, _ seed: SampleSeed, _ camera: Int) throws(ImageError) -> Raster<UInt8>?
  {
    guard let image, let augmentation = options.augmentation else { return image }
    return try augmentation.apply(to: image, seed: seed, camera: camera)
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
