public import ByteIO
internal import FoundationEssentials
internal import ImageCodec

/// The page that a training run leaves, `run.html`: one file that needs no network and no script to be read.
public struct RunPage: Sendable {
  /// What the page shows.
  public var content: Content

  /// Creates the page of `content`.
  public init(_ content: Content) { self.content = content }

  /// Writes the page to `path`, in one step.
  public func write(to path: String) throws(FileError) {
    try AtomicFile.write(Array(html().utf8), to: path)
  }

  /// Returns the page's HTML, the same text for the same content.
  public func html() -> String {
    var parts: [(id: String, name: String, body: String)] = []
    func add(_ id: String, _ name: String, _ bodies: [String], in element: String) {
      guard !bodies.isEmpty else { return }
      parts.append((id, name, "<div class=\"\(element)\">\n\(bodies.joined(separator: "\n"))\n</div>"))
    }
    add(
      "curves", "Curves", content.charts.enumerated().map { ChartDrawing($1, id: "chart-\($0 + 1)").figure() },
      in: "charts")
    add("evaluation", "Evaluation", content.tables.map(Self.table), in: "tables")
    add("examples", "Examples", content.examples.map(Self.example), in: "examples")
    add("pictures", "Pictures", content.pictures.map(Self.picture), in: "pictures")
    add("notes", "Notes", content.notes.map { "<p>\(PageText.escaped($0))</p>" }, in: "notes")

    let title = PageText.escaped(content.title)
    let links = parts.map { "<a href=\"#\($0.id)\">\($0.name)</a>" }.joined(separator: "\n")
    let sections = parts.map { part in
      """
      <section id="\(part.id)" aria-labelledby="\(part.id)-title">
      <h2 id="\(part.id)-title">\(part.name)</h2>
      \(part.body)
      </section>
      """
    }
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="\(Self.policy)">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>\(title)</title>
      <style>
      \(PageStyle.sheet)
      </style>
      </head>
      <body>
      <header>
      <p class="kind">Training run</p>
      <h1>\(title)</h1>
      \(parts.count > 1 ? "<nav aria-label=\"Sections\">\n\(links)\n</nav>" : "")
      </header>
      <main>
      \(facts())
      \(sections.joined(separator: "\n"))
      </main>
      <script>
      \(PageScript.text)
      </script>
      </body>
      </html>

      """
  }

  /// Nothing may be loaded, so that a page that is passed on can do nothing but be read.
  private static let policy =
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"

  private func facts() -> String {
    guard !content.facts.isEmpty else { return "" }
    let rows = content.facts.map { fact in
      "<tr><th scope=\"row\">\(PageText.escaped(fact.name))</th><td>\(PageText.escaped(fact.value))</td></tr>"
    }
    return "<table class=\"facts\" aria-label=\"Facts\">\n\(rows.joined(separator: "\n"))\n</table>"
  }

  private static func table(_ table: Table) -> String {
    let isNumber = table.columns.indices.map { column in
      let cells = table.rows.compactMap { $0.indices.contains(column) ? $0[column] : nil }
      return cells.contains { PageText.isNumber($0) } && cells.allSatisfy { PageText.isNumber($0) || $0.count < 2 }
    }
    func mark(_ column: Int) -> String {
      isNumber.indices.contains(column) && isNumber[column] ? " class=\"number\"" : ""
    }
    let head = table.columns.enumerated().map { "<th scope=\"col\"\(mark($0))>\(PageText.escaped($1))</th>" }
    let rows = table.rows.map { row in
      "<tr>" + row.enumerated().map { "<td\(mark($0))>\(PageText.escaped($1))</td>" }.joined() + "</tr>"
    }
    let title = PageText.escaped(table.title)
    return """
      <div class="scroll" role="region" tabindex="0" aria-label="\(title)">
      <table>
      <caption>\(title)</caption>
      <thead><tr>\(head.joined())</tr></thead>
      <tbody>
      \(rows.joined(separator: "\n"))
      </tbody>
      </table>
      </div>
      """
  }

  private static func example(_ example: Example) -> String {
    let rows = example.rows.map { row in
      let cells = [row.truth, row.predicted, row.predicted - row.truth].map {
        "<td class=\"number\">\(PageText.fixed($0, decimals: 3))</td>"
      }
      return "<tr><th scope=\"row\">\(PageText.escaped(row.dimension))</th>\(cells.joined())</tr>"
    }
    let heads = ["truth", "predicted", "error"].map { "<th scope=\"col\" class=\"number\">\($0)</th>" }
    let caption = PageText.escaped(example.caption)
    let table =
      rows.isEmpty
      ? ""
      : """
      <table>
      <thead><tr><th scope="col">dimension</th>\(heads.joined())</tr></thead>
      <tbody>
      \(rows.joined(separator: "\n"))
      </tbody>
      </table>
      """
    return """
      <article>
      <img src="\(source(example.image, example.format))" alt="\(caption)">
      <div>
      <p class="instruction">\(PageText.escaped(example.instruction))</p>
      \(table)
      <p class="caption">\(caption)</p>
      </div>
      </article>
      """
  }

  private static func picture(_ picture: Picture) -> String {
    let title = PageText.escaped(picture.title)
    return """
      <figure>
      <h3>\(title)</h3>
      <img src="\(source(picture.png, .png))" alt="\(title)">
      <figcaption>\(PageText.escaped(picture.caption))</figcaption>
      </figure>
      """
  }

  private static func source(_ bytes: [UInt8], _ format: ImageFormat) -> String {
    "data:image/\(format.rawValue);base64,\(Data(bytes).base64EncodedString())"
  }
}
