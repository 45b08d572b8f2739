import Testing

@testable import Preferences

@Suite struct LossTests {
  private let ln2 = 0.693_147_180_559_945_3

  @Test(arguments: [PreferenceLoss.Kind.sigmoid, .cdpo, .sigmoidNorm, .dpop])
  func `a policy that equals its reference has a loss of ln 2`(_ kind: PreferenceLoss.Kind) throws {
    let loss = try PreferenceLoss(kind, beta: 0.3, labelSmoothing: kind == .cdpo ? 0.2 : 0)
    let found = loss.evaluate(PairRatios(chosen: 0.0, rejected: 0, chosenTokens: 3, rejectedTokens: 5))
    #expect(abs(found.value - ln2) < 1e-15)
  }

  @Test func `DPOP punishes a chosen side that sinks, and only then`() throws {
    let loss = try PreferenceLoss(.dpop, beta: 0.5, penalty: 2)
    let plain = try PreferenceLoss(.sigmoid, beta: 0.5)
    // r_w = −1, r_l = −3: Δ = 2, the penalty is 2·1, so z = 0.5·(2 − 2) = 0 and the loss ln 2; dz/dr_w = 0.5·(1 + 2).
    let sunk = loss.evaluate(PairRatios(chosen: -1.0, rejected: -3, chosenTokens: 1, rejectedTokens: 1))
    #expect(abs(sunk.value - ln2) < 1e-15)
    #expect(abs(sunk.chosenGradient - -0.5 * 1.5) < 1e-15)
    #expect(abs(sunk.rejectedGradient - 0.5 * 0.5) < 1e-15)
    let risen = PairRatios(chosen: 1.0, rejected: -1, chosenTokens: 1, rejectedTokens: 1)
    #expect(loss.evaluate(risen) == plain.evaluate(risen))
  }

  @Test func `a margin moves the logit`() throws {
    let loss = try PreferenceLoss(.sigmoid, beta: 1, marginScale: 0.5)
    // z = 1·(2 − 0) − 0.5·4 = 0.
    let found = loss.evaluate(PairRatios(chosen: 2.0, rejected: 0, chosenTokens: 1, rejectedTokens: 1, margin: 4))
    #expect(abs(found.value - ln2) < 1e-15)
  }

  @Test(arguments: PreferenceLoss.Kind.allCases)
  func `derivatives are those of differences`(_ kind: PreferenceLoss.Kind) throws {
    let loss = try PreferenceLoss(
      kind, beta: 0.4, labelSmoothing: kind.isSmoothed ? 0.1 : 0, penalty: kind == .dpop ? 3 : 0,
      marginScale: kind.takesMargin ? 0.3 : 0)
    let at = PairRatios(chosen: -0.7, rejected: -1.9, chosenTokens: 4, rejectedTokens: 6, margin: 0.5)
    func value(_ dw: Double, _ dl: Double) -> Double {
      var moved = at
      moved.chosen += dw
      moved.rejected += dl
      return loss.evaluate(moved).value
    }
    let h = 1e-6
    let found = loss.evaluate(at)
    #expect(abs((value(h, 0) - value(-h, 0)) / (2 * h) - found.chosenGradient) < 1e-8)
    #expect(abs((value(0, h) - value(0, -h)) / (2 * h) - found.rejectedGradient) < 1e-8)
  }

  @Test func `ratios far out give finite losses`() throws {
    for kind in PreferenceLoss.Kind.allCases {
      let loss = try PreferenceLoss(kind, beta: 0.5)
      for ratio in [-1e6, 1e6] {
        let found = loss.evaluate(PairRatios(chosen: ratio, rejected: -ratio, chosenTokens: 1600, rejectedTokens: 1600))
        #expect(found.value.isFinite && found.chosenGradient.isFinite && found.rejectedGradient.isFinite, "\(kind)")
      }
    }
  }

  @Test func `weights scale a pair, and the likelihood counts tokens of the whole batch`() throws {
    let objective = PreferenceObjective([.init(try PreferenceLoss(.hinge, beta: 1))], supervisedWeight: 0.5)
    let batch = [
      PreferenceObjective.Pair(
        policyChosen: -2.0, policyRejected: -3, referenceChosen: -2, referenceRejected: -3, chosenTokens: 1,
        rejectedTokens: 2, weight: 3),
      PreferenceObjective.Pair(
        policyChosen: -4.0, policyRejected: -3, referenceChosen: -4, referenceRejected: -3, chosenTokens: 3,
        rejectedTokens: 2, weight: 1),
    ]
    // Hinge at 0 is 1: (3·1 + 1·1)/2 = 2; likelihood: 0.5·(2 + 4)/(1 + 3) = 0.75.
    let found = objective.evaluate(batch)
    #expect(abs(found.value - 2.75) < 1e-15)
    // −1·3/2 − 0.5/4 and −1·1/2 − 0.5/4.
    #expect(zip(found.chosenGradient, [-1.625, -0.625]).allSatisfy { abs($0 - $1) < 1e-15 })
    #expect(found.rejectedGradient == [1.5, 0.5])
  }

  @Test func `parameters that a loss does not have are refused`() {
    #expect(throws: PreferenceError.self) { try PreferenceLoss(.sigmoid, beta: 0) }
    #expect(throws: PreferenceError.self) { try PreferenceLoss(.sigmoid, beta: .nan) }
    #expect(throws: PreferenceError.self) { try PreferenceLoss(.sigmoid, labelSmoothing: 0.1) }
    #expect(throws: PreferenceError.self) { try PreferenceLoss(.robust, labelSmoothing: 0.5) }
    #expect(throws: PreferenceError.self) { try PreferenceLoss(.ipo, marginScale: 1) }
    #expect(throws: PreferenceError.self) { try PreferenceLoss(.hinge, penalty: 1) }
  }

  @Test func `aggregations scale the sums as they say`() {
    #expect(RatioAggregation.sum.scales(chosenTokens: 4, rejectedTokens: 8) == (1, 1))
    #expect(RatioAggregation.mean.scales(chosenTokens: 4, rejectedTokens: 8) == (0.25, 0.125))
    // 2 / (4 + 12).
    #expect(RatioAggregation.betaOverLength.scales(chosenTokens: 4, rejectedTokens: 12) == (0.125, 0.125))
  }
}
