/// The runs of `true` in `flags`, in order.
func runs(_ flags: [Bool]) -> [ClosedRange<Int>] {
  var runs: [ClosedRange<Int>] = []
  var start: Int?
  for (i, flag) in flags.enumerated() {
    if flag {
      start = start ?? i
    } else if let first = start {
      runs.append(first...i - 1)
      start = nil
    }
  }
  if let start { runs.append(start...flags.count - 1) }
  return runs
}

/// From the first to the last `true` of `flags`, nil where there is none.
func extent(_ flags: [Bool]) -> ClosedRange<Int>? {
  guard let first = flags.firstIndex(of: true), let last = flags.lastIndex(of: true) else { return nil }
  return first...last
}

/// A number for a message: three significant digits or so.
func shown(_ value: Double) -> String {
  guard value.isFinite, abs(value) < 1e12 else { return "\(value)" }
  let scale = abs(value) >= 100 ? 1.0 : abs(value) >= 1 ? 100 : 10_000
  let rounded = (value * scale).rounded() / scale
  return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
}

/// Steps for a message: `step 3` or `steps 3 to 9`.
func shown(_ steps: ClosedRange<Int>) -> String {
  steps.count == 1 ? "step \(steps.lowerBound)" : "steps \(steps.lowerBound) to \(steps.upperBound)"
}
