/// All settings of the experiment, fixed before it is run.
public struct Sweep: Sendable {
  /// One world, one set of pairs and one run of every setting each.
  public var seeds: [UInt64] = Array(1...20)
  /// How many times four answers are drawn per prompt: 16 · 6 pairs each, less those of equal answers.
  public var draws = [100, 8]
  /// Pairs that no method sees, as draws.
  public var heldOutDraws = 8
  public var learningRate = 0.02
  /// Optimiser steps of every training, and pairs in each.
  public var steps = 600
  public var batch = 64
  /// The steps at which a policy is evaluated.
  public var logged = [5, 10, 20, 40, 60, 80, 100, 150, 200, 250, 300, 400, 500, 600]
  public var dpoBetas = [0.05, 0.1, 0.3, 1, 5]
  public var ipoTaus = [0.05, 0.1, 0.5, 1]
  public var unlikelihoodAlphas = [0.05, 0.1, 0.5, 1]
  /// β of PPO with the true reward, whose deviation under the reference is about 0.2.
  public var trueRewardBetas = [0.02, 0.05, 0.1, 0.2]
  /// β of PPO with a learned reward, whose deviation under the reference is 1: five times those above.
  public var learnedRewardBetas = [0.1, 0.25, 0.5, 1]
  /// Samples a step of PPO with the true reward; with a learned one it is the last.
  public var samples = [64, 1024]
  public var counts = [2, 4, 8, 16, 32, 64, 128]

  public init() {}

  /// The whole sweep on two seeds that are not reported, on which the fixed values were tried.
  public static var pilot: Sweep {
    var sweep = Sweep()
    sweep.seeds = [101, 102]
    return sweep
  }

  /// A sweep that only shows that everything runs.
  public static var short: Sweep {
    var sweep = Sweep()
    sweep.seeds = [1, 2]
    sweep.steps = 20
    sweep.logged = [5, 20]
    sweep.dpoBetas = [0.1]
    sweep.ipoTaus = [0.5]
    sweep.unlikelihoodAlphas = [0.1]
    sweep.trueRewardBetas = [0.05]
    sweep.learnedRewardBetas = [0.25]
    sweep.samples = [64]
    sweep.counts = [4]
    return sweep
  }
}
