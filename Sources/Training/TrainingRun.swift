internal import Actions
internal import ByteIO
public import Checkpoints
internal import ImageCodec
public import JSON
internal import PolicyImages
internal import RunLog
public import SampleShards
internal import TensorFiles
public import Torch
public import VLA

/// Behaviour cloning on a mixture, in a run's folder.
public final class TrainingRun: TrainedRun {
  public let folder: RunFolder
  public let trainer: Trainer
  public let policy: Policy
  /// The samples that are trained on, and those that are kept back, where some are.
  public let training: any SampleProvider
  public let heldOut: (any SampleProvider)?
  private let dropout: AdapterDropout?

  /// What a run is made of besides its configuration.
  public struct Sources {
    /// The mixture's samples.
    public var samples: any SampleProvider
    /// Another mixture to evaluate on.
    public var evaluation: (any SampleProvider)?
    /// The group of each episode, by entry and ordinal, where held-out episodes go by groups.
    public var groups: [[Int: String]] = []
    /// Reads a preset by its name or file.
    public var preset: (String) throws -> ModelPreset
    public var device = Device.cpu
    /// The other processes, where several train together.
    public var group: ProcessGroup?

    public init(_ samples: any SampleProvider, preset: @escaping (String) throws -> ModelPreset) {
      self.samples = samples
      self.preset = preset
    }
  }

  /// Opens the run in the folder `path`: begins it, or continues from its newest state.
  ///
  /// - Throws: `TrainingError` for a configuration that does not fit the model or the mixture; what reading them throws.
  public init(_ path: String, _ config: FitConfig, _ sources: Sources) throws {
    let samples = sources.samples
    guard config.preference == nil else {
      throw TrainingError(
        .usage, place: config.name, "it has a section `preference`; train it with `armature train dpo`")
    }
    guard samples.hasSamples, samples.count > 0 else {
      throw TrainingError(place: samples.path, "the mixture has no samples, only a plan; give its stores with --stores")
    }
    folder = try RunFolder(path, config, sources.group) { start, origin in
      try Self.writeFresh(start, origin, sources)
    }
    try Self.check(samples, folder.base)
    if let evaluation = sources.evaluation {
      try Self.check(evaluation, folder.base)
      guard evaluation.index.layout.actionDimension == samples.index.layout.actionDimension else {
        throw TrainingError(
          .usage, place: evaluation.path,
          "its actions have \(evaluation.index.layout.actionDimension) dimensions, those of \(samples.path) have "
            + "\(samples.index.layout.actionDimension)")
      }
    }
    if let rule = config.evaluation.heldOut, rule.share > 0 {
      let sides = try rule.split(samples, groups: sources.groups)
      (training, heldOut) = (sides.training, sides.heldOut)
    } else {
      (training, heldOut) = (samples, sources.evaluation)
    }
    dropout = config.adapter.flatMap { $0.dropout > 0 ? AdapterDropout(probability: $0.dropout) : nil }
    policy = try folder.policy(on: sources.device, dropout: dropout)
    trainer = try Trainer(
      policy, config, data: .init("mixture_plan", .string(samples.index.planDigest)), base: folder.base, folder.states,
      group: sources.group)
  }

  /// Writes the fresh model of a preset, with the mixture's statistics.
  private static func writeFresh(_ start: String, _ origin: FitConfig.Start, _ sources: Sources) throws {
    guard case .preset(let name, let seed, let tokenizer) = origin else { return }
    let preset = try sources.preset(name)
    let fitted = "\(start).tokenizer.model"
    var model = tokenizer
    if model == nil {
      _ = try InstructionTokenizer(size: preset.config.actionVocabularySize).write(sources.samples, to: fitted)
      model = fitted
    }
    try FreshCheckpoint(preset, seed: seed, tokenizer: model, statistics: statistics(of: sources.samples))
      .write(CheckpointWriter(start), .float32)
    try Directory.remove(fitted)
  }

  private static func statistics(of samples: any SampleProvider) throws -> JSONValue {
    let file = "\(samples.path)/\(MixtureIndex.statisticsName)"
    guard Directory.entry(file) == .file else {
      throw TrainingError(.inputMissing, place: file, "the mixture has no statistics; build it again")
    }
    return try JSONNode(file: file).value
  }

  /// Refuses a mixture that the model cannot be trained on.
  private static func check(_ samples: any SampleProvider, _ base: CheckpointFolder) throws {
    let statistics = try statistics(of: samples)
    let width = samples.index.layout.actionDimension
    for entry in samples.index.entries {
      guard let found = statistics[entry.dataset]?["action"]?["q01"]?.elements?.count else {
        throw TrainingError(
          place: "\(samples.path)/\(MixtureIndex.statisticsName)",
          "the statistics of `\(entry.dataset)` are missing; build the mixture again")
      }
      guard found == width else {
        throw TrainingError(
          place: "\(samples.path)/\(MixtureIndex.statisticsName)",
          "`\(entry.dataset)` has \(found) action dimensions, the mixture \(width); build the mixture again")
      }
    }
  }

  public func train(_ hooks: Trainer.Hooks, workers: Int) throws -> Trainer.Ending {
    let steps = stepLimit
    if let steps, trainer.position.step >= steps { return .complete }
    let config = folder.config
    let batches = SampleBatches(
      try SampleReader(training, readerOptions(workers), from: trainer.position.place),
      try BatchAssembler(folder.inputs, folder.base.config, training, view: config.view))
    let objective = try SupervisedObjective(
      policy, BatchFeed(batches, byteLimit: config.prefetchBytes), datasets: training.index.datasetNames,
      dimensions: training.index.layout.actionDimension, folder.pass, seed: config.seed, dropout: dropout)
    return try trainer.run(objective, steps: steps, hooks)
  }

  public var stepLimit: Int? { stepLimit(of: training.count) }

  private func readerOptions(_ workers: Int) -> SampleReader.Options {
    var options = SampleReader.Options()
    options.batchSize = folder.config.batchSize
    options.size = folder.inputs.processor.config.size
    options.augmentation = folder.config.augments ? .openVLA : nil
    options.workers = workers
    options.epochs = nil
    options.dropsLast = true
    options.rank = folder.group?.rank ?? 0
    options.world = folder.group?.world ?? 1
    return options
  }

  /// Measures the policy on what is held out, evenly at most as many samples as the configuration says.
  public func evaluate(workers: Int) throws -> (any RunEvaluation)? {
    guard let heldOut else { return nil }
    let config = folder.config
    return try CheckpointEvaluation(
      policy, folder.inputs, TrainingPass(autocast: folder.pass.autocast), batchSize: min(config.batchSize, 64),
      view: config.view
    ).run(on: heldOut, limit: config.evaluation.samples, workers: workers)
  }

  public func writeCheckpoint() throws {
    try folder.writeCheckpoint(policy, statistics: Self.statistics(of: training))
  }

  public var facts: [(name: String, value: String)] {
    let index = training.index
    return [
      ("Mixture", index.name), ("Datasets", index.datasetNames.joined(separator: ", ")),
      ("Samples", "\(training.count)"), ("Held out", "\(heldOut?.count ?? 0)"),
    ]
  }

  public var remarks: [JSONValue.Member] { [] }
}
