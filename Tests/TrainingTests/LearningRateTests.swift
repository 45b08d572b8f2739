import Testing

@testable import Training

@Suite struct LearningRateTests {
  @Test func `a constant rate stays, after its rise where it has one`() {
    #expect(LearningRate(.constant, peak: 2e-5).rate(after: 0) == 2e-5)
    #expect(LearningRate(.constant, peak: 2e-5).rate(after: 1_000_000) == 2e-5)
    let rising = LearningRate(.constant, peak: 1, warmup: 4)
    #expect((0...5).map { rising.rate(after: $0) } == [0, 0.25, 0.5, 0.75, 1, 1])
  }

  @Test func `a cosine rises from 0, and falls to 0 at the end`() {
    // 2 steps of rise; then ½ (1 + cos π p) with p = 0, ¼, ½, ¾, 1 of the remaining 4.
    let rate = LearningRate(.warmupAndCosine, peak: 2, warmup: 2, total: 6)
    let due = [0, 1, 2, 1 + 0.5.squareRoot(), 1, 1 - 0.5.squareRoot(), 0]
    for (step, value) in due.enumerated() { #expect(abs(rate.rate(after: step) - value) < 1e-12, "\(step)") }
  }
}
