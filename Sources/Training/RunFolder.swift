internal import ByteIO
internal import Checkpoints
internal import JSON
internal import TensorFiles
internal import Torch
internal import VLA

/// A run's folder: the checkpoint that it starts from, its states, and the checkpoint that it ends in.
///
/// The folder holds `start/` (a fresh model, where a preset is trained), `states/`, and at the end `checkpoint/`, and
/// `adapter/` where an adapter is trained.
public final class RunFolder {
  public let path: String
  public let config: FitConfig
  public let states: StateFolder
  /// What the run starts from, and what brings texts and images into its form.
  let base: CheckpointFolder
  let inputs: PolicyInputs
  /// The trained adapter's settings, where one is trained.
  let adapter: AdapterConfig?
  let group: ProcessGroup?
  /// One process, or one group of ranks, at a time works in the folder.
  private let lock: DirectoryLock?

  /// Opens the folder at `path`, which is created where it is missing.
  ///
  /// A fresh model is written by `fresh` into the folder that it is given, by one rank for all.
  ///
  /// - Throws: `FileError` where another process works there; what `fresh` throws; `CheckpointError`, `PolicyError`.
  init(
    _ path: String, _ config: FitConfig, _ group: ProcessGroup?, fresh: (String, FitConfig.Start) throws -> Void
  ) throws {
    self.path = path
    self.config = config
    self.group = group
    states = StateFolder("\(path)/states", keep: config.saving.keep)
    if group?.rank ?? 0 == 0 {
      try Directory.create(path)
      lock = try DirectoryLock(path)
    } else {
      lock = nil
      try group?.meet()
    }
    switch config.start {
    case .checkpoint(let folder): base = try CheckpointFolder(folder)
    case .preset:
      let start = "\(path)/start"
      if lock != nil, try states.steps.isEmpty {
        // What an attempt that never kept a state left may be of other settings.
        try Directory.remove(start)
        try fresh(start, config.start)
      }
      base = try CheckpointFolder(start)
    }
    if lock != nil { try group?.meet() }
    inputs = try PolicyInputs(base)
    var adapter = config.adapter
    adapter?.base = base.path
    self.adapter = adapter
  }

  /// The model that the run starts from, with gradients for what it trains.
  func policy(on device: Device, dropout: AdapterDropout?) throws -> Policy {
    let layers = base.config.decoder.layers
    return try Policy.load(
      base, adapter: adapter.map { .fresh($0, seed: config.seed) }, config.frozen == .bf16 ? .bfloat16 : .float32,
      on: device, dropout: dropout, trainedDType: .float32
    ) { name in
      adapter == nil ? config.stage.trains(name, layers: layers) : AdaptedModule.isFactor(name)
    }
  }

  /// How batches go through the model.
  var pass: TrainingPass {
    TrainingPass(autocast: config.precision == .bf16 ? .bfloat16 : nil, activations: config.activations)
  }

  /// Whether `checkpoint/` is there.
  var hasCheckpoint: Bool { Directory.entry("\(path)/checkpoint/\(CheckpointFolder.configName)") == .file }

  /// Writes what `policy` has come to: `checkpoint/`, in place of an older one, and `adapter/` where one is trained; with
  /// the base model's statistics, those of `statistics` replaced or added.
  func writeCheckpoint(_ policy: Policy, statistics: JSONValue) throws {
    let next = "\(path)/checkpoint.next"
    try Directory.remove(next)
    let statistics = merged(statistics)
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
