/// Which findings of a report are shown with their frames.
struct CurationArticles {
  /// The places of the findings in the report, ascending.
  let rows: [Int]
  private let byCheck: [String: [Int]]

  /// The most of one check, by its class, and of all.
  private static let limits: [CheckClass: Int] = [.defect: 8, .risk: 6, .info: 2]
  private static let total = 160

  init(_ report: CurationReport) {
    var byCheck: [String: [Int]] = [:]
    var rows: [Int] = []
    for checkClass in CheckClass.allCases {
      for (row, finding) in report.findings.enumerated() where finding.checkClass == checkClass {
        guard rows.count < Self.total, byCheck[finding.check, default: []].count < Self.limits[checkClass, default: 0]
        else { continue }
        byCheck[finding.check, default: []].append(row)
        rows.append(row)
      }
    }
    self.rows = rows.sorted()
    self.byCheck = byCheck
  }

  func rows(of check: String) -> [Int] { byCheck[check] ?? [] }
}
