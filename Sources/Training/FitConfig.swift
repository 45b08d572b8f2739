public import Checkpoints
internal import JSON
public import Torch
public import VLA

/// What a training run is, as `manifests/training/NAME.yaml` says it.
///
/// `docs/training.md` describes the keys.
public struct FitConfig: Sendable {
  /// Where the weights come from.
  public enum Start: Equatable, Sendable {
    /// A checkpoint folder.
    case checkpoint(String)
    /// A preset's name or file, with fresh weights that follow from the seed; a sentencepiece model for its texts, or one
    /// that is fitted to the mixture's.
    case preset(String, seed: UInt64, tokenizer: String?)
  }

  /// What is computed in which type.
  public enum Precision: String, Sendable, CaseIterable {
    case f32
    /// Of computing: matrix products in bfloat16 over weights of either type. Of weights: bfloat16.
    case bf16
  }

  public var name = "run"
  public var start = Start.preset("tiny", seed: 0, tokenizer: nil)
  /// The mixture's directory; `nil` where the command line gives it.
  public var mixture: String?
  /// The directory of the pairs, where they are what is learnt.
  public var pairs: String?
  /// Directories in which the stores of a plan, or of held-out groups, lie.
  public var stores: [String] = []
  public var view: String?
  public var augments = false
  public var stage = TrainingStage.full
  /// Trained instead of the model's own weights where it is there.
  public var adapter: AdapterConfig?
  public var optimizer = AdamW.Options()
  public var decay = Optimizer.Decay.matrices
  public var clip: Double?
  public var learningRate = LearningRate(.constant, peak: 2e-5)
  /// Samples of one rank's batch, and how many batches make one step.
  public var batchSize = 16
  public var accumulation = 1
  public var length = Length()
  public var precision = Precision.f32
  /// The type of weights that are not trained; what is trained is float32.
  public var frozen = Precision.f32
  public var activations = TrainingPass.Activations.kept
  public var evaluation = Evaluation()
  /// What is learnt of pairs; `nil` where samples are cloned.
  public var preference: PreferenceSettings?
  public var saving = Saving()
  public var logEvery = 10
  /// The most bytes of batches that are kept ready.
  public var prefetchBytes = 64_000_000
  public var seed: UInt64 = 7

  /// When a run ends: at what comes first.
  public struct Length: Equatable, Sendable {
    public var steps: Int?
    public var epochs: Int?
    public var minutes: Double?

    public init() {}
  }

  /// How a run is evaluated.
  public struct Evaluation: Equatable, Sendable {
    /// Every so many steps; 0 at the end only.
    public var every = 0
    /// The most samples, evenly over the held-out ones.
    public var samples = 1024
    /// What is held out of the mixture.
    public var heldOut: HeldOut?
    /// Another mixture to evaluate on.
    public var mixture: String?

    public init() {}
  }

  /// When a run's state is kept.
  public struct Saving: Equatable, Sendable {
    /// Every so many steps; 0 at the end only.
    public var every = 1000
    /// The states that stay.
    public var keep = 2

    public init() {}
  }

  public init() { optimizer.weightDecay = 0 }

  /// The settings that decide about the numbers: a run continues only with the same ones.
  ///
  /// Paths, lengths and intervals are not among them. `data` tells the data, `base` the model that the run starts from.
  func fingerprint(data: JSONValue.Member, base: String) -> JSONValue {
    var members: [JSONValue.Member] = [
      data, .init("base_model", .string(base)),
      .init("view", JSONValue(view)),
      .init("augmentation", .bool(augments)),
      .init("stage", .string(stage.rawValue)), .init("beta1", .real(optimizer.beta1)),
      .init("beta2", .real(optimizer.beta2)), .init("epsilon", .real(optimizer.epsilon)),
      .init("weight_decay", .real(optimizer.weightDecay)), .init("decays", .string(decay.rawValue)),
      .init("clip", clip.map { .real($0) } ?? .null), .init("schedule", .string(learningRate.kind.rawValue)),
      .init("learning_rate", .real(learningRate.peak)), .init("warmup", JSONValue(learningRate.warmup)),
      .init("schedule_steps", JSONValue(learningRate.kind == .constant ? 0 : learningRate.total)),
      .init("batch_size", JSONValue(batchSize)), .init("accumulation", JSONValue(accumulation)),
      .init("precision", .string(precision.rawValue)), .init("frozen", .string(frozen.rawValue)),
      .init("held_out_share", evaluation.heldOut.map { .real($0.share) } ?? .null),
      .init("held_out_group", JSONValue(evaluation.heldOut?.group)), .init("seed", .string(String(seed))),
    ]
    if case .preset(let preset, let seed, _) = start {
      members.append(.init("preset", .string(preset)))
      members.append(.init("preset_seed", .string(String(seed))))
    }
    if let adapter {
      members += [
        .init("adapter_rank", JSONValue(adapter.rank)), .init("adapter_alpha", .real(adapter.alpha)),
        .init("adapter_dropout", .real(adapter.dropout)), .init("adapter_start", .string(adapter.start.rawValue)),
        .init("adapter_targets", adapter.targets.map { JSONValue($0) } ?? .null),
        .init("adapter_root_scaled", .bool(adapter.isRootScaled)),
        .init("adapter_ranks", .object(adapter.ranks.map { .init($0.name, JSONValue($0.value)) })),
        .init("adapter_alphas", .object(adapter.alphas.map { .init($0.name, .real($0.value)) })),
      ]
    }
    if let preference { members.append(.init("preference", preference.fingerprint)) }
    return .object(members)
  }
}
