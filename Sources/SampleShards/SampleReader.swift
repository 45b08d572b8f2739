internal import ByteIO
public import ImageCodec

/// Reads a mixture in its order, batch by batch, decoding ahead on several threads.
///
/// Which samples come, and what their pixels are, depends on the mixture, the options and the place alone: a reader that
/// begins at the place where another one stood goes on with the same samples. Memory is bounded by `workers + 1` batches.
public struct SampleReader: Sendable {
  /// What a reader makes of a mixture.
  public struct Options: Sendable {
    /// Samples in a batch, B.
    public var batchSize = 1
    /// The size that frames are brought to with Lanczos3; nil leaves them, which must then be equal in a batch.
    public var size: ImageSize?
    /// What is changed at random, after resizing.
    public var augmentation: Augmentation?
    /// The batches that are decoded at a time.
    public var workers = 1
    /// This reader takes every `world`-th sample, beginning with the `rank`-th.
    public var rank = 0
    public var world = 1
    /// The number of passes over the mixture; nil for no end.
    public var epochs: Int? = 1
    /// Whether a last batch that is not full, for one of the ranks, is left out: all ranks then have as many batches.
    public var dropsLast = false

    public init() {}
  }

  /// A place in the endless stream of passes over a mixture, the same for all ranks.
  public struct Place: Sendable, Equatable {
    /// The pass, from 0.
    public var epoch: Int
    /// The samples of this pass that all ranks together have taken.
    public var position: Int

    public init(epoch: Int = 0, position: Int = 0) {
      self.epoch = epoch
      self.position = position
    }
  }

  private let samples: any SampleProvider
  private let options: Options
  private let decoder: BatchDecoder
  private var pending: [(task: Task<SampleBatch, any Error>, end: Int)] = []
  /// Where the stream ends.
  private let limit: Int
  private var scheduled: Int
  private var taken: Int

  /// Places beyond cannot be counted: an endless stream ends here.
  private static let streamLimit = 1 << 60

  /// Begins at `place`.
  ///
  /// - Throws: `SampleShardError` for options that do not fit and for a mixture without shards.
  public init(_ samples: any SampleProvider, _ options: Options, from place: Place = Place()) throws {
    guard options.batchSize > 0, options.workers > 0, options.world > 0, (0..<options.world).contains(options.rank)
    else {
      throw SampleShardError(
        .usage, file: samples.path,
        "a batch size of \(options.batchSize), \(options.workers) workers and rank \(options.rank) of "
          + "\(options.world) cannot be; batch size, workers and world are at least 1, a rank is below the world")
    }
    guard samples.hasSamples, samples.count > 0 else {
      throw SampleShardError(
        file: samples.path, "the mixture has no samples, only a plan; build it without --virtual")
    }
    let (passed, overflow) = place.epoch.multipliedReportingOverflow(by: samples.count)
    guard place.epoch >= 0, (0...samples.count).contains(place.position), !overflow, passed < Self.streamLimit else {
      throw SampleShardError(
        .usage, file: samples.path,
        "there is no position \(place.position) of epoch \(place.epoch); there are \(samples.count) samples")
    }
    guard options.batchSize <= Self.streamLimit / options.world, options.epochs ?? 0 >= 0 else {
      throw SampleShardError(
        .usage, file: samples.path,
        "\(options.epochs ?? 0) epochs in batches of \(options.batchSize) for \(options.world) ranks cannot be")
    }
    self.samples = samples
    self.options = options
    decoder = BatchDecoder(samples, options)
    taken = passed + place.position
    scheduled = taken
    let (end, endless) = (options.epochs ?? Int.max).multipliedReportingOverflow(by: samples.count)
    limit = endless ? Self.streamLimit : min(end, Self.streamLimit)
  }

  /// Where the stream stands: what `next()` will begin with.
  public var place: Place { Place(epoch: taken / samples.count, position: taken % samples.count) }

  /// Returns the next batch, nil at the end.
  ///
  /// - Throws: `SampleShardError` for a frame that cannot be decoded, with its shard and sample.
  public mutating func next() async throws -> SampleBatch? {
    while pending.count < options.workers, let chunk = nextChunk() {
      let decoder = decoder
      pending.append((Task { try decoder.batch(chunk.stream) }, chunk.end))
    }
    guard !pending.isEmpty else {
      if !options.dropsLast { taken = max(taken, limit) }  // Other ranks may have had a sample more.
      return nil
    }
    let first = pending.removeFirst()
    let batch = try await first.task.value
    taken = first.end
    return batch
  }

  /// The places in the stream of this rank's next batch, and where the stream stands after it.
  private mutating func nextChunk() -> (stream: [Int], end: Int)? {
    if options.dropsLast, limit - scheduled < options.batchSize * options.world { return nil }
    let end = scheduled + options.batchSize * options.world
    let stream = Array(stride(from: scheduled + options.rank, to: min(end, limit), by: options.world))
    if stream.isEmpty { return nil }
    scheduled = min(end, limit)
    return (stream, scheduled)
  }
}
