internal import Preferences

/// Everything that is run for one seed: its world, its pairs and every setting of every method.
public struct Experiment: Sendable {
  public let seed: UInt64
  public let world: World
  public let optimum: Optimum
  /// What the learned rewards came to.
  public private(set) var rewardModels: [RewardModelRecord] = []
  public private(set) var runs: [Run] = []

  private let sweep: Sweep
  private let heldOut: [AnswerPair]

  /// Runs the sweep for `seed`, one thing after the other.
  public init(seed: UInt64, sweep: Sweep) throws {
    self.seed = seed
    self.sweep = sweep
    world = World(seed: seed)
    optimum = Optimum(world)
    var draws = SplitMix(seed: seed, stream: 3)
    heldOut = AnswerPair.drawn(in: world, draws: sweep.heldOutDraws, from: &draws)
    for budget in sweep.draws.indices { try runPairMethods(budget) }
    runOracles()
  }

  /// A reward model and its pairs.
  public struct RewardModelRecord: Sendable, Codable {
    public var seed: UInt64
    public var budget: Int
    public var terms: RewardModel.Terms
    public var step: Int
    public var validationAccuracy: Double
    /// The share of held-out pairs that it orders rightly.
    public var heldOutAccuracy: Double
  }

  private mutating func runPairMethods(_ budget: Int) throws {
    var draws = SplitMix(seed: seed, stream: 10 + UInt64(budget))
    let pairs = AnswerPair.drawn(in: world, draws: sweep.draws[budget], from: &draws)
    for beta in sweep.dpoBetas {
      let loss = try PreferenceLoss(.sigmoid, beta: beta)
      train(.preference(loss), method: .dpo, setting: "β \(beta)", pairs: pairs, budget: budget)
    }
    for tau in sweep.ipoTaus {
      let loss = try PreferenceLoss(.ipoSum, beta: tau)
      train(.preference(loss), method: .ipo, setting: "τ \(tau)", pairs: pairs, budget: budget)
    }
    train(.preferred, method: .preferred, setting: "", pairs: pairs, budget: budget)
    for alpha in sweep.unlikelihoodAlphas {
      train(.unlikelihood(alpha), method: .unlikelihood, setting: "α \(alpha)", pairs: pairs, budget: budget)
    }
    for terms in RewardModel.Terms.allCases {
      let model = try RewardModel(
        terms, pairs: pairs, world: world, sweep: sweep, generator: SplitMix(seed: seed, stream: 30))
      let right = heldOut.count { model.scores[$0.prompt][$0.chosen] > model.scores[$0.prompt][$0.rejected] }
      rewardModels.append(
        RewardModelRecord(
          seed: seed, budget: budget, terms: terms, step: model.step, validationAccuracy: model.validationAccuracy,
          heldOutAccuracy: Double(right) / Double(heldOut.count)))
      let isNarrow = terms == .narrow
      for beta in sweep.learnedRewardBetas {
        pursue(
          ProximalTraining(scores: model.scores, beta: beta, samples: sweep.samples.last ?? 64),
          method: isNarrow ? .ppoLearned : .ppoLearnedWide, pairs: pairs.count, budget: budget)
      }
      chooseBest(
        by: model.scores, method: isNarrow ? .bestLearned : .bestLearnedWide, pairs: pairs.count, budget: budget)
    }
  }

  private mutating func runOracles() {
    for (samples, method) in zip(sweep.samples, [Method.ppoTrueFew, .ppoTrueMany]) {
      for beta in sweep.trueRewardBetas {
        pursue(
          ProximalTraining(scores: world.rewards, beta: beta, samples: samples), method: method, pairs: 0,
          budget: nil)
      }
    }
    chooseBest(by: world.rewards, method: .bestTrue, pairs: 0, budget: nil)
  }

  private mutating func train(
    _ objective: DirectObjective, method: Method, setting: String, pairs: [AnswerPair], budget: Int
  ) {
    var points: [Run.Point] = []
    objective.train(world, pairs: pairs, sweep: sweep, generator: SplitMix(seed: seed, stream: 20)) { step, policy in
      var point = point(step: step, world.standing(of: policy))
      point.training = PairStatistics(policy, reference: world.reference, pairs: pairs)
      point.heldOutAccuracy = PairStatistics(policy, reference: world.reference, pairs: heldOut).accuracy
      points.append(point)
    }
    runs.append(
      Run(
        method: method, setting: setting, seed: seed, pairs: pairs.count, budget: budget, samples: 0,
        points: points))
  }

  private mutating func pursue(_ training: ProximalTraining, method: Method, pairs: Int, budget: Int?) {
    var points: [Run.Point] = []
    training.train(world, sweep: sweep, generator: SplitMix(seed: seed, stream: 40)) { step, policy in
      points.append(point(step: step, world.standing(of: policy)))
    }
    runs.append(
      Run(
        method: method, setting: "β \(training.beta)", seed: seed, pairs: pairs, budget: budget,
        samples: training.samples * sweep.steps, points: points))
  }

  private mutating func chooseBest(by scores: [[Double]], method: Method, pairs: Int, budget: Int?) {
    let points = sweep.counts.map { count in
      point(step: count, BestOfN.standing(in: world, scores: scores, count: count))
    }
    runs.append(
      Run(method: method, setting: "N", seed: seed, pairs: pairs, budget: budget, samples: 0, points: points))
  }

  private func point(step: Int, _ standing: World.Standing) -> Run.Point {
    Run.Point(
      step: step, divergence: standing.divergence, reward: standing.reward,
      regret: optimum.reward(at: standing.divergence) - standing.reward)
  }
}
