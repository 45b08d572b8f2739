import ByteIO
import Checkpoints
import PairShards
import PairSupport
import Preferences
import TensorFiles
import TestSupport
import TextTokens
import Torch
import VLA

@testable import Training

/// Pairs of made-up rollouts, and a small policy to train on them.
struct PairBench: Sendable {
  let shop: PairWorkshop
  let set: PairSet
  let folder: CheckpointFolder
  let inputs: PolicyInputs

  /// Three starts with both outcomes; lengths differ, and one success is in two pairs.
  static var rollouts: RolloutFixture {
    var fixture = RolloutFixture()
    fixture.add("a", start: 1, success: true, length: 3)
    fixture.add("b", start: 1, success: false, length: 5)
    fixture.add("c", start: 1, success: false, length: 2)
    fixture.add("d", start: 2, success: true, length: 2)
    fixture.add("e", start: 2, success: false, length: 4)
    fixture.add("f", start: 3, success: true, length: 4)
    fixture.add("g", start: 3, success: false, length: 1)
    return fixture
  }

  init() async throws {
    shop = try PairWorkshop()
    set = try await shop.build([Self.rollouts.write(to: shop.directory.path)])
    let tokenizer = shop.directory("tokenizer.model")
    try AtomicFile.write(TokenizerFit(size: 640).model([PromptStyle.openVLA.text("go")]), to: tokenizer)
    let preset = try ModelPreset(path: Repository.fixture("Training/nano.yaml"))
    let model = shop.directory("model")
    try FreshCheckpoint(preset, seed: 2, tokenizer: tokenizer, statistics: nil).write(CheckpointWriter(model), .float32)
    folder = try CheckpointFolder(model)
    inputs = try PolicyInputs(folder)
  }

  /// Runs `body` on a thread of its own: what it does blocks, and the engine's modes belong to threads.
  static func run(_ body: @escaping @Sendable (PairBench) throws -> Void) async throws {
    let bench = try await PairBench()
    try await onDedicatedThread {
      try Engine.setThreadCount(1)
      try body(bench)
    }
  }

  func policy() throws -> Policy { try Policy.load(folder, .float32) { _ in true } }

  func assembler(countsEnd: Bool = false) throws -> PairAssembler {
    try PairAssembler(inputs, folder.config, set, view: nil, countsEnd: countsEnd)
  }

  static func settings(
    _ loss: PreferenceLoss.Kind = .sigmoid, sft: Double = 0, _ aggregation: RatioAggregation = .sum
  ) throws -> PreferenceSettings {
    PreferenceSettings(
      PreferenceObjective([.init(try PreferenceLoss(loss))], supervisedWeight: sft, aggregation: aggregation))
  }

  func pass(_ policy: Policy, size: Int = 32) throws -> StepPass {
    StepPass(policy: policy, pass: TrainingPass(), assembler: try assembler(), size: size, byteLimit: 1 << 20)
  }

  /// The log-probabilities of all kept steps under `policy`, shifted by what makes ratios differ from zero.
  func reference(_ policy: Policy) throws -> [Float] {
    let steps = try PairBatch(set, Array(0..<set.count), tokensPerStep: 3).steps
    var values = [Float](repeating: .nan, count: set.index.stepCount)
    for (step, score) in zip(steps, try pass(policy).logProbabilities(steps)) {
      values[step.row] = Float(score) + Float(step.row % 5) * 0.25 - 0.3
    }
    return values
  }

  /// What one batch, or several that make one step, come to: the outcomes, and all gradients by name.
  func accumulate(
    _ settings: PreferenceSettings, batch: Int, batches: Int = 1, stepsPerPass: Int = 64,
    reference: PairReference? = nil
  ) throws -> (outcomes: [BatchOutcome], gradients: [String: [Double]]) {
    let policy = try policy()
    let chunks = try PairChunks(
      set, Array(0..<set.count), assembler(), .init(seed: 3, batchSize: batch, stepsPerPass: stepsPerPass))
    let objective = PairObjective(
      policy, try reference ?? .kept(self.reference(policy)), settings, BatchFeed(chunks, byteLimit: 1 << 20),
      anchor: nil, TrainingPass(), dimensions: 3)
    defer { objective.stop() }
    let outcomes = try (0..<batches).map { number in
      try objective.accumulate(BatchPlace(step: 0, batch: number, rank: 0, weight: 1 / Double(batches)))
    }
    var gradients: [String: [Double]] = [:]
    for name in policy.parameters.names {
      if let gradient = try policy.parameters[name]?.gradient { gradients[name] = try gradient.values(Double.self) }
    }
    return (outcomes, gradients)
  }
}

/// The largest difference of two sets of gradients beside the largest gradient.
func distance(_ a: [String: [Double]], _ b: [String: [Double]]) -> Double {
  guard a.keys == b.keys else { return .infinity }
  var (difference, size) = (0.0, 0.0)
  for (name, values) in a {
    for (x, y) in zip(values, b[name] ?? []) {
      difference = max(difference, abs(x - y))
      size = max(size, abs(x))
    }
  }
  return difference / size
}
