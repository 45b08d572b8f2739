import Glibc
import Testing

@testable import Frontier

struct OptimumTests {
  @Test func `the optimum of two answers is the reference tilted by the reward`() {
    // ρ = (3/4, 1/4), r = (0, 1), β = 1/log 3: weights 3/4 and 1/4·3, so π* = (1/2, 1/2), E r = 1/2 and
    // KL = ½·log(½ / ¾) + ½·log(½ / ¼) = ½·log(4/3) = 0.1438410.
    let (divergence, reward) = Optimum.distribution(
      logReference: [log(0.75), log(0.25)], rewards: [0, 1], beta: 1 / log(3.0))
    #expect(abs(reward - 0.5) < 1e-12)
    #expect(abs(divergence - 0.143_841_0) < 1e-7)
  }

  @Test func `no reward gives no divergence, and a tiny β the best answer`() {
    let flat = Optimum.distribution(logReference: [log(0.75), log(0.25)], rewards: [0.4, 0.4], beta: 0.01)
    #expect(abs(flat.divergence) < 1e-12)
    let greedy = Optimum.distribution(logReference: [log(0.75), log(0.25)], rewards: [0, 1], beta: 1e-4)
    // All on the second answer: KL = log 4.
    #expect(abs(greedy.divergence - log(4.0)) < 1e-9)
    #expect(greedy.reward == 1)
  }

  @Test func `the curve between its points is the exact optimum`() {
    let world = World(seed: 3)
    let optimum = Optimum(world)
    for beta in [5, 0.7, 0.21, 0.083, 0.031, 0.011] {
      let point = Optimum.point(of: world, beta: beta)
      #expect(abs(optimum.reward(at: point.divergence) - point.reward) < 1e-6, "β \(beta)")
    }
    #expect(abs(optimum.reward(at: 0) - world.standing(of: world.reference).reward) < 1e-4)
    #expect(zip(optimum.points, optimum.points.dropFirst()).allSatisfy { $0.divergence < $1.divergence })
  }

  @Test func `no policy has more reward than the optimum at its divergence`() {
    let world = World(seed: 4)
    let optimum = Optimum(world)
    var generator = SplitMix(seed: 8, stream: 0)
    for scale in [0.1, 0.4, 1] {
      let policy = Policy(world.reference.parameters.map { $0 + scale * generator.normal() })
      let standing = world.standing(of: policy)
      #expect(standing.divergence > 0)
      #expect(standing.reward < optimum.reward(at: standing.divergence))
    }
  }
}
