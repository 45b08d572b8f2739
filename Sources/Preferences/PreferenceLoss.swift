internal import ByteIO

/// A loss on one preference pair, as a function of how far the policy moved from its reference on both sides.
///
/// Notation: r_w and r_l are log π(y) − log ρ(y) of the chosen and the rejected answer, summed over their n_w and n_l
/// tokens; Δ = r_w − r_l; d̄ = r_w/n_w − r_l/n_l; z = βΔ − γ·margin; ε is the assumed share of flipped labels. Sources:
/// Rafailov et al. 2023 (sigmoid, conservative), Azar et al. 2023 (IPO), Chowdhury et al. 2024 (robust), D'Oosterlinck et
/// al. 2024 (APO), Pal et al. 2024 (DPOP), and the conventions of TRL 1.16 where they differ from the papers.
public struct PreferenceLoss: Sendable, Equatable {
  /// The formula.
  public enum Kind: String, Sendable, CaseIterable {
    /// −log σ(z).
    case sigmoid
    /// −(1−ε)·log σ(z) − ε·log σ(−z).
    case cdpo
    /// (d̄ − 1/(2β))², by length as TRL has it.
    case ipo
    /// (Δ − 1/(2β))², on sums as the reference repository of DPO has it.
    case ipoSum = "ipo_sum"
    /// max(0, 1 − z).
    case hinge
    /// [−(1−ε)·log σ(z) + ε·log σ(−z)] / (1 − 2ε).
    case robust
    /// 1 − σ(βr_w) + σ(βr_l).
    case apoZero = "apo_zero"
    /// −log σ(βd̄ − γ·margin).
    case sigmoidNorm = "sigmoid_norm"
    /// −log σ(β(Δ − λ·max(0, −r_w)) − γ·margin).
    case dpop

    /// Whether the label smoothing ε enters.
    public var isSmoothed: Bool { self == .cdpo || self == .robust }
    /// Whether it divides log-ratios by the tokens of their side.
    public var dividesByLength: Bool { self == .ipo || self == .sigmoidNorm }
    /// Whether a margin can be asked for.
    public var takesMargin: Bool {
      switch self {
      case .sigmoid, .cdpo, .hinge, .robust, .sigmoidNorm, .dpop: true
      case .ipo, .ipoSum, .apoZero: false
      }
    }
  }

  public let kind: Kind
  /// The strength of the bond to the reference, β > 0.
  public let beta: Double
  /// ε, the share of labels taken to be flipped: 0 ≤ ε < ½.
  public let labelSmoothing: Double
  /// λ of DPOP, ≥ 0.
  public let penalty: Double
  /// γ: how much of a pair's own margin the policy must reach.
  public let marginScale: Double

  /// Describes a loss.
  ///
  /// - Throws: `PreferenceError` for a parameter out of range, or one that the loss does not have.
  public init(
    _ kind: Kind, beta: Double = 0.1, labelSmoothing: Double = 0, penalty: Double = 0, marginScale: Double = 0
  ) throws(PreferenceError) {
    func refuse(_ problem: String) -> PreferenceError { PreferenceError(.usage, "loss \(kind.rawValue): \(problem)") }
    guard beta > 0, beta.isFinite else { throw refuse("a beta of \(beta); give a number above 0") }
    guard labelSmoothing >= 0, labelSmoothing < 0.5 else {
      throw refuse("a label smoothing of \(labelSmoothing); give 0 or more, below 0.5")
    }
    guard labelSmoothing == 0 || kind.isSmoothed else {
      throw refuse("it has no label smoothing; choose cdpo or robust, or leave it at 0")
    }
    guard penalty >= 0, penalty.isFinite, penalty == 0 || kind == .dpop else {
      throw refuse("a penalty of \(penalty); dpop alone has one, of 0 or more")
    }
    guard marginScale.isFinite, marginScale == 0 || kind.takesMargin else {
      throw refuse("it has no margin; leave the margin's scale at 0")
    }
    self.kind = kind
    self.beta = beta
    self.labelSmoothing = labelSmoothing
    self.penalty = penalty
    self.marginScale = marginScale
  }

  /// A loss with its derivatives by r_w and r_l.
  public struct Value<Real: LossReal>: Sendable, Equatable {
    public var value: Real
    public var chosenGradient: Real
    public var rejectedGradient: Real
  }

  /// The loss of one pair.
  ///
  /// - Precondition: both sides have a token where the loss divides by lengths.
  /// - Complexity: O(1).
  public func evaluate<Real: LossReal>(_ pair: PairRatios<Real>) -> Value<Real> {
    let beta = Real(beta)
    let difference = pair.chosen - pair.rejected
    switch kind {
    case .sigmoid, .cdpo, .hinge, .robust:
      let (value, slope) = value(at: beta * difference - Real(marginScale) * pair.margin)
      return Value(value: value, chosenGradient: beta * slope, rejectedGradient: -beta * slope)
    case .sigmoidNorm:
      let scaled = pair.chosen / Real(pair.chosenTokens) - pair.rejected / Real(pair.rejectedTokens)
      let (value, slope) = value(at: beta * scaled - Real(marginScale) * pair.margin)
      return Value(
        value: value, chosenGradient: beta * slope / Real(pair.chosenTokens),
        rejectedGradient: -beta * slope / Real(pair.rejectedTokens))
    case .ipo, .ipoSum:
      let (chosenCount, rejectedCount) =
        kind == .ipo ? (Real(pair.chosenTokens), Real(pair.rejectedTokens)) : (1, 1)
      let distance = pair.chosen / chosenCount - pair.rejected / rejectedCount - 1 / (2 * beta)
      return Value(
        value: distance * distance, chosenGradient: 2 * distance / chosenCount,
        rejectedGradient: -2 * distance / rejectedCount)
    case .apoZero:
      let (chosen, rejected) = (Real.sigmoid(beta * pair.chosen), Real.sigmoid(beta * pair.rejected))
      return Value(
        value: 1 - chosen + rejected,
        chosenGradient: -beta * chosen * Real.sigmoid(-beta * pair.chosen),
        rejectedGradient: beta * rejected * Real.sigmoid(-beta * pair.rejected))
    case .dpop:
      let sinks = pair.chosen < 0
      let penalty = Real(penalty)
      let (value, slope) = value(
        at: beta * (difference - (sinks ? -penalty * pair.chosen : 0)) - Real(marginScale) * pair.margin)
      return Value(
        value: value, chosenGradient: beta * slope * (sinks ? 1 + penalty : 1), rejectedGradient: -beta * slope)
    }
  }

  /// The loss and its derivative at the logit z.
  private func value<Real: LossReal>(at z: Real) -> (Real, Real) {
    let smoothing = Real(labelSmoothing)
    switch kind {
    case .hinge: return z < 1 ? (1 - z, -1) : (0, 0)
    case .cdpo:
      return (
        (1 - smoothing) * Real.negativeLogSigmoid(z) + smoothing * Real.negativeLogSigmoid(-z),
        -(1 - smoothing) * Real.sigmoid(-z) + smoothing * Real.sigmoid(z)
      )
    case .robust:
      return (
        ((1 - smoothing) * Real.negativeLogSigmoid(z) - smoothing * Real.negativeLogSigmoid(-z)) / (1 - 2 * smoothing),
        -((1 - smoothing) * Real.sigmoid(-z) + smoothing * Real.sigmoid(z)) / (1 - 2 * smoothing)
      )
    default: return (Real.negativeLogSigmoid(z), -Real.sigmoid(-z))
    }
  }
}

/// How far a policy moved from its reference on the two sides of a pair.
public struct PairRatios<Real: LossReal>: Sendable, Equatable {
  /// r_w and r_l: log-probability under the policy minus that under the reference, summed over counted tokens.
  public var chosen: Real
  public var rejected: Real
  /// n_w and n_l: the counted tokens.
  public var chosenTokens: Int
  public var rejectedTokens: Int
  /// How much better the chosen side is by its score; 0 where that plays no part.
  public var margin: Real

  public init(chosen: Real, rejected: Real, chosenTokens: Int, rejectedTokens: Int, margin: Real = 0) {
    self.chosen = chosen
    self.rejected = rejected
    self.chosenTokens = chosenTokens
    self.rejectedTokens = rejectedTokens
    self.margin = margin
  }
}
