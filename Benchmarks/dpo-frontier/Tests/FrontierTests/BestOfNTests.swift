import Glibc
import Testing

@testable import Frontier

struct BestOfNTests {
  @Test func `the best of two of three answers`() {
    // By score: p = 0.5, 0.3, 0.2, c = 0.5, 0.8, 1. c² = 0.25, 0.64, 1: shares 0.25, 0.39, 0.36.
    let best = BestOfN.distribution(probabilities: [0.2, 0.5, 0.3], scores: [9, 1, 4], count: 2)
    for (found, expected) in zip(best, [0.36, 0.25, 0.39]) { #expect(abs(found - expected) < 1e-12) }
  }

  @Test func `answers of equal score share in proportion`() {
    // The two best have 0.6 together: 1 − 0.4³ = 0.936, a third and two thirds of it; the other 0.064.
    let best = BestOfN.distribution(probabilities: [0.2, 0.4, 0.4], scores: [1, 1, 0], count: 3)
    for (found, expected) in zip(best, [0.312, 0.624, 0.064]) { #expect(abs(found - expected) < 1e-12) }
  }

  @Test func `one of one is the reference`() {
    let world = World(seed: 2)
    let standing = BestOfN.standing(in: world, scores: world.rewards, count: 1)
    #expect(abs(standing.divergence) < 1e-9)
    #expect(abs(standing.reward - world.standing(of: world.reference).reward) < 1e-9)
  }

  @Test func `the divergence stays within its bound`() {
    let world = World(seed: 2)
    for count in [2, 8, 128] {
      let n = Double(count)
      let standing = BestOfN.standing(in: world, scores: world.rewards, count: count)
      #expect(standing.divergence <= log(n) - (n - 1) / n + 1e-9)
      #expect(standing.divergence > 0.9 * (log(n) - (n - 1) / n))
    }
  }
}
