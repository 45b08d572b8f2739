internal import EpisodeStore
internal import JSON

/// A report's episodes as columns of numbers, for the script of the page.
struct CurationTable {
  let json: JSONValue

  /// The most findings, and the most scores, that the page holds.
  private static let findingLimit = 20_000
  private static let scoreLimit = 2_000_000

  /// `shown` are the findings that have frames on the page.
  init(_ report: CurationReport, shown: Set<Int>) {
    let splits = report.index.splits.map(\.name)
    let splitNumbers = Dictionary(splits.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    let checks = report.outcomes.map(\.check.id)
    let checkNumbers = Dictionary(checks.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    var scored = report.outcomes.filter { $0.scores.contains { !$0.isNaN } }
    if scored.count * report.episodes.count > Self.scoreLimit {
      let room = Self.scoreLimit / max(report.episodes.count, 1)
      scored = Array((scored.filter { $0.findingCount > 0 } + scored.filter { $0.findingCount == 0 }).prefix(room))
    }
    let findings = report.findings.enumerated().filter { $0.element.episode != nil }.prefix(Self.findingLimit)
    json = [
      "splits": .array(splits.map { .string($0) }), "checks": .array(checks.map { .string($0) }),
      "classes": .array(report.outcomes.map { .string($0.check.checkClass.rawValue) }),
      "texts": .array(report.instructions.map { .string($0.text) }),
      "ordinal": .array(report.episodes.map { JSONValue($0.ordinal) }),
      "split": .array(report.episodes.map { JSONValue(splitNumbers[$0.split] ?? 0) }),
      "length": .array(report.episodes.map { JSONValue($0.length) }),
      "text": .array(report.episodes.map { JSONValue($0.instruction ?? -1) }),
      "success": .array(report.episodes.map { JSONValue($0.success.map { $0 ? 1 : 0 } ?? -1) }),
      "scores": .array(
        scored.map { outcome in
          [
            "check": .string(outcome.check.id), "threshold": Self.value(outcome.threshold),
            "values": .array(outcome.scores.map(Self.value)),
          ]
        }),
      "findings": .array(
        findings.map { row, finding in
          [
            JSONValue(checkNumbers[finding.check] ?? 0), JSONValue(finding.episode ?? -1),
            JSONValue(finding.steps?.lowerBound ?? -1), JSONValue(finding.steps?.upperBound ?? -1),
            .string(finding.message), JSONValue(shown.contains(row) ? row : -1),
          ]
        }),
    ]
  }

  /// A number short enough to show; null for infinities and where there is none.
  private static func value(_ value: Double) -> JSONValue {
    value.isFinite ? .real(Double("\(Float(value))") ?? value) : .null
  }
}
