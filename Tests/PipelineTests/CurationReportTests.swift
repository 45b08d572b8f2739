import ByteIO
import Foundation
import JSON
import TestSupport
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// `armature curate report` on the sample with faults put into it.
@Suite struct CurationReportTests {
  private static let faults = "nan-action,black-camera,frozen-camera,idle-padding,duplicate-episode,empty-instruction"

  /// A store with two episodes of each fault; its path, and what was put where.
  private func store(_ directory: TemporaryDirectory) throws -> (path: String, injected: [JSONValue]) {
    let name = "metaworld_reach_push"
    expectDone(
      try Program.rlds.run([
        "ingest", Repository.sample(name), "--dataset", name, "--out", directory("clean"), "--quiet",
      ]))
    let outcome = try Program.curate.run(
      "inject", directory("clean"), "--fault", Self.faults, "--episodes", "2", "--out", directory("faulty"), "--json")
    expectDone(outcome)
    return (directory("faulty"), try #require(try outcome.json["injected"]?.elements))
  }

  @Test func `page, SARIF and JUnit are the same bytes for any number of workers`() throws {
    let directory = try TemporaryDirectory()
    let (store, _) = try store(directory)
    var files: [[[UInt8]]] = []
    for workers in ["1", "2", "7"] {
      let names = ["r.html", "r.sarif", "r.xml"].map { directory(workers + $0) }
      expectDone(
        try Program.curate.run(
          "report", store, "--out", names[0], "--sarif", names[1], "--junit", names[2], "--workers", workers, "--quiet"
        ))
      files.append(try names.map { try readBytes($0) })
    }
    #expect(files[0] == files[1] && files[0] == files[2])
    expectDone(try Program.rlds.run("verify", store))

    let page = String(decoding: files[0][0], as: UTF8.self)
    for kind in ["src=\"http", "href=\"http", "@import", "url("] { #expect(!page.contains(kind), "\(kind)") }
    let sarif = try JSONValue(parsing: files[0][1], file: "sarif")
    #expect(sarif["version"]?.text == "2.1.0")
    let run = try #require(sarif["runs"]?.elements?.first)
    let rules = try #require(run["tool"]?["driver"]?["rules"]?.elements)
    for result in try #require(run["results"]?.elements) {
      let number = try #require(result["ruleIndex"]?.integer)
      #expect(rules[number]["id"]?.text == result["ruleId"]?.text)
      #expect(["error", "warning", "note"].contains(result["level"]?.text ?? ""))
      #expect(result["message"]?["text"]?.text?.isEmpty == false)
    }
    let suite = try XMLDocument(data: Data(files[0][2]))
    let cases = try suite.nodes(forXPath: "//testcase")
    #expect(cases.count == rules.count)
    let failing = try suite.nodes(forXPath: "//testcase[failure]/@name").compactMap(\.stringValue)
    #expect(Set(failing) == ["non-finite", "exact-duplicate", "empty-instruction"])
  }

  @Test func `a class of findings can fail the command`() throws {
    let directory = try TemporaryDirectory()
    let (store, _) = try store(directory)
    let outcome = try Program.curate.run(
      "report", store, "--junit", directory("r.xml"), "--without-images", "--fail-on", "defect", "--quiet")
    #expect(outcome.ending == .status(65))
    #expect(outcome.complaint.contains("--fail-on defect does not let pass"))
    expectDone(
      try Program.curate.run(
        "report", directory("clean"), "--junit", directory("c.xml"), "--fail-on", "defect", "--quiet"))
    #expect(try Program.curate.run("report", store).ending == .status(64))
    expectRefusal(try Program.curate.run("report", directory("nowhere"), "--out", directory("x.html")), 66)
    expectRefusal(
      try Program.curate.run("report", directory("clean"), "--out", directory("none/x.html"), "--without-images"), 73)
  }

  @Test(.enabled(if: Browser.isInstalled, "\(Browser.note)"))
  func `a browser sorts and filters the episodes, and findings lead to their frames`() throws {
    let directory = try TemporaryDirectory()
    let (store, injected) = try store(directory)
    expectDone(try Program.curate.run("report", store, "--out", directory("r.html"), "--quiet"))
    // A script that does what a user would, and notes what there is to see.
    let probe = """
      <script>
      const rows = () => [...document.querySelectorAll("#rows .row")].map(r => [...r.children].map(c => c.textContent));
      const note = (name, value) => { document.body.dataset[name] = value; };
      addEventListener("load", () => {
        note("all", document.getElementById("shown").textContent);
        note("first", rows()[0][5]);
        const heads = document.querySelectorAll("#head button");
        heads[2].click();
        const lengths = rows().map(r => Number(r[2]));
        note("rising", lengths.every((x, i) => i === 0 || lengths[i - 1] <= x));
        heads[2].click();
        note("longest", rows()[0][2]);
        const only = document.getElementById("only");
        only.value = [...only.options].find(o => o.text === "non-finite").value;
        only.dispatchEvent(new Event("change"));
        note("broken", rows().map(r => r[0]).sort().join(" "));
        document.getElementById("grid").dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowDown"}));
        const link = document.querySelector("#detail a");
        const article = document.querySelector(link.getAttribute("href"));
        note("frames", article.querySelectorAll("img").length);
        note("flagged", article.querySelectorAll(".flagged").length);
        note("ranges", article.querySelectorAll("rect.range").length);
        only.value = "";
        only.dispatchEvent(new Event("change"));
        document.getElementById("find").value = "no such words";
        document.getElementById("find").dispatchEvent(new Event("input"));
        note("none", document.getElementById("shown").textContent);
        const images = [...document.images];
        note("pictures", images.length > 0 && images.every(i => i.complete && i.naturalWidth > 0));
        const links = [...document.querySelectorAll("a[href^='#']")];
        note("links", links.every(a => document.querySelector(a.getAttribute("href"))));
      });
      </script>
      """
    let page = String(decoding: try readBytes(directory("r.html")), as: UTF8.self)
    let probed = page.replacing("</body>", with: probe + "</body>")
    #expect(probed != page)
    try Data(probed.utf8).write(to: URL(filePath: directory("probed.html")))
    let outcome = try Browser.open(directory("probed.html"), in: directory)
    #expect(outcome.ending == .status(0), "\(outcome.complaint.suffix(2000))")
    #expect(!outcome.complaint.contains("CONSOLE"), "\(outcome.complaint.suffix(2000))")
    func expect(_ name: String, _ value: String) {
      #expect(outcome.output.contains("data-\(name)=\"\(value)\""), "\(name) is not \(value)")
    }
    let broken = injected.filter { $0["fault"]?.text == "nan-action" }.compactMap { $0["episode"]?.integer }
    #expect(broken.count == 2)
    expect("all", "60 of 60 episodes")
    expect("first", "1")
    expect("rising", "true")
    expect("broken", broken.map(String.init).sorted().joined(separator: " "))
    expect("flagged", "1")
    expect("ranges", "2")
    expect("none", "0 of 60 episodes")
    expect("pictures", "true")
    expect("links", "true")
  }
}
