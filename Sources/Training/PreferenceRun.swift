internal import ByteIO
internal import Checkpoints
internal import Glibc
public import JSON
public import PairShards
internal import PolicyImages
internal import Preferences
public import SampleShards
internal import TensorFiles
public import Torch
public import VLA

/// Training on preference pairs, in a run's folder.
///
/// The folder holds `reference.safetensors` besides: the reference's log-probability of every step that pairs use.
public final class PreferenceRun: TrainedRun {
  public let folder: RunFolder
  public let trainer: Trainer
  public let policy: Policy
  private let settings: PreferenceSettings
  private let pairs: PairSet
  private let selection: PairSelection
  private let anchor: (any SampleProvider)?
  private let pass: StepPass
  private let reference: PairReference
  private let scores: ReferenceScores
  /// The steps whose scores were computed a second time.
  private let recheckedCount: Int
  /// The logistic loss of the first pairs before the first step; `nil` where the run had begun.
  private let startLoss: Double?

  /// What a run is made of besides its configuration.
  public struct Sources {
    public var pairs: PairSet
    /// The samples that are cloned beside the pairs, where an anchor is asked for.
    public var anchor: (any SampleProvider)?
    public var device = Device.cpu
    /// The other processes, where several train together.
    public var group: ProcessGroup?

    public init(_ pairs: PairSet) { self.pairs = pairs }
  }

  /// Opens the run in the folder `path`: begins it, or continues from its newest state.
  ///
  /// Before a run begins, the reference's log-probabilities are computed, and the policy must equal its reference: the
  /// logistic loss of the first pairs is ln 2 within 1e-4.
  ///
  /// - Throws: `TrainingError` for a configuration that does not fit the model or the pairs; what reading them throws.
  public init(_ path: String, _ config: FitConfig, _ sources: Sources) throws {
    guard let settings = config.preference else {
      throw TrainingError(
        .usage, place: config.name, "it has no section `preference`; train it with `armature train fit`")
    }
    let pairs = sources.pairs
    try Self.check(config, settings, sources)
    let folder = try RunFolder(path, config, sources.group) { _, _ in }
    try Self.checkStatistics(pairs, folder.base)
    let selection = try PairSelection(pairs, settings, limit: config.evaluation.samples)
    let policy = try folder.policy(on: sources.device, dropout: nil)
    // One model in memory: it shares its weights with the policy, and leaves the adapter away.
    let unadapted = try config.adapter.map { _ in
      try Policy(folder.base.config, policy.parameters, policy.dtype, on: sources.device)
    }
    let pass = StepPass(
      policy: policy, pass: TrainingPass(autocast: folder.pass.autocast),
      assembler: try PairAssembler(
        folder.inputs, folder.base.config, pairs, view: config.view, countsEnd: settings.countsEnd),
      size: settings.stepsPerPass, byteLimit: config.prefetchBytes)

    // Until the state of an earlier attempt is restored, the policy is its reference.
    var held = pass
    held.policy = unadapted ?? policy
    let tokensPerStep = pass.assembler.tokensPerStep
    var steps = try selection.steps(of: pairs, tokensPerStep: tokensPerStep)
    if settings.reference == .adapterOff { steps.used = [] }
    scores = try ReferenceScores(
      path, pairs, steps, held, fingerprint: Self.fingerprint(config, settings, pairs, folder.base), sources.group)
    recheckedCount =
      sources.group?.rank ?? 0 == 0
      ? try scores.recheck(settings.recheckedShare, held, tokensPerStep: tokensPerStep) : 0
    reference = settings.reference == .precomputed ? .kept(scores.values) : .policy(held.policy)
    if try folder.states.steps.isEmpty {
      let first = try PairBatch(pairs, evenly(selection.trained, config.batchSize), tokensPerStep: tokensPerStep)
      startLoss = try Self.startLoss(first, settings, reference, pass, path)
    } else {
      startLoss = nil
    }
    trainer = try Trainer(
      policy, config, data: .init("pairs_plan", .string(pairs.index.planDigest)), base: folder.base, folder.states,
      group: sources.group)
    anchor = sources.anchor
    (self.folder, self.policy, self.settings, self.pairs) = (folder, policy, settings, pairs)
    (self.selection, self.pass) = (selection, pass)
  }

  private static func fingerprint(
    _ config: FitConfig, _ settings: PreferenceSettings, _ pairs: PairSet, _ base: CheckpointFolder
  ) throws -> String {
    let settings: JSONValue = [
      "pairs": .string(pairs.index.planDigest), "base": .string(try base.identity()), "view": JSONValue(config.view),
      "counts_end": .bool(settings.countsEnd), "precision": .string(config.precision.rawValue),
      "frozen": .string(config.frozen.rawValue), "units": .array(settings.units.map { .string($0) }),
      "measured": JSONValue(config.evaluation.samples), "reference": .string(settings.reference.rawValue),
    ]
    return SHA256Digest.hexadecimal(of: Array(settings.serialized().utf8))
  }

  /// The mean logistic loss of `batch` before anything is trained.
  ///
  /// - Throws: `TrainingError` where it is not ln 2.
  private static func startLoss(
    _ batch: PairBatch, _ settings: PreferenceSettings, _ reference: PairReference, _ pass: StepPass, _ path: String
  ) throws -> Double {
    let pairs = batch.pairs(
      policy: try pass.logProbabilities(batch.steps), reference: try reference.logProbabilities(batch.steps, pass))
    let sum = pairs.reduce(0.0) { sum, pair in
      let ratios = settings.objective.ratios(of: pair).ratios
      return sum + log1p(exp(-settings.beta * (ratios.chosen - ratios.rejected)))
    }
    let loss = sum / Double(pairs.count)
    guard abs(loss - log(2)) <= 1e-4 else {
      throw TrainingError(
        place: path,
        "policy and reference differ before the first step: the logistic loss is \(loss), not ln 2; remove "
          + "\(ReferenceScores.fileName), or compute in f32")
    }
    return loss
  }

  public func train(_ hooks: Trainer.Hooks, workers: Int) throws -> Trainer.Ending {
    let steps = stepLimit
    if let steps, trainer.position.step >= steps { return .complete }
    let config = folder.config
    var options = PairChunks.Options(
      seed: config.seed, batchSize: config.batchSize, stepsPerPass: settings.stepsPerPass)
    (options.rank, options.world) = (folder.group?.rank ?? 0, folder.group?.world ?? 1)
    let chunks = try PairChunks(pairs, selection.trained, pass.assembler, options, from: trainer.position.place)
    let objective = PairObjective(
      policy, reference, settings, BatchFeed(chunks, byteLimit: config.prefetchBytes),
      anchor: try anchorObjective(workers), folder.pass, dimensions: pairs.index.layout.actionDimension)
    return try trainer.run(objective, steps: steps, hooks)
  }

  /// The samples that are cloned beside the pairs.
  private func anchorObjective(_ workers: Int) throws -> SupervisedObjective? {
    guard let anchor, let anchorSettings = settings.anchor else { return nil }
    var options = SampleReader.Options()
    options.batchSize = anchorSettings.batchSize
    options.size = folder.inputs.processor.config.size
    options.workers = workers
    options.epochs = nil
    options.dropsLast = true
    (options.rank, options.world) = (folder.group?.rank ?? 0, folder.group?.world ?? 1)
    let batches = SampleBatches(
      try SampleReader(anchor, options, from: trainer.position.anchor),
      try BatchAssembler(folder.inputs, folder.base.config, anchor, view: folder.config.view))
    return try SupervisedObjective(
      policy, BatchFeed(batches, byteLimit: folder.config.prefetchBytes), datasets: anchor.index.datasetNames,
      dimensions: anchor.index.layout.actionDimension, folder.pass, seed: folder.config.seed, dropout: nil)
  }

  public var stepLimit: Int? { stepLimit(of: selection.trained.count) }

  public func evaluate(workers: Int) throws -> (any RunEvaluation)? {
    PreferenceReport(
      try selection.measured.map { try group($0.kind, $0.positions) }, divergence: try scores.observed.divergence(pass),
      observedCount: scores.observed.steps.count)
  }

  /// Measures the pairs at `positions`.
  private func group(_ kind: PreferenceReport.Group.Kind, _ positions: [Int]) throws -> PreferenceReport.Group {
    let batch = try PairBatch(pairs, positions, tokensPerStep: pass.assembler.tokensPerStep)
    var answers = StepAnswers(batch.steps.count)
    try pass.logits(batch.steps) { range, rows, logits in
      answers.set(range, try StepScores(logits, rows, count: range.count, policy, .all))
    }
    let values = batch.pairs(
      policy: answers.logProbability, reference: try reference.logProbabilities(batch.steps, pass))
    var tally = PairTally()
    tally.add(values, settings)
    tally.add(batch, answers)
    var objective = settings.objective
    objective.supervisedWeight = 0
    return PreferenceReport.Group(
      kind, tally, loss: objective.evaluate(values).value, tokensPerStep: pass.assembler.tokensPerStep,
      dimensions: pairs.index.layout.actionDimension)
  }

  public func writeCheckpoint() throws { try folder.writeCheckpoint(policy, statistics: .object([])) }

  public var facts: [(name: String, value: String)] {
    [
      ("Pairs", pairs.index.name), ("Trained pairs", "\(selection.trained.count)"),
      ("Losses", settings.objective.terms.map(\.loss.kind.rawValue).joined(separator: ", ")),
      ("β", "\(settings.beta)"), ("SFT", "\(settings.objective.supervisedWeight)"),
      ("Reference", settings.reference.rawValue),
    ]
  }

  public var remarks: [JSONValue.Member] {
    [
      .init(
        "reference",
        [
          "source": .string(settings.reference.rawValue), "steps": JSONValue(scores.usedCount),
          "steps_passed": JSONValue(scores.passedCount), "steps_rechecked": JSONValue(recheckedCount),
        ]), .init("start_loss", startLoss.map { .real($0) } ?? .null),
      .init("pairs", JSONValue(selection.trained.count)),
    ]
  }
}
