import ArgumentParser
import ByteIO
import CommandLineStage
import Curation
import EpisodeStore
import JSON

struct QueryVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "query", abstract: "Ask a store's catalog in SQL.",
    discussion: """
      Tables: episodes (one row each; the columns of checks, `defects`, `risks`, `dropped`), findings, checks. Only one SELECT
      statement that reads these is allowed.
      """)

  @Argument(help: ArgumentHelp("An episode store.", valueName: "store"))
  var store: String

  @Argument(help: ArgumentHelp("A SELECT statement.", valueName: "sql"))
  var sql: String

  @OptionGroup var options: StageOptions

  func run() async throws {
    try await runVerb {
      _ = try StoreVerifier.index(store)
      let found = try CatalogQuery(store + "/" + StoreIndex.catalogName).rows(of: sql)
      options.report(
        [
          "columns": JSONValue(found.columns), "rows": .array(found.rows.map { .array($0.map(\.json)) }),
        ], text: text(found.columns, found.rows))
    }
  }

  private func text(_ columns: [String], _ rows: [[CatalogAnnotation.Value]]) -> String {
    var table = TextTable(
      columns.indices.map { column in
        let isText = rows.contains { row in if case .text = row[column] { true } else { false } }
        return (columns[column], isText ? .left : .right)
      })
    for row in rows { table.append(row.map(\.shown)) }
    return table.text + "\n\(rows.count) rows"
  }
}

extension CatalogAnnotation.Value {
  fileprivate var json: JSONValue {
    switch self {
    case .null: .null
    case .integer(let value): JSONValue(value)
    case .real(let value): value.isFinite ? .real(value) : .null
    case .text(let value): .string(value)
    }
  }

  fileprivate var shown: String {
    switch self {
    case .null: ""
    case .integer(let value): "\(value)"
    case .real(let value): formatDecimal(value, places: 4)
    case .text(let value): String(value.map { $0.isNewline ? " " : $0 })
    }
  }
}
