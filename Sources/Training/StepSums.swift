/// What is summed up over steps and ranks; all of it adds up.
struct StepSums {
  /// The loss of every step, and the steps.
  var loss = 0.0
  var steps = 0.0
  /// The positions computed, patches and padding included.
  var positions = 0.0
  /// The objective's own.
  var figures: [Double]

  init(_ count: Int) { figures = Array(repeating: 0, count: count) }

  /// All sums in a row.
  var values: [Double] {
    get { [loss, steps, positions] + figures }
    set {
      (loss, steps, positions) = (newValue[0], newValue[1], newValue[2])
      figures = Array(newValue.dropFirst(3))
    }
  }

  mutating func add(_ other: StepSums) { values = zip(values, other.values).map { $0 + $1 } }
}
