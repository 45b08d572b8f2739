internal import ByteIO
internal import JSON
public import Preferences

/// People's votes in a file: CSV with a line of headings, or JSON lines.
///
/// Columns `id_a`, `id_b`, `label` (a, b, tie, skip), and where present `annotator`; further ones are not looked at.
public enum VoteFile {
  /// Reads the votes at `path`, at most 1 GiB.
  ///
  /// - Throws: `PairBuildError` with the line, `FileError`.
  public static func votes(_ path: String) throws -> [Vote] {
    guard Directory.entry(path) == .file else {
      throw PairBuildError(.inputMissing, "\(path): there is no such file of votes")
    }
    guard let text = String(validating: try readFile(path), as: UTF8.self) else {
      throw PairBuildError("\(path): the file is not UTF-8; save it as such")
    }
    let isLines = text.first { !$0.isWhitespace } == "{"
    let votes = isLines ? try jsonLines(text, path) : try table(text, path)
    guard !votes.isEmpty else { throw PairBuildError("\(path): the file has no votes") }
    return votes
  }

  private static func jsonLines(_ text: String, _ path: String) throws -> [Vote] {
    var votes: [Vote] = []
    for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      if line.allSatisfy(\.isWhitespace) { continue }
      let place = "\(path):\(number + 1)"
      let node = JSONNode(try JSONValue(parsing: Array(line.utf8), file: place), file: place)
      func text(_ name: String) throws -> String {
        let member = try node.member(name)
        if let number = member.value.integer, member.value.text == nil { return String(number) }
        return try member.string()
      }
      votes.append(
        try vote(
          text("id_a"), text("id_b"), text("label"),
          node.optional("annotator").map { $0.value.text ?? $0.value.serialized() }, place))
    }
    return votes
  }

  private static func table(_ text: String, _ path: String) throws -> [Vote] {
    var rows = CSVRows(text)
    guard let (_, headings) = try rows.next(path) else { throw PairBuildError("\(path): the file is empty") }
    var columns: [String: Int] = [:]
    for (column, heading) in headings.enumerated() { columns[heading.trimmed.lowercased()] = column }
    guard let a = columns["id_a"], let b = columns["id_b"], let label = columns["label"] else {
      throw PairBuildError("\(path):1: the headings \(headings.joined(separator: ",")) lack one of id_a, id_b, label")
    }
    var votes: [Vote] = []
    while let (line, cells) = try rows.next(path) {
      guard cells.count == headings.count else {
        throw PairBuildError("\(path):\(line): \(cells.count) cells under \(headings.count) headings")
      }
      votes.append(
        try vote(
          cells[a].trimmed, cells[b].trimmed, cells[label].trimmed, columns["annotator"].map { cells[$0].trimmed },
          "\(path):\(line)"))
    }
    return votes
  }

  private static func vote(
    _ a: String, _ b: String, _ label: String, _ annotator: String?, _ place: String
  ) throws -> Vote {
    guard let label = Vote.Label(rawValue: label) else {
      throw PairBuildError("\(place): the label `\(label.prefix(40))`; a label is a, b, tie or skip")
    }
    guard !a.isEmpty, !b.isEmpty else { throw PairBuildError("\(place): an episode has no id") }
    return Vote(a: a, b: b, label: label, annotator: annotator ?? "")
  }
}

/// The rows of a CSV text as RFC 4180 has it.
private struct CSVRows {
  private var rest: Substring
  private var line = 0

  init(_ text: String) { rest = text[...] }

  /// The next row that is not empty, with its line; nil at the end.
  mutating func next(_ path: String) throws -> (line: Int, cells: [String])? {
    while !rest.isEmpty {
      line += 1
      let start = line
      var cells: [String] = []
      var cell = ""
      var isQuoted = false
      var wasQuoted = false
      reading: while let character = rest.popFirst() {
        if isQuoted {
          if character == "\"" {
            if rest.first == "\"" { cell.append(rest.removeFirst()) } else { isQuoted = false }
          } else {
            if character.isNewline { line += 1 }
            cell.append(character)
          }
          continue
        }
        switch character {
        case "\"" where cell.isEmpty && !wasQuoted: (isQuoted, wasQuoted) = (true, true)
        case ",":
          cells.append(cell)
          (cell, wasQuoted) = ("", false)
        case _ where character.isNewline: break reading
        default: cell.append(character)
        }
      }
      guard !isQuoted else { throw PairBuildError("\(path):\(start): a quotation mark is not closed") }
      if cells.isEmpty, cell.isEmpty, !wasQuoted { continue }
      return (start, cells + [cell])
    }
    return nil
  }
}
