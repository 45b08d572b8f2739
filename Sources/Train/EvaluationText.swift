import CommandLineStage
import Training

/// An evaluation as a table for people.
struct EvaluationText {
  private let report: EvaluationReport

  init(_ report: EvaluationReport) { self.report = report }

  var text: String {
    var table = TextTable([
      ("dataset", .left), ("dimension", .left), ("tokens", .right), ("loss", .right), ("entropy", .right),
      ("accuracy", .right), ("most frequent", .right), ("L1", .right), ("expected", .right), ("constant", .right),
    ])
    func append(_ name: String, _ dimension: String, _ summary: EvaluationReport.Summary?) {
      guard let summary else { return }
      func number(_ value: Double) -> String { formatDecimal(value, places: 4) }
      func percent(_ value: Double) -> String { formatDecimal(100 * value, places: 1) + " %" }
      table.append([
        name, dimension, "\(summary.count)", number(summary.loss), number(summary.entropy), percent(summary.accuracy),
        percent(summary.frequentAccuracy), number(summary.greedyL1), number(summary.expectedL1),
        number(summary.constantL1),
      ])
    }
    for (index, name) in report.datasets.enumerated() {
      let places = (0..<report.dimensionCount).map { index * report.dimensionCount + $0 }
      for (dimension, place) in places.enumerated() { append(name, "\(dimension)", report.summary([place])) }
      append(name, "all", report.summary(places))
    }
    append("all", "all", report.total)
    append("all", "moving", report.moving)
    return "\(report.sampleCount) samples, loss \(formatDecimal(report.loss, places: 4))\n\(table.text)"
  }
}
