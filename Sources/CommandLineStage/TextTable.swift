/// Rows of text in aligned columns, for people.
public struct TextTable: Sendable {
  /// Where the cells of a column stand.
  public enum Alignment: Sendable { case left, right }

  private let alignments: [Alignment]
  private var rows: [[String]]

  /// Begins a table with the given headings.
  public init(_ headings: [(String, Alignment)]) {
    alignments = headings.map(\.1)
    rows = [headings.map(\.0)]
  }

  /// Adds a row.
  public mutating func append(_ row: [String]) { rows.append(row) }

  /// The table, one line a row, two spaces between columns.
  public var text: String {
    let widths = alignments.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        line += alignments[column] == .left ? cell + padding : padding + cell
        if column < row.count - 1 { line += "  " }
      }
      while line.last == " " { line.removeLast() }
      return line
    }.joined(separator: "\n")
  }
}
