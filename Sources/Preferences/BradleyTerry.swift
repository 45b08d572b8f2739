internal import ByteIO
internal import Glibc

/// Strengths θ of items from comparisons: P(i beats j) = σ(θ_i − θ_j), by maximum likelihood, with standard errors.
///
/// With a prior of s > 0 each item has s virtual wins and s losses against a player of strength 0, and strengths are
/// finite whatever was compared; without one they are where each item beat each other one, directly or not, and sum to 0.
/// Newton's method on a concave function. Source: Bradley and Terry 1952; Hunter 2004 for when the maximum exists.
public struct BradleyTerry: Sendable, Equatable {
  /// The most items: the Hessian is dense.
  public static let itemLimit = 2000

  /// θ of each item, [n].
  public let strengths: [Double]
  /// The square roots of the diagonal of the inverse Hessian, [n].
  public let standardErrors: [Double]
  /// The inverse Hessian, [n, n].
  private let covariance: [Double]
  /// The Newton steps that were taken.
  public let iterationCount: Int

  /// Fits strengths to `votes`.
  ///
  /// - Throws: `PreferenceError` where there are too many items, or no prior and no maximum.
  /// - Complexity: O(n³) a step.
  public init(_ votes: VoteGraph, prior: Double = 1) throws(PreferenceError) {
    let n = votes.count
    guard n >= 2, n <= Self.itemLimit else {
      throw PreferenceError(.badData, "ranking: \(n) items were compared; 2 to \(Self.itemLimit) can be ranked")
    }
    guard prior >= 0, prior.isFinite else {
      throw PreferenceError(.usage, "ranking: a prior of \(prior); give a number of virtual wins, 0 or more")
    }
    let components = votes.strongComponents
    if prior == 0, components.count > 1 {
      throw PreferenceError(
        .badData,
        "ranking: the wins leave \(components.count) groups of which none is tied to the others both ways, the largest "
          + "of \(components.map(\.count).max() ?? 0) of \(n) items; collect votes across them or give a prior above 0")
    }
    var theta = [Double](repeating: 0, count: n)
    var best = Self.likelihood(votes, theta, prior)
    var iterations = 0
    while iterations < 100 {
      iterations += 1
      let (gradient, hessian) = Self.derivatives(votes, theta, prior)
      guard let factor = Cholesky(hessian, count: n) else { break }
      let step = factor.solution(gradient)
      var scale = 1.0
      var next = theta
      var value = best
      repeat {  // The function is concave: some part of the step climbs.
        for i in 0..<n { next[i] = theta[i] + scale * step[i] }
        value = Self.likelihood(votes, next, prior)
        scale /= 2
      } while value < best && scale > 1e-8
      let largest = zip(next, theta).map { ($0 - $1).magnitude }.max() ?? 0
      (theta, best) = (next, value)
      if largest < 1e-11 { break }
    }
    if prior == 0 {
      let mean = theta.reduce(0, +) / Double(n)
      for i in 0..<n { theta[i] -= mean }
    }
    let (_, hessian) = Self.derivatives(votes, theta, prior)
    guard let factor = Cholesky(hessian, count: n) else {
      throw PreferenceError(.badData, "ranking: the votes do not determine the strengths; collect more of them")
    }
    var covariance = factor.inverse()
    if prior == 0 {
      let shift = 1 / (Double(n) * Double(n))  // What the constraint added.
      for i in covariance.indices { covariance[i] -= shift }
    }
    strengths = theta
    self.covariance = covariance
    standardErrors = (0..<n).map { max(0, covariance[$0 * n + $0]).squareRoot() }
    iterationCount = iterations
  }

  /// The standard error of θ_a − θ_b.
  public func standardError(of a: Int, minus b: Int) -> Double {
    let n = strengths.count
    return max(0, covariance[a * n + a] + covariance[b * n + b] - 2 * covariance[a * n + b]).squareRoot()
  }

  private static func likelihood(_ votes: VoteGraph, _ theta: [Double], _ prior: Double) -> Double {
    var sum = 0.0
    for edge in votes.edges {
      let difference = theta[edge.a] - theta[edge.b]
      sum -= edge.aWins * Double.negativeLogSigmoid(difference) + edge.bWins * Double.negativeLogSigmoid(-difference)
    }
    if prior > 0 {
      for value in theta { sum -= prior * (Double.negativeLogSigmoid(value) + Double.negativeLogSigmoid(-value)) }
    }
    return sum
  }

  /// The gradient, and the negative Hessian made definite: the prior does so, else the constraint that θ sums to 0.
  private static func derivatives(
    _ votes: VoteGraph, _ theta: [Double], _ prior: Double
  ) -> (gradient: [Double], hessian: [Double]) {
    let n = votes.count
    var gradient = [Double](repeating: 0, count: n)
    var hessian = [Double](repeating: prior == 0 ? 1 : 0, count: n * n)
    for edge in votes.edges {
      let p = Double.sigmoid(theta[edge.a] - theta[edge.b])
      let total = edge.aWins + edge.bWins
      gradient[edge.a] += edge.aWins - total * p
      gradient[edge.b] -= edge.aWins - total * p
      let weight = total * p * (1 - p)
      hessian[edge.a * n + edge.a] += weight
      hessian[edge.b * n + edge.b] += weight
      hessian[edge.a * n + edge.b] -= weight
      hessian[edge.b * n + edge.a] -= weight
    }
    if prior > 0 {
      for i in 0..<n {
        let p = Double.sigmoid(theta[i])
        gradient[i] += prior * (1 - 2 * p)
        hessian[i * n + i] += 2 * prior * p * (1 - p)
      }
    } else {
      let sum = theta.reduce(0, +)
      for i in 0..<n { gradient[i] -= sum }
    }
    return (gradient, hessian)
  }
}

/// The factor L of a symmetric positive definite matrix A = L·Lᵀ, row by row.
struct Cholesky {
  private let count: Int
  private var lower: [Double]

  /// nil where the matrix is not positive definite.
  init?(_ matrix: [Double], count n: Int) {
    count = n
    lower = matrix
    for row in 0..<n {
      for column in 0...row {
        var sum = lower[row * n + column]
        for k in 0..<column { sum -= lower[row * n + k] * lower[column * n + k] }
        if row == column {
          guard sum > 0, sum.isFinite else { return nil }
          lower[row * n + row] = sum.squareRoot()
        } else {
          lower[row * n + column] = sum / lower[column * n + column]
        }
      }
    }
  }

  /// x with A·x = `right`.
  func solution(_ right: [Double]) -> [Double] {
    var x = right
    for row in 0..<count {
      for k in 0..<row { x[row] -= lower[row * count + k] * x[k] }
      x[row] /= lower[row * count + row]
    }
    for row in (0..<count).reversed() {
      for k in row + 1..<max(count, row + 1) { x[row] -= lower[k * count + row] * x[k] }
      x[row] /= lower[row * count + row]
    }
    return x
  }

  /// A⁻¹, [n, n].
  func inverse() -> [Double] {
    var result = [Double](repeating: 0, count: count * count)
    for column in 0..<count {
      var unit = [Double](repeating: 0, count: count)
      unit[column] = 1
      let solved = solution(unit)
      for row in 0..<count { result[row * count + column] = solved[row] }
    }
    return result
  }
}
