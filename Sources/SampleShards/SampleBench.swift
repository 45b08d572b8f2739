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

    init(_ sampleCount: Int, _ frameCount: Int, _ seconds: Double) {
      self.sampleCount = sampleCount
      self.frameCount = frameCount
      self.seconds = seconds
    }

    static func + (a: Figure, b: Figure) -> Figure {
      Figure(a.sampleCount + b.sampleCount, a.frameCount + b.frameCount, a.seconds + b.seconds)
    }
  }

  private let samples: any SampleProvider
  private let options: SampleReader.Options
  private let count: Int

  /// Prepares to read the first `sampleLimit` samples.
  public init(_ samples: any SampleProvider, _ options: SampleReader.Options, sampleLimit: Int) {
    self.samples = samples
    self.options = options
    count = min(sampleLimit, samples.count)
  }

  private var framesPerSample: Int { samples.index.layout.pictures.reduce(0) { $0 + $1.framesPerSample } }

  /// Runs both loops over the same samples, in turns, so that a change in the machine's load meets both.
  public func compared() async throws -> (read: Figure, bare: Figure) {
    let batches = (count + options.batchSize - 1) / options.batchSize
    let turns = min(Self.turnCount, batches)
    var (read, bare) = (Figure(0, 0, 0), Figure(0, 0, 0))
    for turn in 0..<turns {
      let first = turn * batches / turns * options.batchSize
      let run = first..<min((turn + 1) * batches / turns * options.batchSize, count)
      if turn.isMultiple(of: 2) { bare = try await bare + bareLoop(run) }
      read = try await read + reader(run)
      if !turn.isMultiple(of: 2) { bare = try await bare + bareLoop(run) }
    }
    return (read, bare)
  }

  private static let turnCount = 8

  /// Reads batches as a trainer does.
  public func reader() async throws -> Figure { try await reader(0..<count) }

  /// Decodes and resizes the same frames, on as many threads, and does nothing else.
  public func bareLoop() async throws -> Figure { try await bareLoop(0..<count) }

  private func reader(_ run: Range<Int>) async throws -> Figure {
    let start = ContinuousClock.now
    var reader = try SampleReader(samples, options, from: SampleReader.Place(position: run.lowerBound))
    var done = 0
    while done < run.count, let batch = try await reader.next() { done += batch.positions.count }
    return Figure(done, done * framesPerSample, (ContinuousClock.now - start) / .seconds(1))
  }

  private func bareLoop(_ run: Range<Int>) async throws -> Figure {
    let queue = Positions(run)
    let (samples, size) = (samples, options.size)
    let start = ContinuousClock.now
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<options.workers {
        group.addTask {
          var frames = FrameDecoder(samples.index.layout.form, size)
          while let run = queue.next() {
            for position in run {
              for picture in try samples.frames(at: position) {
                for bytes in picture { _ = try frames.decoded(bytes) }
              }
            }
          }
        }
      }
      try await group.waitForAll()
    }
    return Figure(run.count, run.count * framesPerSample, (ContinuousClock.now - start) / .seconds(1))
  }
}

/// Positions that several tasks work on, a few at a time.
private final class Positions: Sendable {
  private let end: Int
  private let at: Mutex<Int>

  init(_ run: Range<Int>) {
    end = run.upperBound
    at = Mutex(run.lowerBound)
  }

  /// The next positions, nil at the end.
  func next() -> Range<Int>? {
    at.withLock { at in
      guard at < end else { return nil }
      defer { at = min(at + 8, end) }
      return at..<min(at + 8, end)
    }
  }
}
