internal import Glibc

/// The most reward that can be had at each distance from the reference: π*(y|x) = ρ(y|x)·exp(r(x,y)/β)/Z(x).
public struct Optimum: Sendable {
  /// A point of the curve; along it d reward / d divergence = β.
  public struct Point: Sendable, Equatable {
    public var beta: Double
    public var divergence: Double
    public var reward: Double
  }

  /// By falling β, hence rising divergence.
  public let points: [Point]

  /// The curve at `count` values of β from 20 down to 1/1000, equally far apart in their logarithm.
  public init(_ world: World, count: Int = 200) {
    let ratio = log(1e-3 / 20) / Double(count - 1)
    points = (0..<count).map { Self.point(of: world, beta: 20 * exp(ratio * Double($0))) }
  }

  /// The optimum for one β, by enumeration.
  public static func point(of world: World, beta: Double) -> Point {
    var point = Point(beta: beta, divergence: 0, reward: 0)
    for prompt in 0..<Task.prompts {
      let (divergence, reward) = distribution(
        logReference: world.referenceLogProbabilities[prompt], rewards: world.rewards[prompt], beta: beta)
      point.divergence += divergence / Double(Task.prompts)
      point.reward += reward / Double(Task.prompts)
    }
    return point
  }

  /// KL(π*‖ρ) and E r under π* for one prompt: KL = E[r]/β − log Z.
  public static func distribution(
    logReference: [Double], rewards: [Double], beta: Double
  ) -> (divergence: Double, reward: Double) {
    let highest = rewards.reduce(-Double.infinity, max)
    var total = 0.0
    var sum = 0.0
    for (logProbability, reward) in zip(logReference, rewards) {
      // The highest reward is taken off, so that no exponential overflows.
      let weight = exp(logProbability + (reward - highest) / beta)
      total += weight
      sum += weight * reward
    }
    let mean = sum / total
    return ((mean - highest) / beta - log(total), mean)
  }

  /// The optimum's reward at `divergence`.
  ///
  /// Between two points the cubic that has their values and slopes; before the first one growth with the square root
  /// of the divergence, past the last one its reward.
  public func reward(at divergence: Double) -> Double {
    guard let first = points.first, let last = points.last, divergence < last.divergence else {
      return points.last?.reward ?? 0
    }
    guard divergence > first.divergence else {
      // Near the reference the reward grows by 2β·KL at the optimum of β.
      let start = first.reward - 2 * first.beta * first.divergence
      return start + (first.reward - start) * sqrt(max(divergence, 0) / first.divergence)
    }
    var (low, high) = (0, points.count - 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if points[middle].divergence <= divergence { low = middle } else { high = middle }
    }
    let (a, b) = (points[low], points[high])
    let width = b.divergence - a.divergence
    let t = (divergence - a.divergence) / width
    let (t2, t3) = (t * t, t * t * t)
    return (2 * t3 - 3 * t2 + 1) * a.reward + (t3 - 2 * t2 + t) * width * a.beta
      + (3 * t2 - 2 * t3) * b.reward + (t3 - t2) * width * b.beta
  }
}
