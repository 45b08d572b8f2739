internal import Glibc
public import JSON

/// How a policy does on samples that it was not trained on, beside what constants do.
public struct EvaluationReport: Sendable {
  /// The figures of one dataset and action dimension.
  public struct Figures: Sendable, Equatable {
    /// The action tokens.
    public var count = 0
    /// The summed negative log-likelihood of the tokens over the whole vocabulary, in nats.
    public var loss = 0.0
    /// The tokens predicted exactly.
    public var right = 0
    /// The summed distances of the bins' centres: of the greedy token, and of the expected action.
    public var greedyDistance = 0.0
    public var expectedDistance = 0.0
    /// How often each bin is the truth, [256].
    public var bins: [Int]

    public init(binCount: Int) { bins = Array(repeating: 0, count: binCount) }

    static func + (a: Figures, b: Figures) -> Figures {
      var sum = a
      sum.count += b.count
      sum.loss += b.loss
      sum.right += b.right
      sum.greedyDistance += b.greedyDistance
      sum.expectedDistance += b.expectedDistance
      for bin in sum.bins.indices { sum.bins[bin] += b.bins[bin] }
      return sum
    }
  }

  /// One sample with what was answered.
  public struct Example: Sendable, Equatable {
    public var dataset: String
    /// Its place in the mixture, and in what was read.
    public var position: Int
    var place: Int
    public var instruction = ""
    /// The frame, PNG.
    public var picture: [UInt8] = []
    /// The centres of the true bins and of the greedy answer's, [dimension].
    public var truth: [Double]
    public var answer: [Double]
  }

  public let datasets: [String]
  public let dimensionCount: Int
  /// [dataset · dimension].
  public internal(set) var figures: [Figures]
  /// The bins' centres by bin, [256].
  public let centers: [Double]
  /// How often each bin is answered for each true bin, [truth · 256 + answer].
  public internal(set) var confusion: [Int]
  /// The mean loss over all labelled positions, end-of-sequence included, in nats: the loss of training.
  public internal(set) var loss = 0.0
  public internal(set) var sampleCount = 0
  /// A few of the samples.
  public internal(set) var examples: [Example] = []

  public init(datasets: [String], dimensions: Int, centers: [Double]) {
    self.datasets = datasets
    dimensionCount = dimensions
    self.centers = centers
    figures = Array(repeating: Figures(binCount: centers.count), count: datasets.count * dimensions)
    confusion = Array(repeating: 0, count: centers.count * centers.count)
  }

  /// The dimensions whose true action is not always the same bin.
  public var movingDimensions: [Int] {
    (0..<dimensionCount).filter { dimension in
      let bins = figures(dimension: dimension).bins
      return bins.count { $0 > 0 } > 1
    }
  }

  /// The figures of `dimension` over all datasets.
  public func figures(dimension: Int) -> Figures {
    (0..<datasets.count).reduce(Figures(binCount: centers.count)) { $0 + figures[$1 * dimensionCount + dimension] }
  }

  /// What follows from figures, and what the best constants do on the same samples.
  public struct Summary: Sendable, Equatable {
    public var count: Int
    public var loss: Double
    public var accuracy: Double
    public var greedyL1: Double
    public var expectedL1: Double
    /// The share of the most frequent bin: the accuracy of always answering it.
    public var frequentAccuracy: Double
    /// The mean distance to the median: the least that any constant action reaches.
    public var constantL1: Double
    /// The entropy of the bins in nats: the least loss that answers without looking reach.
    public var entropy: Double
  }

  /// The summary of the cells `places` of ``figures``; the constants are each cell's own, weighted by its tokens.
  public func summary(_ places: [Int]) -> Summary? {
    let chosen = places.map { figures[$0] }.filter { $0.count > 0 }
    let count = chosen.reduce(0) { $0 + $1.count }
    guard count > 0 else { return nil }
    func mean(_ value: (Figures) -> Double) -> Double { chosen.reduce(0) { $0 + value($1) } / Double(count) }
    return Summary(
      count: count, loss: mean { $0.loss }, accuracy: mean { Double($0.right) }, greedyL1: mean { $0.greedyDistance },
      expectedL1: mean { $0.expectedDistance }, frequentAccuracy: mean { Double($0.bins.max() ?? 0) },
      constantL1: mean { constantDistance($0.bins) }, entropy: mean { Self.entropy($0.bins) * Double($0.count) })
  }

  /// The summary of all datasets and dimensions.
  public var total: Summary? { summary(Array(figures.indices)) }

  /// The summary of the moving dimensions of all datasets.
  public var moving: Summary? {
    summary(movingDimensions.flatMap { dimension in (0..<datasets.count).map { $0 * dimensionCount + dimension } })
  }

  /// The least summed distance of any constant to the centres of `bins`: that of their median.
  private func constantDistance(_ bins: [Int]) -> Double {
    let half = bins.reduce(0, +) / 2
    var seen = 0
    guard
      let median = bins.indices.first(where: { bin in
        seen += bins[bin]
        return seen > half
      })
    else { return 0 }
    return zip(bins, centers).reduce(0) { $0 + Double($1.0) * abs($1.1 - centers[median]) }
  }

  static func entropy(_ bins: [Int]) -> Double {
    let total = Double(bins.reduce(0, +))
    return bins.reduce(0) { sum, count in
      guard count > 0 else { return sum }
      let share = Double(count) / total
      return sum - share * log(share)
    }
  }
}

extension EvaluationReport.Summary {
  var json: JSONValue {
    [
      "tokens": JSONValue(count), "loss": .real(loss), "accuracy": .real(accuracy), "l1": .real(greedyL1),
      "expected_l1": .real(expectedL1), "frequent_bin_accuracy": .real(frequentAccuracy),
      "constant_l1": .real(constantL1), "bin_entropy": .real(entropy),
    ]
  }
}

extension EvaluationReport {
  /// The report as JSON: in all, over moving dimensions, per dataset and per dimension.
  public var json: JSONValue {
    func value(_ summary: Summary?) -> JSONValue { summary?.json ?? .null }
    return [
      "samples": JSONValue(sampleCount), "loss": .real(loss), "all": value(total), "moving": value(moving),
      "moving_dimensions": .array(movingDimensions.map { JSONValue($0) }),
      "datasets": .object(
        datasets.enumerated().map { dataset, name in
          let places = (0..<dimensionCount).map { dataset * dimensionCount + $0 }
          return .init(
            name,
            [
              "all": value(summary(places)),
              "dimensions": .array(places.map { value(summary([$0])) }),
            ])
        }),
    ]
  }
}
