/// The marks of an axis: whole multiples of 1, 2 or 5 times a power of ten.
struct AxisTicks: Equatable {
  /// One mark.
  struct Tick: Equatable {
    let value: Double
    let label: String
  }

  let ticks: [Tick]
  /// The power of ten that the labels leave out; 0 where they leave out none.
  let exponent: Int

  /// Creates about `count` marks within `low`…`high`, finite and apart.
  init(from low: Double, to high: Double, count: Int) {
    let rough = (high / 2 - low / 2) / Double(max(1, count)) * 2
    var power = PageText.exponentOfTen(rough)
    var base = 10
    for candidate in [1, 2, 5] where Double(candidate) * PageText.powerOfTen(power) >= rough * 0.999 {
      base = candidate
      break
    }
    if base == 10 { (base, power) = (1, power + 1) }
    let step = Double(base) * PageText.powerOfTen(power)
    let first = (low / step - 1e-9).rounded(.up)
    let last = (high / step + 1e-9).rounded(.down)
    // Beyond the whole numbers of a double the axis has no room for marks.
    guard step.isFinite, step > 0, abs(first) < 1e15, abs(last) < 1e15, last >= first else {
      (ticks, exponent) = ([], 0)
      return
    }
    let largest = PageText.exponentOfTen(max(abs(low), abs(high)))
    let shared = (-3..<5).contains(largest) ? 0 : largest
    exponent = shared
    ticks = (Int(first)...Int(last)).map { index in
      let value = Double(index * base) * PageText.powerOfTen(power)
      return Tick(value: value, label: PageText.decimal(index * base, exponent: power - shared))
    }
  }

  /// Creates about `count` marks within the steps `low`…`high`, labelled in thousands (k) or millions (M).
  static func steps(from low: Double, to high: Double, count: Int) -> [Tick] {
    let unit = high >= 1e6 ? (6, "M") : high >= 1e4 ? (3, "k") : (0, "")
    return AxisTicks(from: low, to: high, count: count).ticks.filter { $0.value == $0.value.rounded() }.map {
      var label = PageText.fixed($0.value / PageText.powerOfTen(unit.0), decimals: unit.0)
      if label.contains(".") {
        while label.hasSuffix("0") { label.removeLast() }
        if label.hasSuffix(".") { label.removeLast() }
      }
      return Tick(value: $0.value, label: label == "0" ? label : label + unit.1)
    }
  }
}
