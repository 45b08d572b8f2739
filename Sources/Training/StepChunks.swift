internal import Torch
internal import VLA

/// Steps that go through the model at once.
struct StepChunk: PreparedBatch {
  let range: Range<Int>
  let batch: TrainingBatch

  var byteCount: Int { batch.byteCount }
}

/// A list of steps, so many at a time.
struct StepChunks: BatchSource {
  private let steps: [PairStep]
  private var assembler: PairAssembler
  private let size: Int
  private var next = 0

  init(_ steps: [PairStep], _ assembler: PairAssembler, size: Int) {
    self.steps = steps
    self.assembler = assembler
    self.size = size
  }

  mutating func next() async throws -> StepChunk? {
    guard next < steps.count else { return nil }
    let range = next..<min(next + size, steps.count)
    next = range.upperBound
    return StepChunk(range: range, batch: try assembler.batch(steps[range]))
  }
}

/// Takes steps through a policy, without gradients.
struct StepPass {
  var policy: Policy
  let pass: TrainingPass
  let assembler: PairAssembler
  /// Steps at a time.
  let size: Int
  let byteLimit: Int

  /// Hands `body` the logits of the counted tokens of all of `steps`, chunk by chunk.
  ///
  /// Blocks: it is for a thread that is not of Swift's pool.
  func logits(_ steps: [PairStep], _ body: (Range<Int>, SupervisedRows, Tensor) throws -> Void) throws {
    let feed = BatchFeed(StepChunks(steps, assembler, size: size), byteLimit: byteLimit)
    defer { feed.stop() }
    while let (chunk, _) = try feed.next() {
      let rows = chunk.batch.rows(patches: policy.patchCount)
      try body(chunk.range, rows, policy.logits(chunk.batch.policyBatch(), rows, pass))
    }
  }

  /// The log-probabilities of `steps`, in their order.
  func logProbabilities(_ steps: [PairStep]) throws -> [Double] {
    var values: [Double] = []
    values.reserveCapacity(steps.count)
    try logits(steps) { range, rows, logits in
      values += try StepScores(logits, rows, count: range.count, policy, .logProbability).logProbability
    }
    return values
  }
}
