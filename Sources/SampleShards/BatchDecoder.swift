internal import ByteIO
internal import ImageCodec
internal import TensorFiles

/// Makes batches: gathers numbers, decodes, resizes and changes frames.
struct BatchDecoder {
  private let samples: SampleSet
  private let options: SampleReader.Options
  private var decoder: FrameDecoder

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
      batch.instructions.append(shard.instruction(sample) ?? Bytes([]))
      batch.datasetIndex.append(shard.datasetIndex[sample])
      batch.episodeOrdinal.append(shard.episodeOrdinal[sample])
      batch.stepIndex.append(shard.stepIndex[sample])
      let seed = SampleSeed(mixtureSeed: samples.index.seed, position: UInt64(place))
      for (picture, frames) in layout.pictures {
        let camera = layout.views.firstIndex { picture.hasSuffix("." + $0) } ?? 0
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
  private func append(
    _ image: Raster<UInt8>?, to picture: String, of batch: inout SampleBatch, _ file: String, _ sample: Int
  ) throws(SampleShardError) {
    let size =
      image.map { ($0.height, $0.width) } ?? options.size.map { ($0.height, $0.width) } ?? (batch.height, batch.width)
    if batch.height == 0 { (batch.height, batch.width) = size }
    guard size == (batch.height, batch.width) else {
      throw SampleShardError(
        .usage, file: file,
        "sample \(sample), \(picture) has \(size.0)×\(size.1) pixels, others of the batch \(batch.height)×\(batch.width); "
          + "ask for a size")
    }
    if let image {
      batch.pixels[picture, default: []] += image.samples
    } else {
      batch.pixels[picture, default: []] += [UInt8](repeating: 0, count: size.0 * size.1 * 3)
    }
  }

  /// The frame with its random changes.
  private func changed(_ image: Raster<UInt8>?, _ seed: SampleSeed, _ camera: Int) throws(ImageError) -> Raster<UInt8>?
  {
    guard let image, let augmentation = options.augmentation else { return image }
    return try augmentation.apply(to: image, seed: seed, camera: camera)
  }
}
