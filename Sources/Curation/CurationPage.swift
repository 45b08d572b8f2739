internal import ByteIO
internal import EpisodeStore
internal import JSON

/// A report as one page that opens without a network: what was found, the frames that show it, and every episode.
///
/// The same report of the same store gives the same bytes.
public struct CurationPage {
  let report: CurationReport
  private let store: StoreContents
  private let places: [Int: Int]
  private let articles: CurationArticles

  /// Prepares the page of `report`, whose frames are read from its store.
  ///
  /// - Throws: as ``StoreCheck``.
  public init(_ report: CurationReport) throws {
    self.report = report
    let store = try StoreContents(report.store)
    self.store = store
    places = Dictionary(
      store.places.enumerated().map { ($1.ordinal, $0) }, uniquingKeysWith: { first, _ in first })
    articles = CurationArticles(report)
  }

  /// Writes the page to `path`, in one step.
  public func write(to path: String) throws { try AtomicFile.write(Array(html().utf8), to: path) }

  /// The page.
  ///
  /// - Complexity: O(episodes), and the frames of at most 160 findings.
  public func html() throws -> String {
    let title = Self.escaped(report.index.dataset)
    var sections = "<section id=overview>\(overview)</section>"
    sections += "<section id=checks><h2>Checks</h2>\(checkTable)\(checkCards)</section>"
    sections += "<section id=findings><h2>Findings and their frames</h2>\(try findingArticles())</section>"
    sections += "<section id=episodes><h2>Episodes</h2>\(Self.episodeTable)</section>"
    sections += "<section id=data><h2>Data</h2>\(dataSection)</section>"
    return """
      <!doctype html>
      <html lang=en><head><meta charset=utf-8><meta name=viewport content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; \
      script-src 'unsafe-inline'">
      <meta name=color-scheme content="light dark"><title>\(title): curation</title>
      <style>
      \(CurationStyle.sheet)
      </style></head><body>
      <header><p class=kind>Dataset report</p><h1>\(title)</h1>
      <nav aria-label=Sections><a href="#checks">Checks</a><a href="#findings">Findings</a><a href="#episodes">Episodes</a>\
      <a href="#data">Data</a></nav></header>
      <main>
      \(sections)
      </main>
      <script type="application/json" id=report-data>\(Self.script(tableData))</script>
      <script>
      \(CurationScript.text)
      </script></body></html>

      """
  }

  // MARK: - Overview

  private var overview: String {
    let counts = CheckClass.allCases.map { checkClass in
      "<div class=\"tile \(checkClass.rawValue)\"><b>\(report.findingCount(checkClass))</b> \(checkClass.rawValue)</div>"
    }.joined()
    let index = report.index
    let assessed = report.outcomes.count { $0.assessedCount > 0 }
    let facts: [(String, String)] = [
      ("Episodes", "\(report.episodes.count)"), ("Steps", "\(report.stepCount)"),
      ("Splits", index.splits.map { "\($0.name) \($0.episodeCount)" }.joined(separator: ", ")),
      ("Views", index.views.isEmpty ? "none" : index.views.map(\.name).joined(separator: ", ")),
      ("Frames", report.includesImages ? "looked at" : "not looked at"),
      ("Checks", "\(assessed) of \(report.outcomes.count) could be assessed"),
      ("Source", "\(index.source.name) \(index.source.version)"),
      ("Licence", index.source.licence ?? "not known"), ("Citation", index.source.citation ?? "none given"),
      ("Manifest", index.manifestDigest), ("Success", index.successRule),
    ]
    let rows = facts.map { "<tr><th scope=row>\($0)</th><td>\(Self.escaped($1))</td></tr>" }.joined()
    return "<div class=tiles>\(counts)</div><table class=facts>\(rows)</table>"
  }

  // MARK: - Checks

  private var checkTable: String {
    let heads = ["Check", "Class", "Findings", "Assessed", "Threshold", "Rank correlation with length", "Not assessed"]
    let rows = report.outcomes.map { outcome -> String in
      let check = outcome.check
      let why = outcome.notAssessed.map { reason in
        (reason.episodeCount > 0 ? "\(reason.episodeCount): " : "") + reason.text
      }
      return "<tr class=\(outcome.findingCount > 0 ? check.checkClass.rawValue : "clean")>"
        + "<td><a href=\"#check-\(check.id)\">\(check.id)</a></td><td>\(check.checkClass.rawValue)</td>"
        + "<td class=n>\(outcome.findingCount)</td><td class=n>\(outcome.assessedCount)</td>"
        + "<td class=n>\(Self.number(outcome.threshold)) \(Self.escaped(check.threshold.unit))</td>"
        + "<td class=n>\(outcome.lengthCorrelation.map(Self.number) ?? "")</td>"
        + "<td>\(Self.escaped(why.joined(separator: "; ")))</td></tr>"
    }
    return
      "<div class=scroll tabindex=0><table><thead><tr>\(heads.map { "<th>\($0)</th>" }.joined())</tr></thead><tbody>"
      + rows.joined(separator: "\n") + "</tbody></table></div>"
  }

  private var checkCards: String {
    report.outcomes.map { outcome in
      let check = outcome.check
      let isShown = outcome.findingCount > 0
      var text = "<details class=card id=\"check-\(check.id)\"\(isShown ? " open" : "")>"
      text +=
        "<summary><b>\(check.id)</b> <span class=\(check.checkClass.rawValue)>\(check.checkClass.rawValue)</span> "
      text += "\(outcome.findingCount) findings</summary>"
      text += "<p>\(Self.escaped(check.meaning))</p><p class=soft>\(Self.escaped(check.mechanism))</p>"
      text += "<p class=soft>Threshold \(check.threshold.side.rawValue) \(Self.number(outcome.threshold)) "
      text += "\(Self.escaped(check.threshold.unit)); \(Self.escaped(check.threshold.source)).</p>"
      if let histogram = outcome.histogram {
        text +=
          HistogramDrawing(
            "\(check.id), \(check.threshold.unit)", histogram.counts, low: histogram.low, high: histogram.high,
            marks: [("threshold", outcome.threshold)]
          ).svg
      }
      let own = articles.rows(of: check.id)
      if !own.isEmpty {
        text +=
          "<ul>"
          + own.map { row in
            "<li><a href=\"#f\(row)\">\(Self.escaped(report.findings[row].message))</a>"
              + (report.findings[row].episode.map { " <span class=soft>episode \($0)</span>" } ?? "") + "</li>"
          }.joined() + "</ul>"
      }
      if outcome.findingCount > own.count {
        text += "<p class=soft>\(outcome.findingCount - own.count) more are in the table of episodes.</p>"
      }
      return text + "</details>"
    }.joined(separator: "\n")
  }

  // MARK: - Findings

  private func findingArticles() throws -> String {
    guard !articles.rows.isEmpty else { return "<p>Nothing was found.</p>" }
    return try articles.rows.map { row in
      let finding = report.findings[row]
      var text = "<article id=\"f\(row)\" tabindex=-1><h3><span class=\(finding.checkClass.rawValue)>"
      text += "\(finding.checkClass.rawValue)</span> <a href=\"#check-\(finding.check)\">\(finding.check)</a>"
      if let episode = finding.episode { text += " · episode \(episode)" }
      if let steps = finding.steps { text += " · steps \(steps.lowerBound) to \(steps.upperBound)" }
      text += "</h3><p>\(Self.escaped(finding.message))</p>"
      if let episode = finding.episode, let number = places[episode] {
        let place = store.places[number]
        if let strip = try FilmStrip(store, place, steps: finding.steps, view: finding.view) {
          text += "<p class=soft>view \(Self.escaped(strip.view))</p>\(strip.html)"
        }
        text +=
          TraceDrawing("action", try store.actions(place), columns: store.actionWidth, flagged: finding.steps).svg
        if store.stateWidth > 0 {
          text +=
            TraceDrawing("state", try store.states(place), columns: store.stateWidth, flagged: finding.steps).svg
        }
      }
      return text + "</article>"
    }.joined(separator: "\n")
  }

  // MARK: - Episodes

  private static let episodeTable = """
    <div class=controls>
    <label>Find <input id=find type=search placeholder="instruction or number"></label>
    <label>Check <select id=only><option value="">all episodes</option></select></label>
    <label>Score <select id=score></select></label>
    <output id=shown aria-live=polite></output></div>
    <div id=grid role=table aria-label=Episodes tabindex=0><div id=head role=row></div>
    <div id=rows role=rowgroup><div id=space></div></div></div>
    <div id=detail aria-live=polite></div>
    """

  // MARK: - Data

  private var dataSection: String {
    var text = "<h3>Length of episodes</h3>"
    let lengths = report.episodes.map { Double($0.length) }
    if let histogram = Histogram(lengths) {
      text += HistogramDrawing("steps", histogram.counts, low: histogram.low, high: histogram.high).svg
    }
    let most = report.instructions.enumerated().sorted {
      ($1.element.episodeCount, $0.offset) < ($0.element.episodeCount, $1.offset)
    }
    text += "<h3>\(report.instructions.count) instructions</h3><div class=scroll tabindex=0><table><thead><tr>"
    text += "<th>Instruction</th><th>Episodes</th></tr></thead><tbody>"
    for (_, instruction) in most.prefix(Self.instructionLimit) {
      text +=
        "<tr><td>\(Self.escaped(instruction.text))</td><td class=n>\(instruction.episodeCount)</td></tr>"
    }
    text += "</tbody></table></div>"
    if most.count > Self.instructionLimit {
      text += "<p class=soft>\(most.count - Self.instructionLimit) rarer ones are left out here.</p>"
    }
    text += "<h3>Actions over the 256 bins</h3><p class=soft>As q01 and q99 normalise them; the first and the last bin "
    text += "also hold what lies beyond.</p>"
    for (dimension, histogram) in report.actionHistograms.enumerated() {
      text += "<figure><figcaption>Dimension \(dimension): q01 \(Self.number(histogram.q01)), q99 "
      text +=
        "\(Self.number(histogram.q99)), least \(Self.number(histogram.min)), greatest \(Self.number(histogram.max))"
      text += histogram.isNormalized ? "</figcaption>" : "; kept as it is</figcaption>"
      text +=
        HistogramDrawing(
          "dimension \(dimension)", histogram.counts, low: -1, high: 1,
          marks: histogram.isNormalized ? [("q01", -1), ("q99", 1)] : []
        ).svg + "</figure>"
    }
    return text
  }

  private static let instructionLimit = 500

  /// What the script shows: columns by episode, and findings.
  private var tableData: JSONValue {
    CurationTable(report, shown: Set(articles.rows)).json
  }

  // MARK: - Text

  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\u{0}"..<"\u{20}", "\u{7F}"..<"\u{A0}": result += " "
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// JSON that ends no script.
  private static func script(_ value: JSONValue) -> String {
    var text = ""
    for character in value.serialized().unicodeScalars {
      if character == "<" { text += "\\u003c" } else { text.unicodeScalars.append(character) }
    }
    return text
  }

  /// `value` with about four digits.
  static func number(_ value: Double) -> String {
    guard value.isFinite else { return "\(value)" }
    let size = abs(value)
    if size >= 1e6 || (size < 1e-3 && size > 0) { return "\(Float(value))" }
    let places = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 4
    var text = formatDecimal(value, places: places)
    if text.contains(".") {
      while text.hasSuffix("0") { text.removeLast() }
      if text.hasSuffix(".") { text.removeLast() }
    }
    return text
  }
}
