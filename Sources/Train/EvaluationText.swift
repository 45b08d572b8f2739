import CommandLineStage
import JSON
import Training

/// An evaluation as a table for people.
struct EvaluationText {
  let text: String

  init(_ report: any RunEvaluation) {
    switch report {
    case let report as EvaluationReport:
      let heading = "\(report.sampleCount) samples, loss \(formatDecimal(report.loss, places: 4))"
      text = "\(heading)\n\(Self.table(EvaluationReport.columns, report.rows))"
    case let report as PreferenceReport:
      let heading = "KL to the reference \(formatDecimal(report.divergence, places: 4)) nats a token"
      text = "\(heading)\n\(Self.table(PreferenceReport.columns, report.rows))"
    default: text = report.json.serialized()
    }
  }

  private static func table(_ columns: [String], _ rows: [[String]]) -> String {
    var table = TextTable(columns.enumerated().map { ($1.lowercased(), $0 == 0 ? .left : .right) })
    for row in rows { table.append(row) }
    return table.text
  }
}
