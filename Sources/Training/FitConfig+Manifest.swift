internal import Checkpoints
internal import ImageCodec
public import ManifestSyntax
internal import Torch
internal import VLA

extension FitConfig {
  /// Reads the manifest at `path`.
  ///
  /// `${NAME}` in paths is replaced by what `lookup` gives.
  ///
  /// - Throws: `ManifestError` with line and column.
  public init(path: String, lookup: (String) -> String?) throws {
    try self.init(ManifestText(path: path), lookup: lookup)
  }

  /// Reads a manifest.
  public init(_ text: ManifestText, lookup: (String) -> String?) throws {
    self.init()
    let root = try text.root().mapping(allowing: [
      "name", "about", "model", "data", "stage", "adapter", "optimizer", "schedule", "batch", "length", "precision",
      "activations", "frozen", "evaluation", "save", "log", "seed",
      "preference",
    ])
    name = try root.required("name", "the run's name").string()
    _ = try root["about"]?.mapping(allowing: ["description", "source"])
    try readModel(root.required("model", "give `preset` or `checkpoint`"), lookup)
    if let data = root["data"] { try readData(data, lookup) }
    stage = try root["stage"]?.choice(of: TrainingStage.self) ?? stage
    if let adapter = root["adapter"] { self.adapter = try AdapterConfig(adapter) }
    if let optimizer = root["optimizer"] { try readOptimizer(optimizer) }
    if let preference = root["preference"] { self.preference = try PreferenceSettings(preference) }
    if let batch = try root["batch"]?.mapping(allowing: ["size", "accumulation", "pass"]) {
      if let pass = batch["pass"] {
        guard preference != nil else {
          throw pass.error("a pass is of steps of pairs; it needs a section `preference`")
        }
        preference?.stepsPerPass = try pass.integer(in: 1...1 << 20)
      }
      batchSize = try batch["size"]?.integer(in: 1...1 << 20) ?? batchSize
      accumulation = try batch["accumulation"]?.integer(in: 1...1 << 20) ?? accumulation
    }
    if let length = root["length"] { try readLength(length) }
    if let schedule = root["schedule"] { try readSchedule(schedule) }
    precision = try root["precision"]?.choice(of: Precision.self) ?? precision
    if let frozen = root["frozen"] {
      self.frozen = try frozen.choice(of: Precision.self)
      guard self.frozen == .f32 || precision == .bf16 else {
        throw frozen.error("frozen weights in bf16 need `precision: bf16`")
      }
    }
    activations = try root["activations"]?.choice(of: TrainingPass.Activations.self) ?? activations
    if let evaluation = root["evaluation"] { try readEvaluation(evaluation, lookup) }
    if let save = try root["save"]?.mapping(allowing: ["every", "keep"]) {
      saving.every = try save["every"]?.integer(in: 0...1 << 40) ?? saving.every
      saving.keep = try save["keep"]?.integer(in: 1...1000) ?? saving.keep
    }
    logEvery = try root["log"]?.mapping(allowing: ["every"])["every"]?.integer(in: 1...1 << 40) ?? logEvery
    if let seed = root["seed"] { self.seed = UInt64(try seed.integer(in: 0...Int.max)) }
  }

  private mutating func readModel(_ node: ManifestNode, _ lookup: (String) -> String?) throws {
    let model = try node.mapping(allowing: ["checkpoint", "preset", "seed", "tokenizer"])
    if let checkpoint = model["checkpoint"] {
      guard model.entries.count == 1 else { throw node.error("a checkpoint has a seed and a tokenizer already") }
      start = .checkpoint(try checkpoint.path(lookup))
    } else {
      let preset = try model.required("preset", "or `checkpoint`").path(lookup)
      let seed = UInt64(try model["seed"]?.integer(in: 0...Int.max) ?? 0)
      start = .preset(preset, seed: seed, tokenizer: try model["tokenizer"]?.path(lookup))
    }
  }

  private mutating func readData(_ node: ManifestNode, _ lookup: (String) -> String?) throws {
    let data = try node.mapping(allowing: ["mixture", "pairs", "stores", "view", "augmentation", "prefetch_megabytes"])
    mixture = try data["mixture"]?.path(lookup)
    pairs = try data["pairs"]?.path(lookup)
    stores = try data["stores"]?.list().map { try $0.path(lookup) } ?? []
    view = try data["view"]?.string()
    augments = try data["augmentation"]?.bool() ?? augments
    if let megabytes = data["prefetch_megabytes"] { prefetchBytes = try megabytes.integer(in: 1...1 << 30) * 1_000_000 }
  }

  private mutating func readOptimizer(_ node: ManifestNode) throws {
    let keys = try node.mapping(allowing: [
      "learning_rate", "weight_decay", "decays", "beta1", "beta2", "epsilon", "clip",
    ])
    learningRate.peak = try keys["learning_rate"]?.number(in: 0...1000) ?? learningRate.peak
    optimizer.weightDecay = try keys["weight_decay"]?.number(in: 0...1000) ?? optimizer.weightDecay
    decay = try keys["decays"]?.choice(of: Optimizer.Decay.self) ?? decay
    optimizer.beta1 = try keys["beta1"]?.number(in: 0...0.999_999_999) ?? optimizer.beta1
    optimizer.beta2 = try keys["beta2"]?.number(in: 0...0.999_999_999) ?? optimizer.beta2
    optimizer.epsilon = try keys["epsilon"]?.number(in: 1e-30...1) ?? optimizer.epsilon
    if let clip = keys["clip"] { self.clip = try clip.number(in: 1e-30...1e30) }
  }

  private mutating func readLength(_ node: ManifestNode) throws {
    let keys = try node.mapping(allowing: ["steps", "epochs", "minutes"])
    length.steps = try keys["steps"]?.integer(in: 1...1 << 40)
    length.epochs = try keys["epochs"]?.integer(in: 1...1 << 30)
    length.minutes = try keys["minutes"]?.number(in: 1e-6...1e9)
  }

  private mutating func readSchedule(_ node: ManifestNode) throws {
    let keys = try node.mapping(allowing: ["kind", "warmup_steps", "warmup_share"])
    learningRate.kind = try keys["kind"]?.choice(of: LearningRate.Kind.self) ?? learningRate.kind
    learningRate.total = length.steps ?? 0
    if learningRate.kind == .warmupAndCosine, length.steps == nil {
      throw node.error("a cosine needs `length: {steps: N}`, where it ends")
    }
    if let steps = keys["warmup_steps"] {
      learningRate.warmup = try steps.integer(in: 0...1 << 40)
    } else if let share = keys["warmup_share"] {
      guard let steps = length.steps else { throw share.error("a share needs `length: {steps: N}`") }
      learningRate.warmup = Int(try share.number(in: 0...1) * Double(steps))
    }
  }

  private mutating func readEvaluation(_ node: ManifestNode, _ lookup: (String) -> String?) throws {
    let keys = try node.mapping(allowing: ["every", "samples", "held_out", "mixture"])
    evaluation.every = try keys["every"]?.integer(in: 0...1 << 40) ?? evaluation.every
    evaluation.samples = try keys["samples"]?.integer(in: 1...1 << 40) ?? evaluation.samples
    evaluation.mixture = try keys["mixture"]?.path(lookup)
    if let heldOut = try keys["held_out"]?.mapping(allowing: ["share", "group"]) {
      guard evaluation.mixture == nil else {
        throw node.error("give `held_out` or another `mixture`, not both")
      }
      evaluation.heldOut = HeldOut(
        share: try heldOut.required("share", "of the episodes").number(in: 0...1), group: try heldOut["group"]?.string()
      )
    }
  }
}

extension AdapterConfig {
  /// Reads the section `adapter` of a manifest.
  init(_ node: ManifestNode) throws {
    let keys = try node.mapping(allowing: [
      "rank", "alpha", "dropout", "start", "targets", "ranks", "alphas", "root_scaled",
    ])
    self.init(rank: try keys["rank"]?.integer(in: 1...65_536) ?? 32)
    alpha = try keys["alpha"]?.number(in: 1e-30...1e9) ?? alpha
    dropout = try keys["dropout"]?.number(in: 0...0.999) ?? 0
    start = try keys["start"]?.choice(of: Start.self) ?? start
    isRootScaled = try keys["root_scaled"]?.bool() ?? false
    if let targets = keys["targets"], targets.isList { self.targets = try targets.list().map { try $0.string() } }
    if let targets = keys["targets"], !targets.isList, try targets.string() != "all-linear" {
      throw targets.wrongType("a list of layers, or all-linear")
    }
    ranks =
      try keys["ranks"]?.mappingOfNames("ranks by layer").entries.map {
        Override($0.key, try $0.node.integer(in: 1...65_536))
      } ?? []
    alphas =
      try keys["alphas"]?.mappingOfNames("alphas by layer").entries.map {
        Override($0.key, try $0.node.number(in: 1e-30...1e9))
      } ?? []
  }
}

extension ManifestNode {
  /// A number within `range`.
  func number(in range: ClosedRange<Double>) throws(ManifestError) -> Double {
    let value = try number()
    guard range.contains(value) else {
      throw error("\(value) is out of range; give \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// A path, in which `${NAME}` is replaced by what `lookup` gives.
  func path(_ lookup: (String) -> String?) throws(ManifestError) -> String {
    try PathTemplate(self).expanded(lookup)
  }
}
