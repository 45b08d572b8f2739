public import JSON
public import Preferences
public import RunLog

/// How a policy does on pairs, beside its reference.
public struct PreferenceReport: RunEvaluation {
  /// Some pairs of a set.
  public struct Group: Sendable {
    /// Which pairs.
    public enum Kind: String, Sendable, CaseIterable {
      /// The pairs that are trained on.
      case train
      /// Pairs that are not, of starts that are.
      case seen
      /// Pairs of starts that are not trained on.
      case unseen
    }

    public let kind: Kind
    /// The pairs that were measured.
    public let count: Int
    /// The share whose chosen side has the larger reward, with its 95 % interval (Wilson).
    public let accuracy: WilsonInterval
    /// The mean loss, without the SFT term.
    public let loss: Double
    public let chosenReward: Double
    public let rejectedReward: Double
    /// In nats.
    public let chosenRatioPerToken: Double
    /// Of the greedy action from the chosen one, in the normalised range.
    public let chosenDistance: Double
    /// Nats per token of the chosen sides, and the share of these that the greedy answer hits.
    public let entropy: Double
    public let tokenAccuracy: Double

    init(
      _ kind: Kind, _ tally: PairTally, loss: Double, tokensPerStep: Int, dimensions: Int
    ) {
      self.kind = kind
      count = Int(tally.pairs)
      accuracy = WilsonInterval(Int(tally.right), of: Int(tally.pairs))
      self.loss = loss
      chosenReward = tally.chosenReward / tally.pairs
      rejectedReward = tally.rejectedReward / tally.pairs
      chosenRatioPerToken = tally.chosenRatioPerToken
      chosenDistance = tally.chosenDistance(tokensPerStep: tokensPerStep, dimensions: dimensions)
      entropy = tally.entropy / tally.chosenTokens
      tokenAccuracy = tally.hits / tally.chosenTokens
    }

    var json: JSONValue {
      [
        "pairs": JSONValue(count), "accuracy": .real(accuracy.share), "accuracy_low": .real(accuracy.lower),
        "accuracy_high": .real(accuracy.upper), "loss": .real(loss), "rewards_chosen": .real(chosenReward),
        "rewards_rejected": .real(rejectedReward), "margin": .real(chosenReward - rejectedReward),
        "chosen_log_ratio_per_token": .real(chosenRatioPerToken), "action_rmse_to_chosen": .real(chosenDistance),
        "entropy": .real(entropy), "token_accuracy": .real(tokenAccuracy),
      ]
    }
  }

  public let groups: [Group]
  /// The mean of KL(policy ‖ reference) of one action token, in nats, and the steps at which it was observed.
  public let divergence: Double
  public let observedCount: Int

  init(_ groups: [Group], divergence: Double, observedCount: Int) {
    self.groups = groups
    self.divergence = divergence
    self.observedCount = observedCount
  }

  public var json: JSONValue {
    .object(
      Group.Kind.allCases.map { kind in
        .init(kind.rawValue, groups.first { $0.kind == kind }?.json ?? .null)
      } + [
        .init("kl_per_token", divergence.isFinite ? .real(divergence) : .null),
        .init("kl_steps", JSONValue(observedCount)),
      ])
  }

  public var metrics: [(name: String, value: Double)] {
    var figures: [(name: String, value: Double)] = [("eval/kl_per_token", divergence)]
    for group in groups {
      let scope = "eval/\(group.kind.rawValue)"
      figures += [
        ("\(scope)/loss", group.loss), ("\(scope)/rewards/chosen", group.chosenReward),
        ("\(scope)/rewards/rejected", group.rejectedReward),
        ("\(scope)/rewards/margins", group.chosenReward - group.rejectedReward),
        ("\(scope)/rewards/accuracies", group.accuracy.share),
        ("\(scope)/chosen/log_ratio_per_token", group.chosenRatioPerToken),
        ("\(scope)/chosen/action_rmse", group.chosenDistance),
      ]
    }
    return figures
  }

  /// What is said of each group, under its heading.
  public static let columns = [
    "Pairs", "Count", "Right", "95 %", "Loss", "Margin", "Chosen, nats/token", "RMSE to chosen", "Entropy",
  ]

  /// The groups as rows of ``columns``.
  public var rows: [[String]] {
    groups.map { group in
      func number(_ value: Double) -> String { formatDecimal(value, places: 4) }
      func percent(_ value: Double) -> String { formatDecimal(100 * value, places: 1) }
      return [
        group.kind.title, "\(group.count)", percent(group.accuracy.share) + " %",
        "\(percent(group.accuracy.lower))–\(percent(group.accuracy.upper)) %", number(group.loss),
        number(group.chosenReward - group.rejectedReward), number(group.chosenRatioPerToken),
        number(group.chosenDistance), number(group.entropy),
      ]
    }
  }

  public func fill(_ content: inout RunPage.Content) {
    content.tables.append(RunPage.Table("Evaluation", columns: Self.columns, rows: rows))
    content.notes.append(
      "A pair is right when the chosen side's reward, β times its log-ratio to the reference, is larger. Seen pairs are "
        + "held-out pairs of starts that are trained on, unseen ones of starts that are not. The policy is "
        + "\(formatDecimal(divergence, places: 4)) nats a token away from the reference (KL at \(observedCount) steps)."
    )
  }

  public func picture() -> (name: String, png: [UInt8], height: Int, width: Int)? { nil }
}

extension PreferenceReport.Group.Kind {
  /// The splits of a set that it gathers.
  var splits: [String] {
    switch self {
    case .train: ["train"]
    case .seen: ["val_seen"]
    case .unseen: ["val", "test"]
    }
  }

  var title: String {
    switch self {
    case .train: "trained"
    case .seen: "held out, seen starts"
    case .unseen: "held out, unseen starts"
    }
  }
}
