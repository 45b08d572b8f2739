/// What became of one check.
public struct CheckOutcome: Sendable, Equatable {
  public let check: Check
  /// The threshold that applied.
  public let threshold: Double
  public var findingCount = 0
  /// How many episodes were assessed, 0 or 1 for a check of the dataset.
  public var assessedCount = 0
  /// Why episodes were not assessed, with how many; empty where all were.
  public var notAssessed: [Reason] = []
  /// The score of each episode in the order of the report's episodes.
  ///
  /// It is NaN where the check was not assessed; there are none for a check of the dataset.
  public var scores: [Double] = []
  public var histogram: Histogram?
  /// Spearman's rank correlation of the score with the episode's length; nil for scores that are not soft, and where
  /// either is constant.
  public var lengthCorrelation: Double?

  /// Why something was not assessed.
  public struct Reason: Sendable, Equatable {
    public let text: String
    public let episodeCount: Int

    public init(_ text: String, episodeCount: Int) {
      self.text = text
      self.episodeCount = episodeCount
    }
  }

  public init(_ check: Check, threshold: Double) {
    self.check = check
    self.threshold = threshold
  }
}

/// How often values fall into equal intervals.
public struct Histogram: Sendable, Equatable {
  /// The least and the greatest value.
  public let low: Double
  public let high: Double
  /// The number of values in each interval; the last includes `high`.
  public let counts: [Int]

  public init(low: Double, high: Double, counts: [Int]) {
    self.low = low
    self.high = high
    self.counts = counts
  }

  /// Counts the finite ones of `values` in `bins` intervals between the least and the greatest; nil where there are none.
  public init?(_ values: some Sequence<Double>, bins: Int = 40) {
    let finite = values.filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max() else { return nil }
    var counts = [Int](repeating: 0, count: low == high ? 1 : bins)
    for value in finite {
      let place = low == high ? 0 : (value - low) / (high - low) * Double(bins)
      counts[min(max(Int(place.isFinite ? place : 0), 0), counts.count - 1)] += 1
    }
    self.init(low: low, high: high, counts: counts)
  }
}
