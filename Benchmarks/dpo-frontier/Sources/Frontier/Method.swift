/// What is compared.
public enum Method: String, Sendable, Codable, CaseIterable {
  case dpo
  case ipo
  case ppoLearned = "ppo_learned"
  case ppoLearnedWide = "ppo_learned_wide"
  case bestLearned = "best_of_n_learned"
  case bestLearnedWide = "best_of_n_learned_wide"
  case preferred = "preferred_fine_tuning"
  case unlikelihood
  case ppoTrueFew = "ppo_true_64"
  case ppoTrueMany = "ppo_true_1024"
  case bestTrue = "best_of_n_true"

  /// How tables and figures call it.
  public var title: String {
    switch self {
    case .dpo: "DPO"
    case .ipo: "IPO"
    case .ppoLearned: "PPO, learned reward"
    case .ppoLearnedWide: "PPO, learned wide reward"
    case .bestLearned: "Best of N, learned reward"
    case .bestLearnedWide: "Best of N, learned wide reward"
    case .preferred: "Preferred fine-tuning"
    case .unlikelihood: "Unlikelihood"
    case .ppoTrueFew: "PPO, true reward, 64 a step"
    case .ppoTrueMany: "PPO, true reward, 1024 a step"
    case .bestTrue: "Best of N, true reward"
    }
  }

  /// Whether it is told the true reward, which nobody has: an oracle, that uses no pairs.
  public var isOracle: Bool { self == .ppoTrueFew || self == .ppoTrueMany || self == .bestTrue }
}
