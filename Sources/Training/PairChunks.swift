internal import ByteIO
internal import PairShards
internal import SampleShards
internal import Sampling

/// A part of a batch of pairs that goes through the model at once.
struct PairChunk: PreparedBatch {
  /// What it is for.
  enum Purpose: Sendable {
    /// Log-probabilities, before the loss of the whole batch is known.
    case scoring
    /// Gradients, once it is.
    case learning
    /// Both: the batch is one chunk.
    case both
  }

  let pairs: PairBatch
  /// Its steps among those of the batch.
  let range: Range<Int>
  let purpose: Purpose
  let batch: TrainingBatch
  /// Where the stream stands after the batch.
  let place: SampleReader.Place

  var byteCount: Int { batch.byteCount }
  /// Whether the batch ends with it.
  var isLast: Bool { purpose != .scoring && range.upperBound == pairs.steps.count }
}

/// The pairs of a set, over and over, each pass in an order of its own; of several ranks, each takes its own.
struct PairChunks: BatchSource {
  /// How pairs become batches.
  struct Options: Sendable {
    var seed: UInt64
    /// Pairs of one rank's batch.
    var batchSize: Int
    var stepsPerPass: Int
    var rank = 0
    var world = 1
  }

  private let set: PairSet
  /// The pairs that are trained on.
  private let positions: [Int]
  private let options: Options
  private var assembler: PairAssembler
  private var place: SampleReader.Place
  private var order: KeyedPermutation
  private var current: PairBatch?
  private var due: [(range: Range<Int>, purpose: PairChunk.Purpose)] = []

  init(
    _ set: PairSet, _ positions: [Int], _ assembler: PairAssembler, _ options: Options,
    from place: SampleReader.Place = .init()
  ) throws {
    self.set = set
    self.positions = positions
    self.options = options
    self.assembler = assembler
    self.place = place
    order = try KeyedPermutation(count: positions.count, seed: options.seed, stream: UInt64(place.epoch))
  }

  mutating func next() async throws -> PairChunk? { try nextChunk() }

  private mutating func nextChunk() throws -> PairChunk {
    if due.isEmpty {
      let batch = try PairBatch(set, takeBatch(), tokensPerStep: assembler.tokensPerStep)
      current = batch
      let count = batch.steps.count
      if count <= options.stepsPerPass {
        due = [(0..<count, .both)]
      } else {
        let ranges = stride(from: 0, to: count, by: options.stepsPerPass).map { start in
          start..<min(start + options.stepsPerPass, count)
        }
        due = ranges.map { ($0, .scoring) } + ranges.map { ($0, .learning) }
      }
    }
    guard let current else { throw TrainingError(.bug, place: set.path, "a batch of pairs was not made") }
    let (range, purpose) = due.removeFirst()
    return PairChunk(
      pairs: current, range: range, purpose: purpose, batch: try assembler.batch(current.steps[range]), place: place)
  }

  /// This rank's next pairs; the stream moves on by those of all ranks.
  private mutating func takeBatch() throws -> [Int] {
    var mine: [Int] = []
    for number in 0..<options.batchSize * options.world {
      if place.position == positions.count {
        place = SampleReader.Place(epoch: place.epoch + 1, position: 0)
        order = try KeyedPermutation(count: positions.count, seed: options.seed, stream: UInt64(place.epoch))
      }
      if number % options.world == options.rank { mine.append(positions[order[place.position]]) }
      place.position += 1
    }
    return mine
  }
}
