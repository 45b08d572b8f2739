import Actions
import Testing
import VLA

@testable import Training

@Suite struct EvaluationTests {
  /// Two dimensions of one dataset over four bins whose centres are −1, −½, ½, 1.
  private func report() -> EvaluationReport {
    var report = EvaluationReport(datasets: ["a"], dimensions: 2, centers: [-1, -0.5, 0.5, 1])
    report.figures[0].count = 4
    report.figures[0].right = 2
    report.figures[0].loss = 6
    report.figures[0].greedyDistance = 1
    report.figures[0].expectedDistance = 2
    report.figures[0].bins = [1, 2, 0, 1]
    report.figures[1].count = 4
    report.figures[1].right = 4
    report.figures[1].bins = [0, 0, 4, 0]
    return report
  }

  @Test func `the best constants are the most frequent bin, the median and the entropy`() throws {
    let summary = try #require(report().summary([0]))
    #expect(summary.loss == 1.5 && summary.accuracy == 0.5 && summary.greedyL1 == 0.25 && summary.expectedL1 == 0.5)
    #expect(summary.frequentAccuracy == 0.5)  // 2 of 4.
    // The median is −½: (½ + 0 + 0 + 1½) / 4.
    #expect(summary.constantL1 == 0.5)
    // ½ ln 2 + 2 · ¼ ln 4 = 1½ ln 2.
    #expect(abs(summary.entropy - 1.5 * 0.693_147_180_559_945_3) < 1e-12)
  }

  @Test func `a dimension that is always the same does not move, and counts in the whole only`() throws {
    let report = report()
    #expect(report.movingDimensions == [0])
    #expect(report.moving == report.summary([0]))
    let total = try #require(report.total)
    #expect(total.count == 8 && total.accuracy == 0.75 && total.constantL1 == 0.25)
    #expect(report.summary([]) == nil)
  }

  @Test func `tokens are counted by dataset and dimension, and sums of ranks add up`() throws {
    let tokens = try ActionTokenizer(binCount: 256, vocabularySize: 1000)
    // Two samples of two dimensions and an end; the second one's first answer is a bin off, its second no action.
    let end: Int64 = 2
    let labels: [[Int64]] = [[1, 999, 900, end], [1, 950, 999, end]]
    let rows = SupervisedRows(labels, patches: 3)
    #expect(rows.rows == [3, 4, 5, 10, 11, 12] && rows.samples == [0, 0, 0, 1, 1, 1])
    var tally = ActionTally(datasets: 2, dimensions: 2)
    tally.add(rows, predictions: [999, 900, end, 949, 5, end], datasets: [0, 1], tokens)
    #expect(tally.total(0) == .init(count: 2, right: 2, distance: 0))
    #expect(tally[1, 0].count == 1 && tally[1, 0].right == 0)
    #expect(abs(tally[1, 0].distance - 2.0 / 255) < 1e-12)
    // The id 5 counts as the highest bin, 999 is the lowest: 2 · 254 / 255.
    #expect(abs(tally[1, 1].distance - 508.0 / 255) < 1e-12)
    var other = ActionTally(datasets: 2, dimensions: 2)
    other.values = zip(tally.values, tally.values).map { $0 + $1 }
    #expect(other.total().count == 8 && other.total(dimension: 1).count == 4)
    #expect(other.total().accuracy == tally.total().accuracy)
  }
}
