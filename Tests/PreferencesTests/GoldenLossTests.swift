import JSON
import TestSupport
import Testing

@testable import Preferences

/// Values and gradients that TRL's trainer computed in the versions that the file names.
@Suite struct GoldenLossTests {
  /// The batch: log-probabilities by token, masks, reference sums.
  private struct Batch {
    let root: JSONNode
    let pairCount: Int
    let tokens: [[Double]]
    let mask: [[Double]]
    let references: [Double]

    init() throws {
      let root = try JSONNode(file: Repository.fixture("Preferences/dpo_golden.json"))
      func rows(_ name: String) throws -> [[Double]] {
        try root.member(name).array().map { try $0.array().map { try $0.double() } }
      }
      self.root = root
      pairCount = try root.member("pairs").count()
      tokens = try rows("policy_token_logps")
      mask = try rows("mask")
      references = try ["ref_chosen", "ref_rejected"].flatMap { try root.member($0).array().map { try $0.double() } }
    }

    func pairs<Real: LossReal>(_: Real.Type) -> [PreferenceObjective.Pair<Real>] {
      func sum(_ row: Int) -> Real { zip(tokens[row], mask[row]).reduce(0) { $0 + Real($1.0) * Real($1.1) } }
      func count(_ row: Int) -> Int { mask[row].count { $0 == 1 } }
      return (0..<pairCount).map { index in
        PreferenceObjective.Pair(
          policyChosen: sum(index), policyRejected: sum(pairCount + index), referenceChosen: Real(references[index]),
          referenceRejected: Real(references[pairCount + index]), chosenTokens: count(index),
          rejectedTokens: count(pairCount + index))
      }
    }
  }

  private static let offered: [String: PreferenceLoss.Kind] = [
    "sigmoid": .sigmoid, "hinge": .hinge, "ipo": .ipo, "robust": .robust, "apo_zero": .apoZero,
    "sigmoid_norm": .sigmoidNorm, "cdpo_sigmoid (reference repo)": .cdpo, "ipo_sum (reference repo)": .ipoSum,
  ]

  private func objective(_ node: JSONNode) throws -> PreferenceObjective? {
    guard let name = node.value["loss"]?.text else { return nil }
    for option in ["f_divergence", "ld_alpha"] where node.value[option] != nil { return nil }  // Not offered.
    if name == "sft" { return PreferenceObjective([], supervisedWeight: 1) }
    guard let kind = Self.offered[name] else { return nil }
    let smoothing = kind.isSmoothed ? node.value["label_smoothing"]?.double ?? 0 : 0
    return PreferenceObjective([
      .init(try PreferenceLoss(kind, beta: node.member("beta").double(), labelSmoothing: smoothing))
    ])
  }

  private func check<Real: LossReal>(_: Real.Type, _ isNear: (Double, Double) -> Bool) throws -> Int {
    let batch = try Batch()
    var compared = 0
    for node in try batch.root.member("cases").array() + batch.root.member("extra").array() {
      guard let objective = try objective(node) else { continue }
      let found = objective.evaluate(batch.pairs(Real.self))
      #expect(isNear(Double(found.value), try node.member("value").double()), "\(node.path)")
      compared += 1
      guard let gradients = node.optional("grad_first_token_of_each_sequence") else { continue }
      for (value, node) in zip(found.chosenGradient + found.rejectedGradient, try gradients.array()) {
        #expect(isNear(Double(value), try node.double()), "\(node.path)")
      }
    }
    return compared
  }

  @Test func `values and gradients of every offered loss are those of the oracle in float64`() throws {
    // Six kinds and the likelihood, with β 0.1 and 0.5, and two kinds of the reference repository.
    #expect(try check(Double.self) { abs($0 - $1) <= 1e-9 } == 16)
  }

  @Test func `values and gradients of every offered loss are those of the oracle in float32`() throws {
    // A gradient near 0 is a difference of larger ones: ten decimals were kept, and float32 has seven digits.
    #expect(try check(Float.self) { abs($0 - $1) <= 1e-5 * max(abs($1), 1e-4) } == 16)
  }
}
