internal import ByteIO
internal import Checkpoints
internal import JSON
internal import SampleShards
internal import TensorFiles
internal import Torch
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
  /// The other processes, where several train together.
  private let group: ProcessGroup?
  private var sums = StepSums(0)
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

  /// Prepares a run of `policy`, whose trained parameters ask for gradients; continues from the newest state in `states`,
  /// if there is one.
  ///
  /// A state is continued only with the same settings, `data` and `base`.
  init(
    _ policy: Policy, _ config: FitConfig, data: JSONValue.Member, base: CheckpointFolder, _ states: StateFolder,
    group: ProcessGroup? = nil
  ) throws {
    self.policy = policy
    self.config = config
    self.states = states
    self.group = group
    optimizer = Optimizer(policy.parameters, config.optimizer, config.decay)
    guard !optimizer.parameters.isEmpty else {
      throw TrainingError(.usage, place: "stage \(config.stage.rawValue)", "it trains none of the model's parameters")
    }
    fingerprint = try config.fingerprint(data: data, base: base.identity())
    if let step = try states.steps.last {
      position = try states.restore(step, into: optimizer, fingerprint: fingerprint)
    } else {
      position = RunPosition()
    }
  }

  /// Minimises `objective` until the run's length is reached or it is asked to stop, and keeps the state.
  ///
  /// - Throws: `TrainingError` for a loss or a gradient that is not a number, with the step and the samples; the state
  ///   before that step is kept then.
  public func run(_ objective: any TrainingObjective, steps: Int?, _ hooks: Hooks) throws -> Ending {
    defer { objective.stop() }
    saving = hooks.saving
    window = Window()
    sums = StepSums(objective.sumCount)
    if position.tally.count == sums.values.count { sums.values = position.tally }
    let before = position.seconds
    let start = ContinuousClock.now
    var signs = Signs()
    while steps.map({ position.step < $0 }) ?? true, !signs.isTimeUp {
      signs = Signs(isTimeUp: isTimeUp, isStopRequested: hooks.isStopRequested())
      do { try step(objective, &signs) } catch { throw try ended(by: error) }
      position.seconds = before + (ContinuousClock.now - start) / .seconds(1)
      if position.step % config.logEvery == 0 { try report(objective, steps, hooks) }
      position.tally = sums.values
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
    if sums.steps > 0 { try report(objective, steps, hooks) }
    position.tally = sums.values
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
  private func step(_ objective: any TrainingObjective, _ signs: inout Signs) throws {
    try optimizer.clearGradients()
    var step = StepSums(objective.sumCount)
    var (place, anchor) = (position.place, position.anchor)
    for batch in 0..<config.accumulation {
      let outcome: BatchOutcome
      do {
        outcome = try objective.accumulate(
          BatchPlace(
            step: position.step, batch: batch, rank: group?.rank ?? 0, weight: 1 / Double(config.accumulation)))
      } catch let error as TrainingError where group != nil {
        signs.isBroken = true
        try agree(&signs, &step)
        throw error
      }
      step.loss += outcome.loss / Double(config.accumulation)
      step.positions += outcome.positions
      step.figures = zip(step.figures, outcome.sums).map { $0 + $1 }
      window.wait += outcome.wait
      (place, anchor) = (outcome.place, outcome.anchor ?? anchor)
    }
    step.steps = 1
    try agree(&signs, &step)
    if signs.isBroken {
      throw TrainingError(
        place: "step \(position.step + 1)", "the loss of another rank is not a number; see its own message")
    }
    try group?.average(optimizer.gradients)
    let norm = try optimizer.clip(to: config.clip)
    guard norm.isFinite else {
      throw TrainingError(
        place: "step \(position.step + 1)",
        "the gradients are not numbers, though the loss \(step.loss) is; lower optimizer.learning_rate, or set clip"
      )
    }
    try optimizer.step(learningRate: config.learningRate.rate(after: position.step))
    position.step += 1
    (position.place, position.anchor) = (place, anchor)
    (lastLoss, lastNorm) = (step.loss / Double(group?.world ?? 1), norm)
    sums.add(step)
    window.steps += 1
  }

  /// Adds up the sums and the signs of all ranks.
  private func agree(_ signs: inout Signs, _ sums: inout StepSums) throws {
    guard let group else { return }
    let own = signs.values + sums.values
    let sum = try Tensor(own, [own.count])
    try group.sum([sum])
    let values = try sum.values(Double.self)
    signs.values = Array(values.prefix(signs.values.count))
    sums.values = Array(values.dropFirst(signs.values.count))
  }

  private func report(_ objective: any TrainingObjective, _ steps: Int?, _ hooks: Hooks) throws {
    let seconds = max((ContinuousClock.now - window.start) / .seconds(1), 1e-9)
    let count = max(1, sums.steps)
    try hooks.logged(
      StepReport(
        step: position.step, total: steps, epoch: position.place.epoch, loss: sums.loss / count, lastLoss: lastLoss,
        summary: objective.summary(of: sums.figures, steps: count),
        learningRate: config.learningRate.rate(after: max(0, position.step - 1)), gradientNorm: lastNorm,
        secondsPerStep: seconds / Double(max(1, window.steps)), waitShare: window.wait / seconds,
        positionsPerSecond: sums.positions * Double(group?.world ?? 1) / count * Double(window.steps) / seconds,
        seconds: position.seconds))
    sums = StepSums(objective.sumCount)
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
