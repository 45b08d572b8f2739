internal import Glibc

/// How an episode's actions differ from those at similar states, and what its states tell of its actions, in nats.
typealias NeighbourScore = (residual: Double, information: Double)

extension DatasetExam {
  /// The steps that all are compared with; nil where that is not asked for or cannot be.
  func neighbourReference() -> NeighbourReference? {
    guard selection.contains("knn-consistency") || selection.contains("deminf"), store.stateWidth > 0 else {
      return nil
    }
    let known = summaries.indices.filter { !summaries[$0].points.isEmpty }
    guard known.count >= Self.leastCount else { return nil }
    return NeighbourReference(
      summaries, known, stateWidth: store.stateWidth, width: store.stateWidth + store.actionWidth)
  }

  /// The score of `episode`; NaN where it has no points.
  func neighbourScore(_ episode: Int, _ reference: NeighbourReference) -> NeighbourScore {
    let points = summaries[episode].points
    guard !points.isEmpty else { return (.nan, .nan) }
    var residual = 0.0
    var information = 0.0
    let width = reference.width
    // In large datasets every other step will do.
    let taken = stride(from: 0, to: points.count / width, by: reference.isOfMany ? 2 : 1)
    for k in taken {
      let found = reference.look(Array(points[k * width..<(k + 1) * width]), except: episode)
      residual += found.residual
      information += found.information
    }
    let count = Double(taken.underestimatedCount)
    return (residual / count, information / count)
  }

  /// Scores episodes by how well states tell actions, from the nearest neighbours among sampled steps.
  mutating func scoreNeighbours(_ scores: [NeighbourScore]) {
    let ids = ["knn-consistency", "deminf"]
    guard selection.contains(ids[0]) || selection.contains(ids[1]) else { return }
    guard store.stateWidth > 0 else { return skipAll(ids, .noStates) }
    let known = summaries.indices.filter { !summaries[$0].points.isEmpty }
    guard scores.count == summaries.count else {
      for episode in known { summaries[episode].sheet.skip(ids, .tooFewEpisodes) }
      return
    }
    for episode in known {
      let information = scores[episode].information
      judge("deminf", episode, information, "states tell \(shown(information)) nats")
    }
    guard let usual = Robust(scores.map(\.residual)) else { return }
    for episode in known {
      let z = usual.score(scores[episode].residual, floor: 1e-3)
      judge(
        "knn-consistency", episode, z,
        "actions differ from those at similar states by \(shown(z)) robust deviations more than usual")
    }
  }
}

/// Steps that others are compared with: at most 1,536 of them, from episodes spread evenly.
struct NeighbourReference: Sendable {
  private var points: [Float] = []
  private var owners: [Int] = []
  private let stateWidth: Int
  let width: Int
  /// Whether the dataset is large.
  let isOfMany: Bool

  init(_ summaries: [EpisodeSummary], _ known: [Int], stateWidth: Int, width: Int) {
    self.stateWidth = stateWidth
    self.width = width
    isOfMany = known.count > 20_000
    let limit = isOfMany ? 256 : 1536
    let total = known.reduce(0) { $0 + summaries[$1].points.count / width }
    let stride = max(1, (total + limit - 1) / limit)
    var number = 0
    for episode in known {
      for k in 0..<summaries[episode].points.count / width {
        if number % stride == 0 {
          points += summaries[episode].points[k * width..<(k + 1) * width]
          owners.append(episode)
        }
        number += 1
      }
    }
  }

  /// How far the action of `point` is from those of its eight nearest states, and its share in the mutual information of
  /// states and actions by the estimator of Kraskov, Stögbauer and Grassberger (k = 5).
  func look(_ point: [Float], except episode: Int) -> (residual: Double, information: Double) {
    var byState: [Float] = []
    var byAction: [Float] = []
    var rows: [Int] = []
    byState.reserveCapacity(owners.count)
    byAction.reserveCapacity(owners.count)
    rows.reserveCapacity(owners.count)
    for row in owners.indices where owners[row] != episode {
      var state: Float = 0
      var action: Float = 0
      let start = row * width
      for d in 0..<stateWidth {
        let x = points[start + d] - point[d]
        state += x * x
      }
      for d in stateWidth..<width {
        let x = points[start + d] - point[d]
        action += x * x
      }
      byState.append(state)
      byAction.append(action)
      rows.append(row)
    }
    guard rows.count >= 8 else { return (0, 0) }
    let nearest = Self.smallest(8, byState)
    var residual = 0.0
    for d in stateWidth..<width {
      let mean = nearest.reduce(Float(0)) { $0 + points[rows[$1] * width + d] } / Float(nearest.count)
      residual += Double((point[d] - mean) * (point[d] - mean))
    }
    let joint = zip(byState, byAction).map { max($0, $1) }
    let fifth = Self.smallest(5, joint).last.map { joint[$0] } ?? 0
    let states = byState.count { $0 < fifth }
    let actions = byAction.count { $0 < fifth }
    let information =
      digamma(5) + digamma(Double(rows.count)) - digamma(Double(states + 1)) - digamma(Double(actions + 1))
    return (residual.squareRoot(), information)
  }

  /// The places of the `count` smallest values, ascending; of equal ones the first.
  private static func smallest(_ count: Int, _ values: [Float]) -> [Int] {
    var best: [Int] = []
    for (i, value) in values.enumerated() {
      if best.count == count, let last = best.last, value >= values[last] { continue }
      var at = best.count
      while at > 0, values[best[at - 1]] > value { at -= 1 }
      best.insert(i, at: at)
      if best.count > count { best.removeLast() }
    }
    return best
  }

  /// The logarithmic derivative of the gamma function, for x ≥ 1.
  private func digamma(_ x: Double) -> Double {
    var x = x
    var sum = 0.0
    while x < 6 {
      sum -= 1 / x
      x += 1
    }
    let y = 1 / (x * x)
    return sum + log(x) - 0.5 / x - y * (1.0 / 12 - y * (1.0 / 120 - y / 252))
  }
}
