internal import Actions
internal import ByteIO
internal import Checkpoints
internal import JSON
public import SampleShards
internal import TensorFiles
public import Torch
public import VLA

/// The loop of a run: batches in, optimiser steps, and what is said and kept of them.
///
/// All of it runs on the calling thread, which must stay the same: the engine's modes belong to threads.
public final class Trainer {
  /// What a run does at its milestones.
  public struct Hooks {
    /// Every so many steps.
    public var logged: (StepReport) throws -> Void = { _ in }
    /// When an evaluation is due, after so many steps.
    public var evaluate: (Int) throws -> Void = { _ in }
    /// Before a state is kept, which counts on what was logged.
    public var saving: () throws -> Void = {}
    /// Whether the run shall end early, after a step.
    public var isStopRequested: () -> Bool = { false }

    public init() {}
  }

  /// How a run ended.
  public enum Ending: Equatable, Sendable {
    /// Its length was reached.
    case complete
    /// It was asked to stop; its state is kept.
    case stopped
  }

  public let policy: Policy
  public let optimizer: Optimizer
  public private(set) var position: RunPosition
  private let config: FitConfig
  private let states: StateFolder
  private let fingerprint: JSONValue
  private let datasets: [String]
  private let tokens: ActionTokenizer
  private let dropout: AdapterDropout?
  /// The other processes, where several train together.
  private let group: ProcessGroup?
  private var tally: ActionTally
  private var lastLoss = 0.0
  private var lastNorm = 0.0
  private var window = Window()
  private var saving: () throws -> Void = {}

  /// The time since the last report.
  private struct Window {
    var start = ContinuousClock.now
    var wait = 0.0
    var steps = 0
  }

  /// Prepares a run of `policy`, whose trained parameters ask for gradients, on the mixture `index`; continues from the
  /// newest state in `states`, if there is one.
  public init(
    _ policy: Policy, _ config: FitConfig, _ index: MixtureIndex, _ states: StateFolder, dropout: AdapterDropout? = nil,
    group: ProcessGroup? = nil
  ) throws {
    self.policy = policy
    self.config = config
    datasets = index.datasetNames
    self.states = states
    self.dropout = dropout
    self.group = group
    optimizer = Optimizer(policy.parameters, config.optimizer, config.decay)
    guard !optimizer.parameters.isEmpty else {
      throw TrainingError(.usage, place: "stage \(config.stage.rawValue)", "it trains none of the model's parameters")
    }
    fingerprint = config.fingerprint(mixtureDigest: index.planDigest)
    tokens = try ActionTokenizer(
      binCount: PolicyConfig.actionBinCount, vocabularySize: policy.config.actionVocabularySize)
    tally = ActionTally(datasets: datasets.count, dimensions: index.layout.actionDimension)
    if let step = try states.steps.last {
      position = try states.restore(step, into: optimizer, fingerprint: fingerprint)
      if position.tally.count == tally.values.count { tally.values = position.tally }
    } else {
      position = RunPosition()
    }
  }

  /// Trains on the batches of `feed` until the run's length is reached or it is asked to stop, and keeps the state.
  ///
  /// - Throws: `TrainingError` for a loss or a gradient that is not a number, with the step and the samples; the state
  ///   before that step is kept then.
  public func run(_ feed: BatchFeed, steps: Int?, _ hooks: Hooks) throws -> Ending {
    defer { feed.stop() }
    saving = hooks.saving
    window = Window()
    let before = position.seconds
    let start = ContinuousClock.now
    var signs = Signs()
    while steps.map({ position.step < $0 }) ?? true, !signs.isTimeUp {
      signs = Signs(isTimeUp: isTimeUp, isStopRequested: hooks.isStopRequested())
      do { try step(feed, &signs) } catch { throw try ended(by: error) }
      position.seconds = before + (ContinuousClock.now - start) / .seconds(1)
      if position.step % config.logEvery == 0 { try report(steps, hooks) }
      position.tally = tally.values
      if signs.isStopRequested {
        try save()
        return .stopped
      }
      if config.saving.every > 0, position.step % config.saving.every == 0 { try save() }
      if isFirst, config.evaluation.every > 0, position.step % config.evaluation.every == 0, position.step != steps {
        try hooks.evaluate(position.step)
        window = Window()
      }
    }
    if tally.steps > 0 { try report(steps, hooks) }
    position.tally = tally.values
    try save()
    return .complete
  }

  /// Keeps the state as it is; of several ranks, whose states are the same, the first one does.
  public func save() throws {
    guard isFirst else { return }
    try saving()
    try states.write(optimizer, position, fingerprint: fingerprint)
  }

  /// Whether this is the process that writes.
  private var isFirst: Bool { group?.rank ?? 0 == 0 }

  /// What the ranks must agree on at every step: each has a say, and all follow.
  private struct Signs {
    var isTimeUp = false
    var isStopRequested = false
    var isBroken = false

    var values: [Double] {
      get { [isTimeUp ? 1 : 0, isStopRequested ? 1 : 0, isBroken ? 1 : 0] }
      set { (isTimeUp, isStopRequested, isBroken) = (newValue[0] > 0, newValue[1] > 0, newValue[2] > 0) }
    }
  }

  /// Keeps the state before the step that `error` ended, and returns the error that says so.
  private func ended(by error: any Error) throws -> any Error {
    let step = position.step + 1
    if let group, error is TorchError {
      let missing = group.missingRanks()
      let left = (0..<group.world).first { !missing.contains($0) }
      if left == group.rank { try states.write(optimizer, position, fingerprint: fingerprint) }
      if !missing.isEmpty {
        let names = missing.map { "rank \($0)" }.joined(separator: ", ")
        return RankLoss(missing: missing, isWriter: left == group.rank, step: step, names: names, world: group.world)
      }
    } else if isFirst {
      try states.write(optimizer, position, fingerprint: fingerprint)
    }
    return Self.explained(error, step: step)
  }

  private var isTimeUp: Bool { config.length.minutes.map { position.seconds >= $0 * 60 } ?? false }

  /// One step of all ranks.
  private func step(_ feed: BatchFeed, _ signs: inout Signs) throws {
    try optimizer.clearGradients()
    var stepTally = ActionTally(datasets: tally.datasetCount, dimensions: tally.dimensionCount)
    var place = position.place
    for micro in 0..<config.accumulation {
      guard let (batch, wait) = try feed.next() else {
        throw TrainingError(.bug, place: "step \(position.step + 1)", "the endless stream of batches ended")
      }
      window.wait += wait
      dropout?.seed =
        NamedSeed(config.seed, "dropout step \(position.step) batch \(micro) rank \(group?.rank ?? 0)")
        .value
      do {
        stepTally.loss += try accumulate(batch, &stepTally) / Double(config.accumulation)
      } catch let error as TrainingError where group != nil {
        signs.isBroken = true
        try agree(&signs, &stepTally)
        throw error
      }
      place = batch.place
    }
    dropout?.seed = nil
    stepTally.steps = 1
    try agree(&signs, &stepTally)
    if signs.isBroken {
      throw TrainingError(
        place: "step \(position.step + 1)", "the loss of another rank is not a number; see its own message")
    }
    try group?.average(optimizer.gradients)
    let norm = try optimizer.clip(to: config.clip)
    guard norm.isFinite else {
      throw TrainingError(
        place: "step \(position.step + 1)",
        "the gradients are not numbers, though the loss \(stepTally.loss) is; lower optimizer.learning_rate, or set clip"
      )
    }
    try optimizer.step(learningRate: config.learningRate.rate(after: position.step))
    position.step += 1
    position.place = place
    (lastLoss, lastNorm) = (stepTally.loss / Double(group?.world ?? 1), norm)
    tally.values = zip(tally.values, stepTally.values).map { $0 + $1 }
    window.steps += 1
  }

  /// Sums the tallies and the signs of all ranks.
  private func agree(_ signs: inout Signs, _ tally: inout ActionTally) throws {
    guard let group else { return }
    let own = signs.values + tally.values
    let sum = try Tensor(own, [own.count])
    try group.sum([sum])
    let values = try sum.values(Double.self)
    signs.values = Array(values.prefix(signs.values.count))
    tally.values = Array(values.dropFirst(signs.values.count))
  }

  /// Adds the gradients of one batch and returns its loss.
  private func accumulate(_ batch: TrainingBatch, _ tally: inout ActionTally) throws -> Double {
    let rows = batch.rows(patches: policy.patchCount)
    let targets = try Tensor(rows.targets, [rows.targets.count]).converted(on: policy.device)
    var logits: Tensor?
    let pass = TrainingPass(
      autocast: config.precision == .bf16 ? .bfloat16 : nil, activations: config.activations,
      weight: 1 / Double(config.accumulation))
    let value = try policy.backpropagate(batch.policyBatch(), rows, pass) { rowLogits throws(TorchError) in
      logits = try rowLogits.detached()
      return try rowLogits.crossEntropy(targets, ignoring: Policy.ignoredLabel)
    }
    let loss = try value.scalar()
    if let logits {
      guard loss.isFinite else { throw try notANumber(batch, rows, logits) }
      let predictions = try logits.argmax(-1).values(Int64.self)
      tally.add(rows, predictions: predictions, datasets: batch.datasets, tokens)
    }
    tally.positions += Double(batch.ids.count + batch.count * policy.patchCount)
    return loss
  }

  /// The error that names the samples whose loss is no number.
  private func notANumber(_ batch: TrainingBatch, _ rows: SupervisedRows, _ logits: Tensor) throws -> TrainingError {
    let finite = try logits.sum([1]).isFinite().values(UInt8.self)
    var broken: [Int] = []
    for (index, isFinite) in finite.enumerated() where isFinite == 0 && broken.last != rows.samples[index] {
      broken.append(rows.samples[index])
    }
    let names = broken.prefix(3).map { sample in
      "\(datasets[batch.datasets[sample]]) sample \(batch.positions[sample])"
    }
    let list = names.isEmpty ? "all of its samples" : names.joined(separator: ", ") + (broken.count > 3 ? ", …" : "")
    return TrainingError(
      place: "step \(position.step + 1)",
      "the loss is not a number (\(list)); the state before it is kept: lower optimizer.learning_rate, set clip, or "
        + "leave the samples out")
  }

  private func report(_ steps: Int?, _ hooks: Hooks) throws {
    let seconds = max((ContinuousClock.now - window.start) / .seconds(1), 1e-9)
    try hooks.logged(
      StepReport(
        step: position.step, total: steps, epoch: position.place.epoch, loss: tally.loss / max(1, tally.steps),
        lastLoss: lastLoss, tally: tally, datasets: datasets,
        learningRate: config.learningRate.rate(after: max(0, position.step - 1)), gradientNorm: lastNorm,
        secondsPerStep: seconds / Double(max(1, window.steps)), waitShare: window.wait / seconds,
        positionsPerSecond: tally.positions * Double(group?.world ?? 1) / max(1, tally.steps) * Double(window.steps)
          / seconds,
        seconds: position.seconds))
    tally = ActionTally(datasets: tally.datasetCount, dimensions: tally.dimensionCount)
    window = Window()
  }

  /// `error`, with a mend for a step that runs out of memory.
  private static func explained(_ error: any Error, step: Int) -> any Error {
    guard let engine = error as? TorchError, engine.reason == .outOfMemory else { return error }
    return TrainingError(
      .tryAgain, place: "step \(step)",
      "memory is exhausted (\(engine.operation)); lower batch.size and raise batch.accumulation by as much, set "
        + "activations: recomputed, or precision: bf16")
  }
}
