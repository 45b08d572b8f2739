import Testing

@testable import Curation

@Suite struct RobustTests {
  @Test func `median and deviation ignore a wild value`() throws {
    // Sorted 1 2 3 4 100: median 3; distances 2 1 0 1 97, of which the median is 1.
    let robust = try #require(Robust([100, 2, 4, 1, 3]))
    #expect(robust.median == 3 && robust.deviation == 1.4826)
    #expect(robust.score(6, floor: 0.1) == 3 / 1.4826)
    #expect(Robust([Double.nan]) == nil)
  }

  @Test func `equal values share their rank, and a monotone relation has a rank correlation of 1`() {
    #expect(ranks([10, 20, 20, 5]) == [2, 3.5, 3.5, 1])
    #expect(rankCorrelation([1, 2, 3, 4], [1, 8, 27, 64]) == 1)
    // Ranks 1 2 3 against 1 3 2: 1 − 6·(0 + 1 + 1) / (3·8) = 0.5.
    #expect(abs((rankCorrelation([1, 2, 3], [5, 9, 7]) ?? 0) - 0.5) < 1e-12)
    #expect(rankCorrelation([1, 1, 1], [1, 2, 3]) == nil)
  }

  @Test func `runs are first to last`() {
    #expect(
      runs([true, false, true, true]) == [0...0, 2...3] && runs([]) == [] && extent([false, true, false]) == 1...1)
  }

  @Test func `the last bin of a histogram includes the greatest value`() throws {
    let histogram = try #require(Histogram([0, 1, 1, 4, .nan], bins: 4))
    #expect(histogram.counts == [1, 2, 0, 1] && histogram.low == 0 && histogram.high == 4)
  }

  @Test(arguments: [
    ("default", true), ("Task 12", true), ("ab", true), ("7", true), ("open the drawer", false), ("push", false),
    ("打开抽屉", false),
  ])
  func `placeholders are told from instructions`(_ text: String, _ expected: Bool) {
    #expect(isPlaceholder(text) == expected)
  }
}
