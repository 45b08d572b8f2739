public import EpisodeStore

extension CurationReport {
  /// The columns that checks write, of all checks, asked for or not.
  public static var columnNames: [String] {
    CheckCatalog.all.filter { $0.scope == .episode }.map(\.column) + ["defects", "risks"]
  }

  /// What goes into the catalog: a column of scores for each check of episodes, the columns `defects` and `risks` that
  /// count findings, the column `dropped` where there is none yet, and the tables `findings` and `checks`.
  ///
  /// Columns and tables of an earlier check go.
  public var annotation: CatalogAnnotation {
    var columns = outcomes.filter { $0.check.scope == .episode }.map { outcome in
      CatalogAnnotation.Column(outcome.check.column, "DOUBLE") { episode in
        let score = outcome.scores[episode]
        return score.isNaN ? .null : score.isFinite ? .real(score) : .text("\(score)")
      }
    }
    for (name, checkClass) in [("defects", CheckClass.defect), ("risks", .risk)] {
      var counts: [Int: Int] = [:]
      for finding in findings where finding.checkClass == checkClass {
        if let episode = finding.episode { counts[episode, default: 0] += 1 }
      }
      columns.append(
        CatalogAnnotation.Column(name, "INTEGER", episodes.map { .integer(counts[$0.ordinal] ?? 0) }))
    }
    return CatalogAnnotation(
      columns: columns, tables: [findingTable, checkTable], removed: Self.columnNames,
      ensured: ["dropped"])
  }

  private var findingTable: CatalogAnnotation.Table {
    CatalogAnnotation.Table(
      "findings",
      [
        ("finding", "INTEGER PRIMARY KEY"), ("check", "TEXT NOT NULL"), ("class", "TEXT NOT NULL"),
        ("episode", "INTEGER"), ("first_step", "INTEGER"), ("last_step", "INTEGER"), ("value", "DOUBLE"),
        ("threshold", "DOUBLE"), ("view", "TEXT"), ("message", "TEXT NOT NULL"),
      ], rowCount: findings.count
    ) { [findings] number in
      let finding = findings[number]
      return [
        .integer(number), .text(finding.check), .text(finding.checkClass.rawValue),
        finding.episode.map { .integer($0) } ?? .null, finding.steps.map { .integer($0.lowerBound) } ?? .null,
        finding.steps.map { .integer($0.upperBound) } ?? .null, .real(finding.value), .real(finding.threshold),
        finding.view.map { .text($0) } ?? .null, .text(finding.message),
      ]
    }
  }

  private var checkTable: CatalogAnnotation.Table {
    CatalogAnnotation.Table(
      "checks",
      [
        ("id", "TEXT PRIMARY KEY"), ("class", "TEXT NOT NULL"), ("scope", "TEXT NOT NULL"), ("threshold", "DOUBLE"),
        ("assessed", "INTEGER"), ("findings", "INTEGER"), ("not_assessed", "TEXT"), ("length_correlation", "DOUBLE"),
      ], rowCount: outcomes.count
    ) { [outcomes] number in
      let outcome = outcomes[number]
      return [
        .text(outcome.check.id), .text(outcome.check.checkClass.rawValue), .text(outcome.check.scope.rawValue),
        .real(outcome.threshold), .integer(outcome.assessedCount), .integer(outcome.findingCount),
        outcome.notAssessed.isEmpty ? .null : .text(outcome.notAssessed.map(\.text).joined(separator: "; ")),
        outcome.lengthCorrelation.map { .real($0) } ?? .null,
      ]
    }
  }
}
