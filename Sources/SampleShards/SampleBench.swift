internal import ByteIO
internal import ImageCodec
internal import Synchronization

/// Measures how fast a mixture is read, and how fast its frames could be at best.
public struct SampleBench: Sendable {
  /// What was measured.
  public struct Figure: Sendable {
    public let sampleCount: Int
    public let frameCount: Int
    public let seconds: Double
    public var framesPerSecond: Double { seconds > 0 ? Double(frameCount) / seconds : 0 }
  }

  private let samples: SampleSet
  private let options: SampleReader.Options
  private let count: Int

  /// Prepares to read the first `sampleLimit` samples.
  public init(_ samples: SampleSet, _ options: SampleReader.Options, sampleLimit: Int) {
    self.samples = samples
    self.options = options
    count = min(sampleLimit, samples.count)
  }

  private var framesPerSample: Int { samples.index.layout.pictures.reduce(0) { $0 + $1.framesPerSample } }

  /// Reads batches as a trainer does.
  public func reader() async throws -> Figure {
    let start = ContinuousClock.now
    var reader = try SampleReader(samples, options)
    var done = 0
    while done < count, let batch = try await reader.next() { done += batch.positions.count }
    return Figure(
      sampleCount: done, frameCount: done * framesPerSample, seconds: (ContinuousClock.now - start) / .seconds(1))
  }

  /// Decodes and resizes the same frames, on as many threads, and does nothing else.
  public func bareLoop() async throws -> Figure {
    let queue = Positions(count)
    let (samples, size) = (samples, options.size)
    let start = ContinuousClock.now
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<options.workers {
        group.addTask {
          var frames = FrameDecoder(samples.index.layout.form, size)
          while let run = queue.next() {
            for position in run {
              let (number, sample) = samples.place(of: position)
              let shard = try samples.shard(number)
              for (picture, perSample) in samples.index.layout.pictures {
                for window in 0..<perSample {
                  _ = try frames.decoded(shard.frame(picture, sample: sample, window: window))
                }
              }
            }
          }
        }
      }
      try await group.waitForAll()
    }
    return Figure(
      sampleCount: count, frameCount: count * framesPerSample, seconds: (ContinuousClock.now - start) / .seconds(1))
  }
}

/// Positions that several tasks work on, a few at a time.
private final class Positions: Sendable {
  private let count: Int
  private let at = Mutex(0)

  init(_ count: Int) { self.count = count }

  /// The next positions, nil at the end.
  func next() -> Range<Int>? {
    at.withLock { at in
      guard at < count else { return nil }
      defer { at = min(at + 8, count) }
      return at..<min(at + 8, count)
    }
  }
}
