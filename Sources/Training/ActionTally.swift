public import Actions
public import VLA

/// Counts how well action tokens are predicted, by dataset and action dimension.
///
/// Everything is a sum, so that the tallies of several ranks add up.
public struct ActionTally: Equatable, Sendable {
  /// The sums of one dataset and dimension.
  public struct Cell: Equatable, Sendable {
    /// The action tokens compared.
    public var count = 0.0
    public var right = 0.0
    /// Distances of the bins' centres, in the normalised range [−1, 1].
    public var distance = 0.0
  }

  public let datasetCount: Int
  public let dimensionCount: Int
  private var cells: [Cell]

  /// Nothing counted yet.
  public init(datasets: Int, dimensions: Int) {
    datasetCount = datasets
    dimensionCount = dimensions
    cells = Array(repeating: Cell(), count: datasets * dimensions)
  }

  /// The sums of `dataset` and `dimension`.
  public subscript(dataset: Int, dimension: Int) -> Cell { cells[dataset * dimensionCount + dimension] }

  /// The sums of `dataset`, or of all.
  public func total(_ dataset: Int? = nil) -> Cell {
    let range = dataset.map { $0 * dimensionCount..<($0 + 1) * dimensionCount } ?? 0..<cells.count
    return cells[range].reduce(into: Cell()) { sum, cell in
      sum.count += cell.count
      sum.right += cell.right
      sum.distance += cell.distance
    }
  }

  /// The sums of `dimension` over all datasets.
  public func total(dimension: Int) -> Cell {
    (0..<datasetCount).reduce(into: Cell()) { sum, dataset in
      let cell = self[dataset, dimension]
      sum.count += cell.count
      sum.right += cell.right
      sum.distance += cell.distance
    }
  }

  /// Counts the greedy `predictions` of the labelled positions `rows`, of samples of `datasets`.
  ///
  /// Labels that are no action tokens do not count; a prediction that is none counts as the nearest end of the range, as
  /// in OpenVLA.
  public mutating func add(
    _ rows: SupervisedRows, predictions: [Int64], datasets: [Int], _ tokens: ActionTokenizer
  ) {
    var sample = -1
    var dimension = 0
    for (index, target) in rows.targets.enumerated() {
      if rows.samples[index] != sample { (sample, dimension) = (rows.samples[index], 0) }
      guard Int(target) > tokens.actionTokenBegin, dimension < dimensionCount else { continue }
      let place = datasets[sample] * dimensionCount + dimension
      let centers = tokens.decode([Int(predictions[index]), Int(target)])
      cells[place].count += 1
      if predictions[index] == target { cells[place].right += 1 }
      cells[place].distance += abs(centers[0] - centers[1])
      dimension += 1
    }
  }

  /// All sums in a row, to be added up over ranks.
  public var values: [Double] {
    get { cells.flatMap { [$0.count, $0.right, $0.distance] } }
    set {
      for index in cells.indices {
        let start = 3 * index
        cells[index] = Cell(count: newValue[start], right: newValue[start + 1], distance: newValue[start + 2])
      }
    }
  }
}

extension ActionTally.Cell {
  /// The share of action tokens that are predicted exactly, NaN where there are none.
  public var accuracy: Double { right / count }
  /// The mean distance, NaN where there are none.
  public var l1: Double { distance / count }
}
