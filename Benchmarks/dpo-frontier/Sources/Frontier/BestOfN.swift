internal import Glibc

/// The distribution of the best of N answers of the reference, by a score: exact, no answer is drawn.
public enum BestOfN {
  /// The probabilities of all answers to one prompt.
  ///
  /// With answers in the order of their score and c the cumulated probability, the i-th is the best of N with
  /// c_i^N − c_{i−1}^N, here written c_i^N · (1 − (1 − p_i/c_i)^N), which loses nothing for small p. Answers of equal
  /// score share theirs in proportion to p.
  public static func distribution(probabilities: [Double], scores: [Double], count: Int) -> [Double] {
    let order = scores.indices.sorted { (scores[$0], $0) < (scores[$1], $1) }
    var best = [Double](repeating: 0, count: scores.count)
    var cumulated = 0.0
    var start = 0
    while start < order.count {
      var end = start
      var mass = 0.0
      while end < order.count, scores[order[end]] == scores[order[start]] {
        mass += probabilities[order[end]]
        end += 1
      }
      cumulated += mass
      if mass > 0 {
        let n = Double(count)
        let share = start == 0 ? 1 : -expm1(n * log1p(-min(mass / cumulated, 1)))
        let won = exp(n * log(min(cumulated, 1))) * share
        for place in start..<end { best[order[place]] = won * probabilities[order[place]] / mass }
      }
      start = end
    }
    return best
  }

  /// Where best-of-N by `scores` [16][7776] stands.
  public static func standing(in world: World, scores: [[Double]], count: Int) -> World.Standing {
    var standing = World.Standing(divergence: 0, reward: 0)
    for prompt in 0..<Task.prompts {
      let logReference = world.referenceLogProbabilities[prompt]
      let best = distribution(probabilities: logReference.map { exp($0) }, scores: scores[prompt], count: count)
      for answer in 0..<Task.answers where best[answer] > 0 {
        standing.divergence += best[answer] * (log(best[answer]) - logReference[answer]) / Double(Task.prompts)
        standing.reward += best[answer] * world.rewards[prompt][answer] / Double(Task.prompts)
      }
    }
    return standing
  }
}
