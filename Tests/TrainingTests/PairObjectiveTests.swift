import Checkpoints
import Foundation
import PairShards
import PairSupport
import Preferences
import SampleShards
import TensorFiles
import TestSupport
import Testing
import Torch
import VLA

@testable import Training

/// Losses of pairs, and their gradients through the model.
@Suite struct PairObjectiveTests {
  @Test func `value and gradients equal those of the formula taken through the model at once`() async throws {
    try await PairBench.run { bench in
      let found = try bench.accumulate(PairBench.settings(sft: 0.5), batch: 4)

      // −mean log σ(β((ℓw − ρw) − (ℓl − ρl))) − 0.5 · Σ ℓw / tokens, by the engine's own derivatives.
      let policy = try bench.policy()
      let reference = try bench.reference(policy)
      let batch = try PairBatch(bench.set, [0, 1, 2, 3], tokensPerStep: 3)
      var assembler = try bench.assembler()
      let inputs = try assembler.batch(batch.steps[...])
      let rows = inputs.rows(patches: policy.patchCount)
      #expect(rows.samples.count == 3 * batch.steps.count)
      let targets = try Tensor(rows.targets, [rows.targets.count, 1])
      func matrix(_ side: (PairBatch.Entry) -> [Int]) throws -> Tensor {
        let values = batch.entries.flatMap { entry in
          let steps = side(entry)
          return rows.samples.map { sample in Float(steps.count { $0 == sample }) }
        }
        return try Tensor(values, [batch.entries.count, rows.samples.count])
      }
      func sums(_ side: (PairBatch.Entry) -> [Int]) throws -> Tensor {
        try Tensor(
          batch.entries.map { side($0).reduce(Float(0)) { $0 + reference[batch.steps[$1].row] } },
          [batch.entries.count, 1])
      }
      let (chosen, rejected) = (try matrix(\.chosen), try matrix(\.rejected))
      let (heldChosen, heldRejected) = (try sums(\.chosen), try sums(\.rejected))
      let tokens = Double(3 * batch.entries.reduce(0) { $0 + $1.chosen.count })
      let value = try policy.backpropagate(inputs.policyBatch(), rows, TrainingPass()) { logits throws(TorchError) in
        let scores = try logits.logSoftmax(-1).gathering(targets, 1)
        let own = try chosen.multiplied(by: scores)
        let margins = try (own - heldChosen) - (rejected.multiplied(by: scores) - heldRejected)
        return try -((margins * 0.1).logSigmoid().mean()) - own.sum() * (0.5 / tokens)
      }
      var gradients: [String: [Double]] = [:]
      for name in policy.parameters.names {
        if let gradient = try policy.parameters[name]?.gradient { gradients[name] = try gradient.values(Double.self) }
      }
      #expect(abs(found.outcomes[0].loss - (try value.scalar())) <= 1e-5)
      #expect(!gradients.isEmpty)
      #expect(distance(gradients, found.gradients) <= 1e-5)
    }
  }

  @Test(arguments: [PreferenceLoss.Kind.sigmoid, .ipo, .apoZero])
  func `a batch in many passes has the loss and the gradients of one in a single pass`(
    _ kind: PreferenceLoss.Kind
  ) async throws {
    try await PairBench.run { bench in
      let whole = try bench.accumulate(PairBench.settings(kind), batch: 4)
      let parts = try bench.accumulate(PairBench.settings(kind), batch: 4, stepsPerPass: 3)
      #expect(abs(whole.outcomes[0].loss - parts.outcomes[0].loss) <= 1e-5 * max(1, abs(whole.outcomes[0].loss)))
      #expect(distance(whole.gradients, parts.gradients) <= 2e-5)
      for (a, b) in zip(whole.outcomes[0].sums, parts.outcomes[0].sums) { #expect(abs(a - b) <= 1e-3) }
    }
  }

  @Test func `batches that make one step together have the gradients of one batch`() async throws {
    try await PairBench.run { bench in
      let one = try bench.accumulate(PairBench.settings(), batch: 4)
      let two = try bench.accumulate(PairBench.settings(), batch: 2, batches: 2)
      #expect(distance(one.gradients, two.gradients) <= 1e-5)
      let mean = two.outcomes.reduce(0) { $0 + $1.loss } / 2
      #expect(abs(one.outcomes[0].loss - mean) <= 1e-6)
    }
  }

  @Test(arguments: RatioAggregation.allCases)
  func `logged rewards are on the scale of the loss`(_ aggregation: RatioAggregation) async throws {
    try await PairBench.run { bench in
      let found = try bench.accumulate(PairBench.settings(.sigmoid, aggregation), batch: 1, batches: 3)
      for outcome in found.outcomes {
        let tally = PairTally(values: outcome.sums)
        // One pair a batch: its loss is −log σ of its margin of rewards.
        #expect(abs(outcome.loss - log1p(exp(-(tally.chosenReward - tally.rejectedReward)))) <= 1e-9)
      }
      #expect(Set(found.outcomes.map(\.loss)).count > 1)
    }
  }

  @Test func `a reference that is computed with every batch gives what a kept one does`() async throws {
    try await PairBench.run { bench in
      let other = try Policy.load(bench.folder, .float32)
      let steps = try PairBatch(bench.set, Array(0..<bench.set.count), tokensPerStep: 3).steps
      var kept = [Float](repeating: .nan, count: bench.set.index.stepCount)
      for (step, score) in zip(steps, try bench.pass(other).logProbabilities(steps)) { kept[step.row] = Float(score) }
      let a = try bench.accumulate(PairBench.settings(), batch: 4, reference: .kept(kept))
      let b = try bench.accumulate(PairBench.settings(), batch: 4, stepsPerPass: 5, reference: .policy(other))
      #expect(abs(a.outcomes[0].loss - 0.693_147_180_559_945) <= 1e-4)
      #expect(abs(a.outcomes[0].loss - b.outcomes[0].loss) <= 1e-5)
      #expect(distance(a.gradients, b.gradients) <= 1e-4)
    }
  }

  @Test func `a loss that is not a number names the step and the pairs`() async throws {
    try await PairBench.run { bench in
      var kept = try bench.reference(bench.policy())
      let first = try PairBatch(bench.set, [0], tokensPerStep: 3).steps[0].row
      kept[first] = .nan
      #expect {
        _ = try bench.accumulate(PairBench.settings(), batch: 4, reference: .kept(kept))
      } throws: { error in
        "\(error)".hasPrefix("step 1: the loss is not a number (pair ") && "\(error)".contains("lower optimizer")
      }
    }
  }

  @Test func `shared steps go through the model once, masked steps not at all`() async throws {
    try await PairBench.run { bench in
      let batch = try PairBatch(bench.set, Array(0..<bench.set.count), tokensPerStep: 3)
      #expect(batch.entries.count == 4)
      // The lengths of the seven rollouts: 3 + 5 + 2 + 2 + 4 + 4 + 1; `a` is in two pairs.
      #expect(batch.steps.count == 21)
      #expect(batch.entries.reduce(0) { $0 + $1.chosen.count + $1.rejected.count } == 24)
      #expect(Set(batch.steps.map(\.row)).count == 21)
      for (index, entry) in batch.entries.enumerated() {
        let pair = try bench.set.pair(index)
        #expect(entry.chosen.count == pair.chosen.countedSteps && entry.rejected.count == pair.rejected.countedSteps)
      }
      #expect(batch.chosenSteps.count == 3 + 2 + 4)
    }
  }

  @Test func `an end of text that counts is one more token of every step`() async throws {
    try await PairBench.run { bench in
      let steps = try PairBatch(bench.set, [0], tokensPerStep: 4).steps
      var (with, without) = (try bench.assembler(countsEnd: true), try bench.assembler())
      let (longer, shorter) = (try with.batch(steps[...]), try without.batch(steps[...]))
      #expect(with.tokensPerStep == 4 && without.tokensPerStep == 3)
      for (a, b) in zip(longer.labels, shorter.labels) {
        #expect(a.filter { $0 != -100 } == b.filter { $0 != -100 } + [Int64(bench.folder.config.decoder.eosTokenID)])
      }
    }
  }

  @Test func `every pair comes once a pass, in an order of its own, whatever the ranks`() async throws {
    let bench = try await PairBench()
    let count = bench.set.count
    func ids(_ batches: Int, size: Int, rank: Int = 0, world: Int = 1, from place: (Int, Int) = (0, 0)) async throws
      -> [[UInt64]]
    {
      var chunks = try PairChunks(
        bench.set, Array(0..<count), bench.assembler(),
        .init(seed: 6, batchSize: size, stepsPerPass: 64, rank: rank, world: world),
        from: .init(epoch: place.0, position: place.1))
      var found: [[UInt64]] = []
      for _ in 0..<batches { found.append(try #require(try await chunks.next()).pairs.entries.map(\.id)) }
      return found
    }
    let one = try await ids(2 * count, size: 1).joined().map(\.self)
    #expect(Set(one.prefix(count)).count == count && Set(one.suffix(count)).count == count)
    #expect(Array(one.prefix(count)) != Array(one.suffix(count)))
    // Two ranks take turns; a batch goes on in the next pass.
    let (even, odd) = (try await ids(2, size: 2), try await ids(2, size: 2, rank: 1, world: 2))
    let first = try await ids(2, size: 2, rank: 0, world: 2)
    #expect(even.joined().map(\.self) == Array(one.prefix(4)))
    #expect(first[0] == [one[0], one[2]] && odd[0] == [one[1], one[3]])
    #expect(first[1] == [one[4], one[6]] && odd[1] == [one[5], one[7]])
    // From a place in the middle of a pass.
    #expect(
      try await ids(3, size: 1, from: (0, count - 1)).joined().map(\.self) == Array(one[(count - 1)..<(count + 2)]))
  }
}
