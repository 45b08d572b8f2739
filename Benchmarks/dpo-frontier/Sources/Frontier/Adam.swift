internal import Glibc

/// Adam (Kingma and Ba 2015) with gradients clipped to a norm of 10.
struct Adam {
  private let rate: Double
  private var mean: [Double]
  private var square: [Double]
  private var steps = 0.0

  init(rate: Double, parameters: Int) {
    self.rate = rate
    mean = [Double](repeating: 0, count: parameters)
    square = mean
  }

  /// Moves `parameters` against `gradient`.
  mutating func step(_ parameters: inout [Double], gradient: [Double]) {
    steps += 1
    var norm = 0.0
    for value in gradient { norm += value * value }
    let scale = min(1, 10 / max(sqrt(norm), 1e-12))
    let (meanBias, squareBias) = (1 - pow(0.9, steps), 1 - pow(0.999, steps))
    for index in parameters.indices {
      let value = gradient[index] * scale
      mean[index] = 0.9 * mean[index] + 0.1 * value
      square[index] = 0.999 * square[index] + 0.001 * value * value
      parameters[index] -= rate * (mean[index] / meanBias) / (sqrt(square[index] / squareBias) + 1e-8)
    }
  }
}
