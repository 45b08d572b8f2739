/// Whether something that is not the behaviour itself predicts which side is chosen.
public struct LeakCheck: Sendable, Equatable {
  /// What one property predicts.
  public struct Finding: Sendable, Equatable {
    public let name: String
    /// The pairs in which the two sides differ in it, and how many of them the best rule gets right.
    public let pairCount: Int
    public let correctCount: Int
    public var accuracy: WilsonInterval { WilsonInterval(correctCount, of: pairCount) }
    /// Whether more than 65 % are right beyond chance: a policy could learn this instead.
    public var isWarning: Bool { pairCount >= 8 && accuracy.lower > 0.65 }
  }

  public let findings: [Finding]

  /// Looks at length and at the policy.
  ///
  /// The rule for lengths is that the longer side is chosen, or the shorter one, whichever is right more often; for
  /// policies, that the side wins whose policy was chosen in a larger share of its appearances.
  public init(_ pairs: [PreferencePair], _ rollouts: [Rollout]) {
    var (longer, shorter) = (0, 0)
    var chosen: [String: Int] = [:]
    var seen: [String: Int] = [:]
    for pair in pairs {
      let (n, m) = (pair.chosen.steps.count, pair.rejected.steps.count)
      longer += n > m ? 1 : 0
      shorter += n < m ? 1 : 0
      let (a, b) = (rollouts[pair.chosen.rollout].policy, rollouts[pair.rejected.rollout].policy)
      if a == b { continue }
      chosen[a, default: 0] += 1
      seen[a, default: 0] += 1
      seen[b, default: 0] += 1
    }
    func rate(_ policy: String) -> Double { Double(chosen[policy] ?? 0) / Double(max(seen[policy] ?? 0, 1)) }
    var (different, right) = (0, 0)
    for pair in pairs {
      let (a, b) = (rollouts[pair.chosen.rollout].policy, rollouts[pair.rejected.rollout].policy)
      if a == b { continue }
      different += 1
      right += rate(a) > rate(b) ? 1 : 0
    }
    findings = [
      Finding(name: "length", pairCount: longer + shorter, correctCount: max(longer, shorter)),
      Finding(name: "policy", pairCount: different, correctCount: right),
    ]
  }
}
