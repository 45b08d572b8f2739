import Testing

@testable import RunLog

@Suite struct CurveTests {
  private func curve(_ values: [Double]) -> Curve {
    Curve(values.enumerated().map { .init(step: $0, value: $1) })
  }

  @Test func `thinning keeps the least, the greatest and the first gap of each part`() {
    // 10 points to 6: two parts of 5.
    let thinned = curve([5, 1, 9, 3, 3, .nan, .nan, 2, 2, 4]).thinned(to: 6)
    #expect(thinned.points.map(\.step) == [1, 2, 5, 7, 9])
    #expect(curve([1, 2, 3]).thinned(to: 3) == curve([1, 2, 3]))
    #expect(curve([2, 2, 2, 2]).thinned(to: 3).points.map(\.step) == [0])
  }

  @Test func `thinning keeps within its limit whatever the length`() {
    for count in [750, 751, 999, 1000, 100_003] {
      let values = (0..<count).map { $0 % 11 == 3 ? Double.nan : Double(($0 * 7919) % 1009) }
      let thinned = curve(values).thinned(to: 750)
      #expect(thinned.points.count <= 750)
      #expect(thinned.points.map(\.step) == thinned.points.map(\.step).sorted())
      #expect(thinned.finite.map(\.value).max() == values.filter(\.isFinite).max())
      #expect(thinned.finite.map(\.value).min() == values.filter(\.isFinite).min())
    }
  }

  @Test func `smoothing takes the mean of five and leaves gaps`() {
    // Reach 2: (0+5+10)/3 = 5, (0+5+10)/3 = 5 without the gap, (0+5+10+20)/4 = 8.75, gap, (10+20)/2 = 15.
    let smoothed = curve([0, 5, 10, .nan, 20]).smoothed().points.map(\.value)
    #expect(smoothed[..<3] == [5, 5, 8.75])
    #expect(smoothed[3].isNaN)
    #expect(smoothed[4] == 15)
  }

  @Test func `points are put into the order of their steps`() {
    let points = [3, 1, 2, 1].enumerated().map { RunPage.Point(step: $1, value: Double($0)) }
    #expect(Curve(points).points.map(\.value) == [1, 3, 2, 0])
  }

  @Test func `marks are multiples of one, two and five`() {
    #expect(AxisTicks(from: 0, to: 1, count: 5).ticks.map(\.label) == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"])
    #expect(AxisTicks(from: -7, to: 12, count: 4).ticks.map(\.label) == ["−5", "0", "5", "10"])
    #expect(AxisTicks(from: 90, to: 1010, count: 2).ticks.map(\.label) == ["500", "1000"])
  }

  @Test func `very small and very large marks share a power of ten`() {
    let small = AxisTicks(from: 0, to: 3e-5, count: 3)
    #expect(small.ticks.map(\.label) == ["0", "1", "2", "3"])
    #expect(small.exponent == -5)
    #expect(PageText.power(small.exponent) == "×10⁻⁵")
    #expect(AxisTicks(from: 1e9, to: 2e9, count: 2).exponent == 9)
  }

  @Test func `steps are marked in thousands and millions`() {
    #expect(AxisTicks.steps(from: 0, to: 60_000, count: 3).map(\.label) == ["0", "20k", "40k", "60k"])
    #expect(AxisTicks.steps(from: 0, to: 2_000_000, count: 4).map(\.label) == ["0", "0.5M", "1M", "1.5M", "2M"])
    #expect(AxisTicks.steps(from: 0, to: 2, count: 6).map(\.label) == ["0", "1", "2"])
  }

  @Test func `numbers are spelled the same everywhere`() {
    #expect(PageText.fixed(-0.0004, decimals: 3) == "0.000")
    #expect(PageText.fixed(-1.2345, decimals: 2) == "−1.23")
    #expect(PageText.fixed(.nan, decimals: 3) == "NaN")
    #expect(PageText.fixed(-.infinity, decimals: 3) == "−∞")
    #expect(
      [0, 1234.4, 0.012345, 2.5e-5, 1.5e7].map(PageText.brief) == ["0", "1234", "0.01235", "2.50×10⁻⁵", "1.50×10⁷"])
    #expect(
      [7, 1234, 1_234_567, -1000].map(PageText.grouped) == [
        "7", "1\u{202F}234", "1\u{202F}234\u{202F}567", "−1\u{202F}000",
      ])
    #expect(
      PageText.isNumber("1.5e-4") && PageText.isNumber("12 %") && !PageText.isNumber("step 3")
        && !PageText.isNumber("–"))
  }
}
