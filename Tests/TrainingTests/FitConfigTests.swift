import ByteIO
import Checkpoints
import JSON
import ManifestSyntax
import TestSupport
import Testing
import Torch
import VLA

@testable import Training

@Suite struct FitConfigTests {
  private func config(_ text: String) throws -> FitConfig {
    let folder = try TemporaryDirectory()
    try AtomicFile.write(Array(text.utf8), to: folder("c.yaml"))
    return try FitConfig(path: folder("c.yaml")) { ["ROOT": "/data"][$0] }
  }

  private static let whole = """
    name: all
    model: {preset: small, seed: 3, tokenizer: "${ROOT}/t.model"}
    data: {mixture: "${ROOT}/mix", stores: ["${ROOT}/stores"], view: wrist, augmentation: true, prefetch_megabytes: 12}
    stage: vla-sandwich-train
    adapter: {rank: 8, alpha: 4, dropout: 0.25, start: kaiming, targets: [q_proj], ranks: {lm_head: 2}, alphas: {lm_head: 1}, root_scaled: true}
    optimizer: {learning_rate: 1.0e-4, weight_decay: 0.1, decays: all, beta1: 0.8, beta2: 0.95, epsilon: 1.0e-6, clip: 2.5}
    length: {steps: 200, epochs: 4, minutes: 1.5}
    schedule: {kind: linear-warmup+cosine-decay, warmup_share: 0.03}
    batch: {size: 6, accumulation: 3}
    precision: bf16
    frozen: bf16
    activations: recomputed
    evaluation: {every: 7, samples: 9, held_out: {share: 0.2, group: "metadata ->> 'seed'"}}
    save: {every: 11, keep: 5}
    log: {every: 13}
    seed: 17
    """

  @Test func `every key is read`() throws {
    let config = try config(Self.whole)
    #expect(config.start == .preset("small", seed: 3, tokenizer: "/data/t.model"))
    #expect(config.mixture == "/data/mix" && config.stores == ["/data/stores"] && config.view == "wrist")
    #expect(config.augments && config.prefetchBytes == 12_000_000 && config.stage == .sandwich)
    let adapter = try #require(config.adapter)
    #expect(adapter.rank == 8 && adapter.alpha == 4 && adapter.dropout == 0.25 && adapter.start == .kaiming)
    #expect(adapter.targets == ["q_proj"] && adapter.isRootScaled)
    #expect(adapter.ranks == [.init("lm_head", 2)] && adapter.alphas == [.init("lm_head", 1)])
    #expect(config.optimizer.weightDecay == 0.1 && config.optimizer.beta1 == 0.8 && config.optimizer.beta2 == 0.95)
    #expect(config.optimizer.epsilon == 1e-6 && config.clip == 2.5 && config.decay == .all)
    // 3 % of 200 steps.
    #expect(config.learningRate == LearningRate(.warmupAndCosine, peak: 1e-4, warmup: 6, total: 200))
    #expect(config.length.steps == 200 && config.length.epochs == 4 && config.length.minutes == 1.5)
    #expect(config.batchSize == 6 && config.accumulation == 3)
    #expect(config.frozen == .bf16 && config.precision == .bf16 && config.activations == .recomputed)
    #expect(config.evaluation.every == 7 && config.evaluation.samples == 9)
    #expect(config.evaluation.heldOut == HeldOut(share: 0.2, group: "metadata ->> 'seed'"))
    #expect(config.saving.every == 11 && config.saving.keep == 5 && config.logEvery == 13 && config.seed == 17)
  }

  @Test func `what is left out is OpenVLA's pre-training, and an adapter is its fine-tuning's`() throws {
    let config = try config("name: a\nmodel: {checkpoint: /m}\nadapter: {}\n")
    #expect(config.start == .checkpoint("/m") && config.stage == .full && config.decay == .matrices)
    #expect(config.optimizer.weightDecay == 0 && config.clip == nil && config.learningRate.peak == 2e-5)
    let adapter = try #require(config.adapter)
    #expect(adapter.rank == 32 && adapter.alpha == 16 && adapter.start == .gaussian && adapter.targets == nil)
  }

  @Test(arguments: [
    ("seed: 17", "sed: 17"), ("rank: 8", "rank: 0"), ("share: 0.2", "share: 2"), ("precision: bf16", "precision: f32"),
    ("beta1: 0.8", "beta1: 1"),
    ("every: 7", "every: -1"), ("kind: linear-warmup+cosine-decay", "kind: cosine"), ("size: 6", "size: six"),
    ("${ROOT}/mix", "${NOWHERE}/mix"), ("decays: all", "decays: some"), ("preset: small", "checkpoint: small"),
    ("held_out: {share: 0.2", "mixture: /other, held_out: {share: 0.2"), ("warmup_share: 0.03", "warmup_share: 3"),
  ])
  func `a mistake is reported with its place`(right: String, wrong: String) throws {
    let text = Self.whole.replacing(right, with: wrong)
    #expect(text != Self.whole)
    let error = #expect(throws: ManifestError.self) { try config(text) }
    #expect(error?.description.contains("c.yaml:") == true)
  }

  private func fingerprint(_ text: String, data: String = "x", base: String = "m") throws -> String {
    try config(text).fingerprint(data: .init("mixture_plan", .string(data)), base: base).serialized()
  }

  @Test func `each setting that decides about the numbers is in the fingerprint, lengths and intervals are not`() throws
  {
    let base = try fingerprint(Self.whole)
    for (right, wrong) in [
      ("seed: 17", "seed: 18"), ("size: 6", "size: 7"), ("beta2: 0.95", "beta2: 0.96"), ("clip: 2.5", "clip: 3"),
      ("view: wrist", "view: primary"), ("rank: 8", "rank: 9"), ("alpha: 4", "alpha: 5"), ("share: 0.2", "share: 0.3"),
      ("frozen: bf16", "frozen: f32"), ("decays: all", "decays: matrices"), ("seed: 3,", "seed: 4,"),
      ("augmentation: true", "augmentation: false"), ("dropout: 0.25", "dropout: 0.5"),
    ] {
      let other = try fingerprint(Self.whole.replacing(right, with: wrong))
      #expect(other != base, "\(wrong)")
    }
    #expect(try fingerprint(Self.whole, data: "y") != base)
    #expect(try fingerprint(Self.whole, base: "another model") != base)
    for (right, wrong) in [
      ("every: 11", "every: 12"), ("epochs: 4", "epochs: 5"), ("log: {every: 13}", "log: {every: 1}"),
    ] {
      let other = try fingerprint(Self.whole.replacing(right, with: wrong))
      #expect(other == base, "\(wrong)")
    }
  }

  @Test func `every shipped preset is read, and names a schedule that ends`() throws {
    let folder = "\(Repository.root)/manifests/training"
    let names = try Directory.names(folder).filter { $0.hasSuffix(".yaml") }
    #expect(names.count == 9)
    for name in names {
      let config = try FitConfig(path: "\(folder)/\(name)") { "/\($0)" }
      #expect(config.name + ".yaml" == name)
      #expect(config.length.steps != nil || config.length.epochs != nil)
      if config.learningRate.kind == .warmupAndCosine { #expect(config.learningRate.total == config.length.steps) }
    }
  }

  @Test func `a stage trains its parts`() {
    let names = [
      "vision_backbone.featurizer.cls_token", "projector.fc1.weight", "language_model.model.embed_tokens.weight",
      "language_model.model.layers.0.mlp.up_proj.weight", "language_model.model.layers.1.mlp.up_proj.weight",
      "language_model.model.norm.weight", "language_model.lm_head.weight",
    ]
    func trained(_ stage: TrainingStage) -> [Int] {
      names.indices.filter { stage.trains(names[$0], layers: 2) }
    }
    #expect(trained(.full) == [0, 1, 2, 3, 4, 5, 6])
    #expect(trained(.withoutVision) == [1, 2, 3, 4, 5, 6])
    #expect(trained(.sandwich) == [0, 1, 2, 4, 6])
    #expect(trained(.lastLayer) == [2, 4, 6])
  }
}
