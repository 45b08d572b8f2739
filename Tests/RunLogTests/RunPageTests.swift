import ByteIO
import FoundationEssentials
import ImageCodec
import TestSupport
import Testing

@testable import RunLog

@Suite struct RunPageTests {
  private static let hostile = "<script>alert(\"1\")</script> & 'x' \u{0}"
  private static let safe = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39; \u{FFFD}"

  private func chart(_ points: [RunPage.Point]) -> String {
    ChartDrawing(RunPage.Chart("loss", unit: "nats", series: [.init("train", points)]), id: "c").figure()
  }

  private func points(_ values: [Double]) -> [RunPage.Point] {
    values.enumerated().map { .init(step: $0, value: $1) }
  }

  @Test func `no text of the content becomes markup`() {
    let text = Self.hostile
    let content = RunPage.Content(
      title: text, facts: [.init(text, text)],
      charts: [.init(text, unit: text, series: [.init(text, points([1, 2])), .init(text, [])])],
      tables: [.init(text, columns: [text], rows: [[text], []])],
      examples: [
        .init(
          image: [1], format: .jpeg, caption: text, instruction: text,
          rows: [.init(text, truth: 1, predicted: .nan)])
      ],
      pictures: [.init(text, png: [1], caption: text)], notes: [text])
    let html = RunPage(content).html()
    #expect(!html.contains("alert(\""))
    #expect(!html.contains("\u{0}"))
    // Only the page's own script is one.
    #expect(html.components(separatedBy: "<script").count == 2)
    // Title twice; fact 2; chart: title, unit, <title>, <desc> 2, legend 2; table: label, caption, column, cell;
    // example: alt, caption, instruction, dimension; picture: alt, title, caption; note.
    #expect(html.components(separatedBy: Self.safe).count - 1 == 2 + 2 + 7 + 4 + 4 + 3 + 1)
  }

  @Test func `the page loads nothing from anywhere`() {
    let png = [UInt8](repeating: 7, count: 5)
    let html = RunPage(
      .init(title: "run", charts: [.init("loss", series: [])], pictures: [.init("p", png: png, caption: "")])
    ).html()
    for word in ["http:", "https:", "src=\"/", "url(", "@import", "<link"] { #expect(!html.contains(word)) }
    #expect(html.contains("default-src 'none'"))
    #expect(html.contains("src=\"data:image/png;base64,BwcHBwc=\""))
    #expect(html.contains("prefers-color-scheme: dark"))
  }

  @Test func `content that is not there leaves no section`() {
    let html = RunPage(.init(title: "run")).html()
    #expect(html.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">"))
    for word in ["<section", "<nav", "<table", "<svg"] { #expect(!html.contains(word)) }
  }

  @Test func `equal content gives equal bytes, written in one step`() throws {
    let directory = try TemporaryDirectory()
    let page = RunPage(.init(title: "run", charts: [.init("loss", series: [.init("a", points([3, 1, 2]))])]))
    try page.write(to: directory("run.html"))
    #expect(String(decoding: try readBytes(directory("run.html")), as: UTF8.self) == page.html())
    #expect(RunPage(page.content).html() == page.html())
    #expect(try Directory.names(directory.path) == ["run.html"])
    #expect(throws: FileError.self) { try page.write(to: directory("missing/run.html")) }
  }

  @Test func `a curve runs from corner to corner of its axes`() {
    // Values 0…10 with 5 % above and below: −0.5…10.5 over 220 units from 240 up to 20, so that 0 lies at
    // 240 − 0.5/11·220 = 230 and 10 at 240 − 10.5/11·220 = 30. Steps 0…2 over 532 from 56: 56, 322, 588.
    #expect(chart(points([0, 10, 0])).contains("d=\"M56 230L322 30L588 230\""))
  }

  @Test func `a gap breaks the curve and a point alone is a dot`() {
    let figure = chart(points([0, 10, .nan, 10, .infinity, 0, 0]))
    // Seven steps: 532/6 = 88.67 apart.
    #expect(figure.contains("d=\"M56 230L144.67 30M322 30h0M499.33 230L588 230\""))
    #expect(!figure.contains("nan") && !figure.contains("inf"))
  }

  @Test func `no values and gaps alone make an empty chart`() {
    for figure in [chart([]), chart(points([.nan, .infinity]))] {
      #expect(figure.contains("No values yet"))
      #expect(!figure.contains("<svg"))
    }
    #expect(ChartDrawing(.init("x", series: []), id: "c").figure().contains("No values yet"))
  }

  @Test func `a single point is drawn in the middle`() {
    #expect(chart([.init(step: 7, value: 3)]).contains("<circle class=\"c0\" cx=\"322\" cy=\"130\" r=\"3.5\"/>"))
  }

  @Test(arguments: [
    [0, 0], [-5, -5], [1e308, -1e308], [.leastNonzeroMagnitude, 0], [1e300, 1e300], [1, 1.0000000000000002],
    [1e-12, 3e-12],
  ])
  func `extreme values stay within the picture`(values: [Double]) throws {
    let figure = chart(points(values))
    let path = try #require(figure.split(separator: " d=\"").last?.prefix { $0 != "\"" })
    let numbers = path.split { "MLh ".contains($0) }.compactMap { Double($0) }
    #expect(numbers.count == 4)
    #expect(numbers.allSatisfy { $0 >= 20 && $0 <= 588 })
    #expect(!figure.contains("nan") && !figure.contains("inf\""))
  }

  @Test func `more than 200 rough points are drawn thin below their mean`() {
    #expect(!chart(points((0..<200).map { Double($0 % 2) })).contains("class=\"raw"))
    #expect(chart(points((0..<201).map { Double($0 % 2) })).contains("class=\"raw"))
  }

  @Test func `a schedule keeps its corners`() {
    // Up to 1 at step 100 and down again: 2 times the range.
    let up = (0..<100).map { Double($0) / 100 }
    let down = (0...300).map { Double(300 - $0) / 300 }
    let figure = chart(points(up + down))
    #expect(!figure.contains("class=\"raw"))
    // 1 of −0.05…1.05 lies at 240 − 1.05/1.1·220 = 30, step 100 at 56 + 532/4 = 189.
    #expect(figure.contains("L189 30L"))
  }

  @Test func `a long run stays a small page`() {
    let figure = chart((0..<100_000).map { .init(step: $0 * 10, value: Double($0 % 97)) })
    #expect(figure.utf8.count < 30_000)
    #expect(figure.filter { $0 == "L" || $0 == "M" }.count <= 1000 + 10)
  }

  @Test func `columns of numbers are aligned to the right`() {
    let table = RunPage.Table(
      "t", columns: ["name", "share", "odd"], rows: [["a", "12.5 %", "1"], ["b", "–", "x1 and more"]])
    let html = RunPage(.init(title: "run", tables: [table])).html()
    #expect(html.contains("<tr><td>a</td><td class=\"number\">12.5 %</td><td>1</td></tr>"))
  }
}
