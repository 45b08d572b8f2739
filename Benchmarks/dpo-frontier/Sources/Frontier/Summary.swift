/// What the runs of all seeds came to.
public struct Summary: Sendable, Codable {
  /// Regrets count between these divergences.
  public static let window = 0.2...6.5
  /// Where frontiers are read off.
  public static let divergences = [0.25, 0.5, 1, 2, 3, 4, 6]

  /// One method with one set of pairs.
  public struct Row: Sendable, Codable {
    public var method: Method
    public var budget: Int?
    /// Pairs, the mean over seeds.
    public var pairs: Double
    /// Logged points of all seeds, and those in the window.
    public var points: Int
    public var pointsInWindow: Int
    /// Each seed's least, mean and greatest regret over its points in the window.
    public var least: Band?
    public var mean: Band?
    public var greatest: Band?
    /// A seed's frontier at each of `divergences`.
    public var frontier: [Band]
    /// The optimum less the frontier, a seed's mean over `divergences`.
    public var frontierRegret: Band?
    /// The same less that of DPO with the same seed; an oracle's against each budget.
    public var frontierRegretOverDPO: [Band]
    /// The share of a seed's points in the window that a DPO point beats: no farther, no less reward.
    public var beatenByDPO: [Band]
    /// The share of DPO's points in the window that a point of this method beats.
    public var beatsDPO: [Band]
    /// The greatest divergence and the most reward that a seed's points reach, wherever they are.
    public var farthest: Band?
    public var highest: Band?
  }

  /// The last logged point of one setting.
  public struct End: Sendable, Codable {
    public var method: Method
    public var setting: String
    public var budget: Int?
    public var step: Int
    public var divergence: Band?
    public var reward: Band?
    /// The most reward at any logged step.
    public var highest: Band?
    public var accuracy: Band?
    public var heldOutAccuracy: Band?
    public var chosen: Band?
    public var rejected: Band?
  }

  /// The reward of the reference, of the optimum at each of `divergences`, and the most there is.
  public var reference: Band?
  public var optimum: [Band]
  public var ceiling: Band?
  public var rows: [Row]
  public var ends: [End]

  public init(_ experiments: [Experiment], sweep: Sweep) {
    func band(_ value: (Experiment) -> Double) -> Band? { Band(experiments.map(value)) }
    reference = band { $0.world.standing(of: $0.world.reference).reward }
    optimum = Self.divergences.compactMap { divergence in band { $0.optimum.reward(at: divergence) } }
    ceiling = band { experiment in
      experiment.world.rewards.reduce(0) { $0 + ($1.max() ?? 0) } / Double(Task.prompts)
    }
    rows = []
    ends = []
    for budget in sweep.draws.indices.map(Optional.some) + [nil] {
      for method in Method.allCases where method.isOracle == (budget == nil) {
        let groups = experiments.map { experiment in
          experiment.runs.filter { $0.method == method && $0.budget == budget }
        }
        guard groups.contains(where: { !$0.isEmpty }) else { continue }
        rows.append(Self.row(method, budget: budget, groups: groups, experiments: experiments, sweep: sweep))
        ends += Self.ends(method, budget: budget, groups: groups)
      }
    }
  }

  private static func row(
    _ method: Method, budget: Int?, groups: [[Run]], experiments: [Experiment], sweep: Sweep
  ) -> Row {
    let points = groups.map { $0.flatMap(\.points) }
    let inside = points.map { $0.filter { window.contains($0.divergence) } }
    let regrets = inside.map { $0.map(\.regret) }.filter { !$0.isEmpty }
    let own = zip(experiments, points).map { frontierRegret($0, points: $1) }
    let rivals = budget.map { [$0] } ?? Array(sweep.draws.indices)
    var (over, beaten, beats): ([Band], [Band], [Band]) = ([], [], [])
    for rival in rivals {
      let dpo = experiments.map { experiment in
        experiment.runs.filter { $0.method == .dpo && $0.budget == rival }.flatMap(\.points)
      }
      let theirs = zip(experiments, dpo).map { frontierRegret($0, points: $1) }
      over += Band(zip(own, theirs).map { $0 - $1 }).map { [$0] } ?? []
      beaten += Band(zip(inside, dpo).compactMap { share(of: $0, beatenBy: $1) }).map { [$0] } ?? []
      let dpoInside = dpo.map { $0.filter { window.contains($0.divergence) } }
      beats += Band(zip(dpoInside, points).compactMap { share(of: $0, beatenBy: $1) }).map { [$0] } ?? []
    }
    let pairs = groups.compactMap { $0.first.map { Double($0.pairs) } }
    return Row(
      method: method, budget: budget, pairs: pairs.reduce(0, +) / Double(max(pairs.count, 1)),
      points: points.reduce(0) { $0 + $1.count }, pointsInWindow: inside.reduce(0) { $0 + $1.count },
      least: Band(regrets.map { $0.reduce(.infinity, min) }),
      mean: Band(regrets.map { $0.reduce(0, +) / Double($0.count) }),
      greatest: Band(regrets.map { $0.reduce(-.infinity, max) }),
      frontier: divergences.compactMap { divergence in
        Band(
          zip(experiments, points).map {
            frontier(at: divergence, reference: $0.optimum.reward(at: 0), points: $1)
          })
      },
      frontierRegret: Band(own), frontierRegretOverDPO: over, beatenByDPO: beaten, beatsDPO: beats,
      farthest: Band(points.map { $0.map(\.divergence).reduce(0, max) }),
      highest: Band(points.map { $0.map(\.reward).reduce(0, max) }))
  }

  /// The reward that the logged policies give within `divergence`: their upper concave hull, the reference included.
  ///
  /// Who draws by chance from one of two policies has the mean of their rewards, and, since KL is convex, at most the
  /// mean of their divergences: all of the hull can be had. It does not favour a method for its many settings.
  static func frontier(at divergence: Double, reference: Double, points: [Run.Point]) -> Double {
    let near = points.filter { $0.divergence <= divergence }
    let far = points.filter { $0.divergence > divergence }
    var best = near.map(\.reward).reduce(reference, max)
    for (start, reward) in [(0, reference)] + near.map({ ($0.divergence, $0.reward) }) {
      for point in far {
        let share = (divergence - start) / (point.divergence - start)
        best = max(best, reward + share * (point.reward - reward))
      }
    }
    return best
  }

  private static func frontierRegret(_ experiment: Experiment, points: [Run.Point]) -> Double {
    divergences.reduce(0) {
      $0 + experiment.optimum.reward(at: $1)
        - frontier(at: $1, reference: experiment.optimum.reward(at: 0), points: points)
    } / Double(divergences.count)
  }

  private static func share(of points: [Run.Point], beatenBy rivals: [Run.Point]) -> Double? {
    guard !points.isEmpty else { return nil }
    let beaten = points.count { point in
      rivals.contains {
        $0.divergence <= point.divergence && $0.reward >= point.reward
          && ($0.divergence < point.divergence || $0.reward > point.reward)
      }
    }
    return Double(beaten) / Double(points.count)
  }

  private static func ends(_ method: Method, budget: Int?, groups: [[Run]]) -> [End] {
    (groups.first ?? []).map(\.setting).map { setting in
      let runs = groups.compactMap { $0.first { $0.setting == setting } }
      let last = runs.compactMap(\.points.last)
      return End(
        method: method, setting: setting, budget: budget, step: last.first?.step ?? 0,
        divergence: Band(last.map(\.divergence)), reward: Band(last.map(\.reward)),
        highest: Band(runs.map { $0.points.map(\.reward).reduce(0, max) }),
        accuracy: Band(last.compactMap { $0.training?.accuracy }),
        heldOutAccuracy: Band(last.compactMap(\.heldOutAccuracy)),
        chosen: Band(last.compactMap { $0.training?.chosen }),
        rejected: Band(last.compactMap { $0.training?.rejected }))
    }
  }
}
