import ByteIO
import JSON
import MixtureSupport
import TestSupport
import Testing

/// `armature-curate` on the samples.
@Suite struct CurateProgramTests {
  /// A copy of one of the stores, so that the others stay unchecked.
  private func stores() throws -> SampleStores { try SampleStores() }

  @Test func `the samples have no defect and hardly a risk, and equal catalogs come of 1, 2 and 7 workers`() throws {
    let stores = try stores()
    for name in SampleStores.names {
      let store = stores.stores + "/" + name
      var catalogs: Set<String> = []
      for workers in ["1", "2", "7"] {
        let outcome = try Program.curate.run("check", store, "--json", "--workers", workers)
        expectDone(outcome)
        catalogs.insert(try SHA256Digest.hexadecimal(ofFile: store + "/catalog.sqlite"))
        let json = try outcome.json
        let findings = try #require(json["findings"]?.elements)
        #expect(!findings.contains { $0["class"]?.text == "defect" }, "\(findings)")
        let episodes = try #require(json["episodes"]?.integer)
        for check in try #require(json["checks"]?.elements) where check["class"]?.text == "risk" {
          #expect(20 * (check["findings"]?.integer ?? 99) <= episodes, "\(check)")
          #expect(check["assessed"]?.integer != nil && check["id"]?.text != nil)
          #expect(check["assessed"]?.integer ?? 0 > 0 || check["notAssessed"]?.elements?.isEmpty == false, "\(check)")
        }
      }
      #expect(catalogs.count == 1)
      expectDone(try Program.rlds.run("verify", store))
    }
  }

  @Test func `injected faults are in the JSON object and are found at their steps`() throws {
    let stores = try stores()
    let out = stores.directory("faulty")
    let injection = try Program.curate.run(
      "inject", stores.stores + "/metaworld_button_drawer", "--fault", "nan-action,empty-instruction,frozen-camera",
      "--out", out, "--json")
    expectDone(injection)
    let injected = try #require(try injection.json["injected"]?.elements)
    #expect(injected.count == 3)
    expectDone(try Program.rlds.run("verify", out))
    let outcome = try Program.curate.run("check", out, "--json")
    expectDone(outcome)
    let findings = try #require(try outcome.json["findings"]?.elements)
    for fault in injected {
      let finding = try #require(
        findings.first { $0["check"] == fault["check"] && $0["episode"] == fault["episode"] }, "\(fault)")
      let found = try #require(finding["steps"]?.elements).compactMap(\.integer)
      let steps = try #require(fault["steps"]?.elements).compactMap(\.integer)
      #expect(found[0] <= steps[1] && found[1] >= steps[0])
      #expect(finding["value"]?.double != nil && finding["threshold"]?.double != nil)
      #expect(finding["message"]?.text?.isEmpty == false && finding["class"]?.text != nil)
    }
  }

  @Test func `noise regimes of the samples are told by the jerk of the commands`() throws {
    let stores = try stores()
    let store = stores.stores + "/metaworld_reach_push"
    expectDone(try Program.curate.run("check", store, "--without-images", "--json"))
    let outcome = try Program.curate.run(
      "query", store, "SELECT json_extract(metadata, '$.policy'), jerk, length FROM episodes", "--json")
    expectDone(outcome)
    let rows = try #require(try outcome.json["rows"]?.elements).compactMap(\.elements)
    func values(_ policy: String, _ column: Int) -> [Double] {
      rows.filter { $0[0].text == policy }.compactMap { $0[column].double }
    }
    /// The share of pairs in which the second is greater.
    func area(_ a: [Double], _ b: [Double]) -> Double {
      let wins = a.reduce(0.0) { sum, x in sum + b.reduce(0.0) { $0 + ($1 > x ? 1 : $1 == x ? 0.5 : 0) } }
      return wins / Double(a.count * b.count)
    }
    for (calm, rough) in [("expert", "mild"), ("mild", "wander"), ("expert", "wander")] {
      #expect(values(calm, 1).count == 20)
      #expect(area(values(calm, 1), values(rough, 1)) >= 0.9)
      // The score says more than the length does.
      #expect(area(values(calm, 1), values(rough, 1)) > area(values(calm, 2), values(rough, 2)))
    }
  }

  @Test func `a mixture leaves out what was dropped`() throws {
    let stores = try stores()
    let store = stores.stores + "/metaworld_reach_push"
    let list = stores.directory("drop.yaml")
    expectDone(try Program.curate.run("check", store, "--without-images", "--quiet", "--json"))
    expectDone(
      try Program.curate.run(
        "drop", store, "--where", "ordinal < 3", "--reason", "shaky start", "--out", list, "--json"))
    let text = String(decoding: try readBytes(list), as: UTF8.self)
    #expect(text.contains("\"episode\":2") && text.contains("shaky start") && !text.contains("\"episode\":3"))
    expectDone(try Program.rlds.run("verify", store))
    let manifest = try stores.write(
      """
      name: kept
      seed: 5
      entries:
        - {dataset: metaworld_reach_push, split: train, where: "dropped IS NULL AND jerk < 9"}
      samples: 200

      """)
    let plan = try Program.mixture.run("plan", manifest, "--stores", stores.stores, "--json")
    #expect(plan.ending == .status(0), "\(plan.complaint)")
    let entry = try #require(try plan.json["datasets"]?.elements?.first)
    #expect(entry["episodes"]?.integer == 57, "\(entry)")
  }

  @Test func `what would empty a task or half of a dataset needs to be agreed to`() throws {
    let stores = try stores()
    let store = stores.stores + "/metaworld_reach_push"
    let before = try SHA256Digest.hexadecimal(ofFile: store + "/catalog.sqlite")
    let list = stores.directory("list.txt")
    expectRefusal(
      try Program.curate.run("drop", store, "--where", "instruction LIKE 'push the puck%'", "--out", list), 64,
      "push the puck to the goal", "15", "--yes")
    expectRefusal(
      try Program.curate.run("keep", store, "--where", "ordinal < 20", "--out", list), 64, "40 of 60", "--yes")
    #expect(Directory.entry(list) == .missing)
    #expect(try SHA256Digest.hexadecimal(ofFile: store + "/catalog.sqlite") == before)
    let agreed = try Program.curate.run("keep", store, "--where", "ordinal < 20", "--out", list, "--yes", "--json")
    expectDone(agreed)
    #expect(try agreed.json["kept"]?.elements?.count == 20)
    let lines = String(decoding: try readBytes(list), as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 21 && lines[1] == "0  # ordinal < 20")
  }

  @Test func `queries read and do nothing else`() throws {
    let stores = try stores()
    let store = stores.stores + "/metaworld_button_drawer"
    let outcome = try Program.curate.run(
      "query", store, "SELECT split, count(*) AS n FROM episodes GROUP BY split ORDER BY split", "--json")
    expectDone(outcome)
    #expect(try outcome.json["columns"] == ["split", "n"])
    #expect(try outcome.json["rows"]?.elements?.count == 2)
    for sql in ["DELETE FROM episodes", "SELECT 1; SELECT 2", "PRAGMA user_version", "ATTACH 'x' AS y", "SELECT", ""] {
      expectRefusal(try Program.curate.run("query", store, sql), 65, "statement")
    }
  }

  @Test func `bad stores, checks, thresholds and faults are refused in one line`() throws {
    let stores = try stores()
    let store = stores.stores + "/metaworld_button_drawer"
    expectRefusal(try Program.curate.run("check", stores.directory("none")), 66, "store.json")
    expectRefusal(try Program.curate.run("check", store, "--checks", "idel"), 64, "idel", "idle")
    expectRefusal(try Program.curate.run("check", store, "--set", "nothing=1"), 64, "nothing")
    expectRefusal(
      try Program.curate.run("inject", store, "--fault", "nan", "--out", stores.directory("x")), 64, "nan-action")
    expectRefusal(
      try Program.curate.run("drop", store, "--class", "defect", "--out", stores.directory("y")), 65, "check")
    let thresholds = try stores.write("idle: often\n", as: "thresholds.yaml")
    expectRefusal(try Program.curate.run("check", store, "--thresholds", thresholds), 65, "thresholds.yaml", "idle")
    try stores.damage(try stores.shard("metaworld_button_drawer")) { $0.removeLast(1000) }
    expectRefusal(try Program.curate.run("check", store), 65, "episodes-00000")
  }
}
