internal import FoundationEssentials
internal import PairShards
internal import Preferences

/// The audit as one page that needs nothing else: styles, pictures and drawings are inside.
struct AuditPage {
  let html: String

  /// The most frames of a strip.
  private static let frameLimit = 8

  init(_ audit: PairAudit, examples: Int) throws {
    let index = audit.index
    var body = "<h1>\(Self.escaped(index.name))</h1>\n"
    body += "<p>\(index.pairCount) pairs of \(index.episodeCount) episodes; \(index.rolloutCount) rollouts from "
    body += "\(index.startCount) starts, \(index.bothCount) of them with both outcomes.</p>\n"
    if audit.warnings.isEmpty {
      body += "<p class=good>No warning.</p>\n"
    } else {
      body += "<ul class=bad>" + audit.warnings.map { "<li>\(Self.escaped($0))</li>" }.joined() + "</ul>\n"
    }
    let filters = index.filters.map { [$0.name, "\($0.count)"] }
    let third = (filters.count + 2) / 3
    body += Self.section(
      "What was left out",
      stride(from: 0, to: filters.count, by: max(third, 1)).map {
        Self.table(["filter", "count"], Array(filters[$0..<min($0 + third, filters.count)]))
      }.joined())
    body += Self.section(
      "Tasks",
      Self.table(
        ["task", "rollouts", "successes", "starts", "with both outcomes", "pairs"],
        index.tasks.map {
          [$0.name] + [$0.rolloutCount, $0.successCount, $0.startCount, $0.bothCount, $0.pairCount].map { "\($0)" }
        }))
    body += Self.section(
      "Splits and strategies",
      Self.table(["split", "pairs"], zip(index.splits, index.splitCounts).map { [$0, "\($1)"] })
        + Self.table(
          ["strategy", "pairs"],
          zip(index.strategies, index.strategyCounts).filter { $0.1 > 0 }.map { [$0, "\($1)"] }))
    body += Self.section(
      "Can something else than behaviour tell the label?",
      Self.table(
        ["property", "pairs that differ", "right", "share", "95 % interval", ""],
        audit.findings.map {
          [
            $0.name, "\($0.pairCount)", "\($0.correctCount)", PairAudit.short($0.accuracy.share),
            "\(PairAudit.short($0.accuracy.lower)) … \(PairAudit.short($0.accuracy.upper))",
            $0.isWarning ? "warning" : "",
          ]
        }))
    body += Self.section(
      "Distributions",
      ([audit.chosenReuse, audit.rejectedReuse, audit.margins, audit.lengths, audit.agreement] + audit.distances)
        .map(Self.bars).joined())
    body += Self.section(
      "How far the two sides' actions differ as distributions",
      Self.table(
        ["action", "½ Σ |p − q| over bins"],
        audit.divergences.enumerated().map { ["\($0)", PairAudit.short($1)] }))
    body += Self.section(
      "Where it comes from",
      Self.table(
        ["store", "episodes", "SHA-256 of store.json"],
        index.stores.map { [$0.dataset, "\($0.episodeCount)", $0.sha256] })
        + Self.table(
          ["statistics", "normalisation", "starts told by", "plan"],
          [[index.normalizationKey, index.normalization, index.startKind, index.planDigest]])
        + "<details><summary>manifest</summary><pre>\(Self.escaped(index.manifestText))</pre></details>\n")
    let chosen = Self.examples(index, count: examples)
    body += "<section id=examples><h2>\(chosen.count) examples</h2>\n"
    for position in chosen { body += try Self.example(audit, position) }
    body += "</section>\n"
    html = Self.document(Self.escaped(index.name), body)
  }

  /// Pairs drawn for the set's seed.
  private static func examples(_ index: PairIndex, count: Int) -> [Int] {
    (0..<index.pairCount).map { (KeyedOrder.number(["audit", String(index.seed), String($0)]), $0) }
      .sorted { $0 < $1 }.prefix(max(count, 0)).map(\.1).sorted()
  }

  // MARK: - Pairs

  private static func example(_ audit: PairAudit, _ position: Int) throws -> String {
    let pair = try audit.set.pair(position)
    let (a, b) = (try audit.set.episode(pair.chosen.episode), try audit.set.episode(pair.rejected.episode))
    let parting = try pair.anchor ?? Self.parting(pair, a, b)
    var text = "<article><h3>\(pair.name) · "
    text += "\(escaped(audit.index.tasks[pair.task].name)) · \(pair.strategy) · \(pair.split)</h3>\n"
    text += "<p>“\(escaped(a.instruction ?? ""))” · margin \(PairAudit.short(Double(pair.margin))) · "
    text += parting.map { "they part after step \($0)" } ?? "they never part"
    text += "</p>\n"
    if let view = audit.index.layout.views.first(where: { $0.name == "primary" }) ?? audit.index.layout.views.first {
      text += try strip("chosen", pair.chosen, a, view, parting)
      text += try strip("rejected", pair.rejected, b, view, parting)
    }
    return text + (try ActionTraces(pair, a, b, parting: parting, width: audit.index.layout.actionDimension).svg)
      + "</article>\n"
  }

  /// The first step at which both act differently; nil where they do not, or begin at different steps.
  private static func parting(_ pair: PairRow, _ a: PairEpisode, _ b: PairEpisode) throws -> Int? {
    guard pair.chosen.steps.lowerBound == pair.rejected.steps.lowerBound else { return nil }
    for step in pair.chosen.steps.clamped(to: pair.rejected.steps) {
      if try a.actionBins(step..<step + 1) != b.actionBins(step..<step + 1) { return step }
    }
    return nil
  }

  private static func strip(
    _ name: String, _ side: PairRow.Side, _ episode: PairEpisode, _ view: (name: String, form: PairLayout.Form),
    _ parting: Int?
  ) throws -> String {
    let count = min(side.steps.count, frameLimit)
    var text = "<div class='strip \(name)'><b>\(name)</b>"
    for number in 0..<count {
      let step =
        side.steps.lowerBound + (count > 1 ? number * (side.steps.count - 1) / (count - 1) : 0)
      let frame = try FrameFile(episode, view.name, step, view.form)
      let isBefore = parting.map { step <= $0 } ?? true
      text += "<figure\(isBefore ? "" : " class=after")><img alt='step \(step)' src='data:image/"
      text += "\(frame.suffix == "jpg" ? "jpeg" : "png");base64,\(Data(frame.bytes).base64EncodedString())'>"
      text += "<figcaption>\(step)</figcaption></figure>"
    }
    return text + "</div>\n"
  }

  // MARK: - Pieces

  static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;").replacing("'", with: "&#39;")
  }

  private static func section(_ title: String, _ content: String) -> String {
    "<section><h2>\(title)</h2>\n\(content)</section>\n"
  }

  private static func table(_ headings: [String], _ rows: [[String]]) -> String {
    func row(_ cells: [String], _ tag: String) -> String {
      "<tr>" + cells.map { "<\(tag)>\(escaped($0))</\(tag)>" }.joined() + "</tr>"
    }
    return "<table>" + row(headings, "th") + rows.map { row($0, "td") }.joined(separator: "\n") + "</table>\n"
  }

  /// A histogram as bars.
  private static func bars(_ histogram: PairAudit.Histogram) -> String {
    let most = max(histogram.counts.max() ?? 0, 1)
    var text = "<figure class=bars><figcaption>\(escaped(histogram.label))</figcaption>"
    for (name, count) in zip(histogram.names, histogram.counts) {
      text += "<div><span>\(escaped(name))</span><i style='width:\(100 * count / most)px'></i>\(count)</div>"
    }
    return text + "</figure>\n"
  }

  private static func document(_ title: String, _ body: String) -> String {
    """
    <!doctype html>
    <html lang=en><head><meta charset=utf-8><title>\(title): audit of preference pairs</title><style>
    body{font:15px/1.5 system-ui,sans-serif;max-width:1080px;margin:2rem auto;padding:0 1rem;color:#1c1f24}
    table{border-collapse:collapse;margin:.5rem 2rem 1rem 0;display:inline-table;vertical-align:top}
    td,th{padding:.1rem .7rem;border-bottom:1px solid #dde1e7;text-align:right}
    td:first-child,th:first-child{text-align:left}.good{color:#17663a}.bad{color:#a3261b}
    .strip{display:flex;gap:4px;align-items:center;margin:.3rem 0}.strip b{width:5rem}.chosen b{color:#17663a}
    .rejected b{color:#a3261b}.strip figure{margin:0;border:2px solid #dde1e7}.strip .after{border-color:#e0a500}
    .strip img{display:block;width:104px;image-rendering:auto}figcaption{font-size:12px;color:#5b6470}
    .bars{display:inline-block;vertical-align:top;margin:.5rem 2rem .5rem 0;font-size:12px}
    .bars span{display:inline-block;width:6rem}.bars i{display:inline-block;height:.7em;background:#4a78b5;margin:0 .3em}
    article{border-top:1px solid #dde1e7;padding:.6rem 0}h3{font-size:15px;margin:.2rem 0}svg{max-width:100%}
    </style></head><body>
    \(body)<script>
    addEventListener("load", () => { const all = [...document.images];
      document.body.dataset.frames = all.length;
      document.body.dataset.shown = all.filter(i => i.complete && i.naturalWidth > 0).length; });
    </script></body></html>

    """
  }
}
