internal import Actions
internal import ByteIO
public import Checkpoints
internal import ImageCodec
internal import JSON
internal import PolicyImages
public import SampleShards
internal import TensorFiles
public import Torch
public import VLA

/// A run in its folder: what it starts from, its states, and the checkpoint that it ends in.
///
/// The folder holds `start/` (a fresh model, where a preset is trained), `states/`, and at the end `checkpoint/`, and
/// `adapter/` where an adapter is trained.
public final class TrainingRun {
  public let path: String
  public let config: FitConfig
  public let trainer: Trainer
  public let policy: Policy
  /// The samples that are trained on, and those that are kept back, where some are.
  public let training: any SampleProvider
  public let heldOut: (any SampleProvider)?
  private let base: CheckpointFolder
  private let inputs: PolicyInputs
  private let adapter: AdapterConfig?
  /// One process, or one group of ranks, at a time works in the folder.
  private let lock: DirectoryLock?
  private let group: ProcessGroup?

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
    group = sources.group
    if group?.rank ?? 0 == 0 {
      try Directory.create(path)
      lock = try DirectoryLock(path)
    } else {
      lock = nil
    }
    self.path = path
    self.config = config
    let samples = sources.samples
    guard samples.hasSamples, samples.count > 0 else {
      throw TrainingError(place: samples.path, "the mixture has no samples, only a plan; give its stores with --stores")
    }
    if group?.rank ?? 0 != 0 { try group?.meet() }
    base = try Self.base(path, config, sources)
    if group?.rank == 0 { try group?.meet() }
    inputs = try PolicyInputs(base)
    try Self.check(samples, base)
    if let evaluation = sources.evaluation {
      try Self.check(evaluation, base)
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
    let dropout = config.adapter.flatMap { $0.dropout > 0 ? AdapterDropout(probability: $0.dropout) : nil }
    var adapter = config.adapter
    adapter?.base = base.path
    self.adapter = adapter
    let layers = base.config.decoder.layers
    policy = try Policy.load(
      base, adapter: adapter.map { .fresh($0, seed: config.seed) }, config.frozen == .bf16 ? .bfloat16 : .float32,
      on: sources.device, dropout: dropout, trainedDType: .float32
    ) { name in
      guard adapter == nil else { return name.hasSuffix(".lora_A.weight") || name.hasSuffix(".lora_B.weight") }
      return config.stage.trains(name, layers: layers)
    }
    trainer = try Trainer(
      policy, config, samples.index, StateFolder("\(path)/states", keep: config.saving.keep), dropout: dropout,
      group: group)
  }

  /// The place of this process among those that train together.
  public var rank: Int { group?.rank ?? 0 }

  /// The checkpoint that the run starts from; a preset's is written once.
  private static func base(_ path: String, _ config: FitConfig, _ sources: Sources) throws -> CheckpointFolder {
    switch config.start {
    case .checkpoint(let folder): return try CheckpointFolder(folder)
    case .preset(let name, let seed, let tokenizer):
      let start = "\(path)/start"
      if Directory.entry(start) == .missing {
        let preset = try sources.preset(name)
        var model = tokenizer
        if model == nil {
          let fitted = "\(path)/tokenizer.model"
          _ = try InstructionTokenizer(size: preset.config.actionVocabularySize).write(sources.samples, to: fitted)
          model = fitted
        }
        let statistics = try statistics(of: sources.samples)
        try FreshCheckpoint(preset, seed: seed, tokenizer: model, statistics: statistics)
          .write(CheckpointWriter(start), .float32)
      }
      return try CheckpointFolder(start)
    }
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

  /// Trains to the end, or until it is asked to stop; a run that is complete does nothing.
  public func train(_ hooks: Trainer.Hooks, workers: Int) throws -> Trainer.Ending {
    let steps = stepLimit
    if let steps, trainer.position.step >= steps { return .complete }
    let feed = BatchFeed(
      try reader(workers: workers), try BatchAssembler(inputs, base.config, training, view: config.view),
      byteLimit: config.prefetchBytes)
    return try trainer.run(feed, steps: steps, hooks)
  }

  /// Whether the run had come to its end when it was opened, and its checkpoint is there.
  public var isComplete: Bool {
    let position = trainer.position
    let isDone =
      stepLimit.map { position.step >= $0 } ?? false
      || config.length.minutes.map { position.seconds >= $0 * 60 } ?? false
    return isDone && Directory.entry("\(path)/checkpoint/\(CheckpointFolder.configName)") == .file
  }

  /// The step at which the run is complete, as far as steps and epochs decide.
  public var stepLimit: Int? {
    var limit = config.length.steps
    if let epochs = config.length.epochs {
      let perStep = config.batchSize * config.accumulation * (group?.world ?? 1)
      let steps = max(1, epochs * training.count / perStep)
      limit = min(limit ?? steps, steps)
    }
    return limit
  }

  private func reader(workers: Int) throws -> SampleReader {
    var options = SampleReader.Options()
    options.batchSize = config.batchSize
    options.size = inputs.processor.config.size
    options.augmentation = config.augments ? .openVLA : nil
    options.workers = workers
    options.epochs = nil
    options.dropsLast = true
    options.rank = group?.rank ?? 0
    options.world = group?.world ?? 1
    return try SampleReader(training, options, from: trainer.position.place)
  }

  /// Measures the policy on `samples`, evenly at most as many as the configuration says.
  public func evaluate(on samples: any SampleProvider, workers: Int) throws -> EvaluationReport {
    let pass = TrainingPass(autocast: config.precision == .bf16 ? .bfloat16 : nil)
    return try CheckpointEvaluation(policy, inputs, pass, batchSize: min(config.batchSize, 64), view: config.view)
      .run(on: samples, limit: config.evaluation.samples, workers: workers)
  }

  /// Writes what the run has come to: `checkpoint/`, in place of an older one, and `adapter/` where one is trained.
  public func writeCheckpoint() throws {
    let next = "\(path)/checkpoint.next"
    try Directory.remove(next)
    let statistics = try merged(Self.statistics(of: training))
    if let adapter {
      let modules = try adapter.modules(of: base.config)
      try AdapterWriter("\(path)/adapter").write(adapter, modules, .float32) { name, file in
        guard let factor = policy.parameters[name] else { return }
        try file.append(factor.detached().converted(on: .cpu).bytes)
      }
      let folder = try AdapterFolder("\(path)/adapter", for: base.config)
      // As PEFT merges: in the base model's own type.
      let isHalf = base.tensors.allSatisfy { $0.dtype == .bfloat16 }
      try folder.merge(into: base, CheckpointWriter(next), isHalf ? .bfloat16 : .float32, statistics: statistics)
    } else {
      try base.rewrite(CheckpointWriter(next), .float32, statistics: statistics) { stored, _ in
        policy.parameters[stored.name]
      }
    }
    try Directory.remove("\(path)/checkpoint")
    try Directory.move(next, to: "\(path)/checkpoint")
    try Directory.synchronize(path)
  }

  /// The statistics of the base model, those of the mixture's datasets replaced or added.
  private func merged(_ statistics: JSONValue) -> JSONValue {
    var members = base.config.normStats.members ?? []
    for member in statistics.members ?? [] {
      if let index = members.firstIndex(where: { $0.name == member.name }) {
        members[index] = member
      } else {
        members.append(member)
      }
    }
    return .object(members)
  }
}
