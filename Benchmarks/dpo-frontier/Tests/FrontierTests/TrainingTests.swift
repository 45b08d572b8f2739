import Preferences
import Testing

@testable import Frontier

struct TrainingTests {
  private let world = World(seed: 11)
  private var sweep: Sweep {
    var sweep = Sweep()
    sweep.steps = 15
    sweep.logged = [15]
    return sweep
  }

  private func pairs(_ draws: Int, stream: UInt64) -> [AnswerPair] {
    var generator = SplitMix(seed: 11, stream: stream)
    return AnswerPair.drawn(in: world, draws: draws, from: &generator)
  }

  @Test func `a learned reward orders pairs that it has not seen, and is scaled by the reference`() throws {
    let model = try RewardModel(
      .narrow, pairs: pairs(20, stream: 1), world: world, sweep: sweep, generator: SplitMix(seed: 1, stream: 2))
    let unseen = pairs(4, stream: 3)
    let right = unseen.count { model.scores[$0.prompt][$0.chosen] > model.scores[$0.prompt][$0.rejected] }
    #expect(Double(right) / Double(unseen.count) > 0.7)
    // The mean score under the reference is 0: as reward of the reference itself.
    let scored = World(reference: world.reference, rewards: model.scores)
    #expect(abs(scored.standing(of: world.reference).reward) < 1e-9)
  }

  @Test func `PPO gains the reward that it is given`() {
    let start = world.standing(of: world.reference).reward
    var rewards: [Double] = []
    ProximalTraining(scores: world.rewards, beta: 0.05, samples: 64).train(
      world, sweep: sweep, generator: SplitMix(seed: 1, stream: 4)
    ) { rewards.append(world.standing(of: $1).reward) }
    #expect(rewards.count == 1)
    #expect(rewards.allSatisfy { $0 > start + 0.02 })
  }

  @Test func `a strong bond keeps PPO by the reference`() {
    var divergences: [Double] = []
    for beta in [0.05, 20] {
      ProximalTraining(scores: world.rewards, beta: beta, samples: 64).train(
        world, sweep: sweep, generator: SplitMix(seed: 1, stream: 4)
      ) { divergences.append(world.standing(of: $1).divergence) }
    }
    #expect(divergences[1] < divergences[0] / 3)
  }

  @Test func `DPO orders the pairs that it trains on`() throws {
    let pairs = pairs(4, stream: 5)
    var accuracies: [Double] = []
    DirectObjective.preference(try PreferenceLoss(.sigmoid, beta: 0.1)).train(
      world, pairs: pairs, sweep: sweep, generator: SplitMix(seed: 1, stream: 6)
    ) { accuracies.append(PairStatistics($1, reference: world.reference, pairs: pairs).accuracy) }
    #expect(accuracies.count == 1)
    #expect(accuracies.allSatisfy { $0 > 0.75 })
  }
}
