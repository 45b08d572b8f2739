import ByteIO
import Glibc
import JSON
import MixtureSupport
import TestSupport
import Testing

/// `armature-prefs` on the rollouts of the sample: three policies from each of twenty starts.
@Suite struct PreferenceProgramTests {
  private static let dataset = "metaworld_reach_push"

  private func store(_ directory: TemporaryDirectory, _ options: String..., name: String = dataset) throws -> String {
    let path = directory(name)
    expectDone(
      try Program.rlds.run(
        ["ingest", Repository.sample(Self.dataset), "--dataset", Self.dataset, "--out", path, "--quiet"] + options))
    return path
  }

  private func pair(_ stores: [String], _ manifest: String, _ out: String, _ options: String...) -> [String] {
    ["pair"] + stores + ["--manifest", manifest, "--out", out, "--quiet"] + options
  }

  @Test func `the sample has twenty starts, sixteen with both outcomes, and 32 pairs`() throws {
    let directory = try TemporaryDirectory()
    let outcome = try Program.prefs.run(
      pair([store(directory)], "success_vs_failure", directory("pairs"), "--json"))
    expectDone(outcome)
    let json = try outcome.json
    #expect(json["pairs"]?.integer == 32 && json["starts"]?.integer == 20 && json["starts_with_both"]?.integer == 16)
    #expect(json["rollouts"]?.integer == 60)
    let filters = try #require(json["filters"]?.members)
    #expect(filters.count >= 30 && filters.allSatisfy { $0.value.integer != nil })
    #expect(filters.first { $0.name == "one_sided" }?.value.integer == 4)
    #expect(filters.reduce(0) { $0 + ($1.value.integer ?? 0) } == 4)
    let splits = try #require(json["splits"]?.members).compactMap(\.value.integer)
    #expect(splits.reduce(0, +) == 32 && splits.count { $0 > 0 } >= 3)
    expectDone(try Program.prefs.run("verify", directory("pairs")))
    let again = try Program.prefs.run(
      pair([directory(Self.dataset)], "success_vs_failure", directory("pairs"), "--json"))
    #expect(try again.json["was_complete"]?.bool == true)
    let lines = String(decoding: try readBytes(directory("pairs/pairs.jsonl")), as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 32)
    for line in lines {
      let row = try JSONValue(parsing: Array(line.utf8), file: "line")
      #expect(row["task_id"]?.text != nil && row["start_key"]?.text?.count == 64 && row["split"]?.text != nil)
      #expect(row["chosen"]?["success"]?.bool == true && row["rejected"]?["success"]?.bool == false)
    }
  }

  @Test(arguments: [
    ("best_vs_worst", 16), ("divergence_segments", 32), ("step_distance", 60), ("unpaired", 0),
  ])
  func `every shipped manifest works on the sample`(_ manifest: String, _ pairs: Int) throws {
    let directory = try TemporaryDirectory()
    let outcome = try Program.prefs.run(pair([store(directory)], manifest, directory("pairs"), "--json"))
    expectDone(outcome)
    // Three rollouts a start: C(3, 2) candidates at the shared first observation, one ranked pair where returns differ.
    #expect(try outcome.json["pairs"]?.integer == pairs)
    #expect(try outcome.json["unpaired"]?.integer == (manifest == "unpaired" ? 44 : 0))
    expectDone(try Program.prefs.run("verify", directory("pairs")))
  }

  @Test func `equal bytes come of 1, 2 and 7 workers and any order of stores`() throws {
    let directory = try TemporaryDirectory()
    let whole = try store(directory)
    let halves = [
      try store(directory, "--split", "train[:50%]", name: "first"),
      try store(directory, "--split", "train[50%:]", name: "second"),
    ]
    let manifest = try directory.write(
      Array(
        """
        name: halves
        rollouts: {id: episode_id, success: success, task: task, policy: policy, start: [init_seed]}
        strategies: [success_failure, {name: step_distance, reference: expert}]
        split: {val: 0.3}
        shard_size: 1

        """.utf8), to: "halves.yaml")
    var found: [[String: String]] = []
    for (workers, stores) in [(1, halves), (2, halves.reversed()), (7, halves)] {
      let out = directory("pairs-\(workers)")
      expectDone(
        try Program.prefs.run(
          pair(Array(stores), manifest, out, "--workers", "\(workers)", "--statistics", whole + "/statistics.json")))
      found.append(try digests(out))
    }
    #expect(found[0].count > 8 && found[0] == found[1] && found[0] == found[2])
    // The statistics of the halves differ, and the program says so.
    expectRefusal(
      try Program.prefs.run(pair(halves, manifest, directory("x"))), 65, "--statistics", "tokens")
  }

  @Test func `a run that is killed ends in the same bytes when it is run again`() throws {
    let directory = try TemporaryDirectory()
    let store = try store(directory)
    let manifest = try directory.write(
      Array(
        """
        name: m
        rollouts: {success: success, task: task, start: [init_seed]}
        strategies: [success_failure]
        shard_size: 1

        """.utf8), to: "m.yaml")
    let clock = ContinuousClock()
    let duration = try clock.measure {
      expectDone(try Program.prefs.run(pair([store], manifest, directory("undisturbed"))))
    }
    let expected = try digests(directory("undisturbed"))
    #expect(expected.count > 8)
    var killed = 0
    for round in 1...12 {
      let out = directory("out-\(round)")
      let running = try Program.prefs.start(pair([store], manifest, out, "--workers", "1"))
      usleep(UInt32(duration / .microseconds(1) * Double(round) / 12))
      running.kill()
      if try running.outcome().ending == .signal(SIGKILL) { killed += 1 }
      expectDone(try Program.prefs.run(pair([store], manifest, out)))
      #expect(try digests(out) == expected)
    }
    #expect(killed >= 4)
  }

  @Test func `memory does not grow with what the rollouts hold`() throws {
    let directory = try TemporaryDirectory()
    let store = try store(directory, "--images", "raw:224")
    // 60 rollouts with 2 · 150 kB a step are 400 MB.
    let outcome = try Program.prefs.run(
      pair([store], "success_vs_failure", directory("pairs"), "--json", "--workers", "2"))
    expectDone(outcome)
    let bytes = try #require(try outcome.json["bytes"]?.integer)
    #expect(bytes > 300 << 20)
    #expect(outcome.peakByteCount > 8 << 20 && outcome.peakByteCount < 150 << 20, "\(outcome.peakByteCount)")
  }

  @Test func `bad input is refused with one line and what would mend it`() throws {
    let directory = try TemporaryDirectory()
    let store = try store(directory)
    func refused(_ lines: String, _ status: Int32, _ parts: String..., options: [String] = []) throws {
      let manifest = try directory.write(Array(lines.utf8), to: "bad.yaml")
      let outcome = try Program.prefs.run(pair([store], manifest, directory("none")) + options)
      #expect(outcome.ending == .status(status) && outcome.complaints.count == 1, "\(outcome.complaint)")
      for part in parts { #expect(outcome.complaint.contains(part), "\(outcome.complaint)") }
      #expect(Directory.entry(directory("none")) == .missing)
    }
    let rules = "strategies: [success_failure]\n"
    try refused("name: m\nrollouts: {success: sucess, start: [init_seed]}\n" + rules, 65, "did you mean `success`")
    try refused("name: m\nrollouts: {success: success, start: [state]}\n" + rules, 65, "`state`", "init_seed")
    try refused("name: m\nrollouts: {success: success}\n" + rules, 65, "bad.yaml:2", "key: task")
    try refused("name: m\nrollouts: {start: [file_path]}\n" + rules, 65, "no pair is left of 60", "60 by one_sided")
    let votes = "name: m\nrollouts: {id: episode_id, start: [init_seed], task: task}\nstrategies: [human_import]\n"
    try refused(votes, 64, "--votes")
    let contrary = try directory.write(Array("id_a,id_b,label\n0,1,a\n1,0,a\n9,99,a\n0,30,a\n".utf8), to: "v.csv")
    try refused(
      votes, 65, "1 by vote_disagreement", "1 by vote_unknown_episode", "1 by vote_key_differs",
      options: ["--votes", contrary])
    expectRefusal(
      try Program.prefs.run(pair([directory("nowhere")], "success_vs_failure", directory("x"))), 66, "nowhere")
    expectRefusal(try Program.prefs.run(pair([store], "succes_vs_failure", directory("x"))), 66, "success_vs_failure")
    expectRefusal(try Program.prefs.run("audit", directory("nowhere")), 66, "nowhere")
  }

  @Test func `votes are ranked, and what they leave apart is said`() throws {
    let directory = try TemporaryDirectory()
    let votes = try directory.write(
      Array("id_a,id_b,label\na,b,a\na,b,a\nb,a,a\nc,d,a\nd,c,a\na,b,skip\n".utf8), to: "v.csv")
    let outcome = try Program.prefs.run("rank", votes, "--json", "--prior", "0", "--quiet")
    expectDone(outcome)
    let json = try outcome.json
    #expect(json["connected"]?.bool == false && json["islands"]?.integer == 2 && json["skipped"]?.integer == 1)
    let first = try #require(json["ranking"]?.elements?.first)
    // θ_a − θ_b = log 2, half of it each.
    #expect(first["id"]?.text == "a" && abs((first["strength"]?.double ?? 0) - 0.346_573_590_3) < 1e-9)
    let onesided = try directory.write(Array("id_a,id_b,label\na,b,a\n".utf8), to: "w.csv")
    expectRefusal(try Program.prefs.run("rank", onesided, "--prior", "0"), 65, "2 groups", "prior")
    expectDone(try Program.prefs.run("rank", onesided))
  }

  @Test func `the audit is written as JSON and one page`() throws {
    let directory = try TemporaryDirectory()
    expectDone(
      try Program.prefs.run(pair([store(directory)], "success_vs_failure", directory("pairs"))))
    let outcome = try Program.prefs.run("audit", directory("pairs"), "--out", directory("audit"), "--json")
    expectDone(outcome)
    let json = try outcome.json
    #expect(json["leaks"]?["length"]?["correct"]?.integer == 32)
    #expect(json["tasks"]?.elements?.compactMap { $0["pairs"]?.integer } == [20, 12])
    #expect(json["page"]?.text == directory("audit/prefs_audit.html"))
    expectDone(try Program.prefs.run("verify", directory("pairs")))
  }

  @Test(.enabled(if: Browser.isInstalled, "\(Browser.note)"))
  func `a browser shows every frame of the page`() throws {
    let directory = try TemporaryDirectory()
    expectDone(
      try Program.prefs.run(pair([store(directory)], "success_vs_failure", directory("pairs"))))
    expectDone(try Program.prefs.run("audit", directory("pairs"), "--quiet", "--examples", "5", "--json"))
    let outcome = try Browser.open(directory("pairs/prefs_audit.html"), in: directory)
    #expect(outcome.ending == .status(0), "\(outcome.complaint.suffix(2000))")
    // Five pairs, two strips of eight frames each.
    #expect(outcome.output.contains("data-frames=\"80\"") && outcome.output.contains("data-shown=\"80\""))
  }

  @Test func `rows for TRL have their images beside them`() throws {
    let directory = try TemporaryDirectory()
    expectDone(
      try Program.prefs.run(pair([store(directory)], "success_vs_failure", directory("pairs"))))
    for (format, rows) in [("trl", 32), ("kto", 1172)] {
      let outcome = try Program.prefs.run(
        "export", directory("pairs"), "--format", format, "--out", directory(format), "--json")
      expectDone(outcome)
      #expect(try outcome.json["rows"]?.integer == rows)
      let names = Set(try Directory.names(directory(format + "/images")))
      #expect(try outcome.json["images"]?.integer == names.count)
      let lines = String(decoding: try readBytes(directory(format + "/rows.jsonl")), as: UTF8.self)
        .split(separator: "\n")
      #expect(lines.count == rows)
      for line in lines.prefix(50) {
        let row = try JSONValue(parsing: Array(line.utf8), file: "line")
        let image = try #require(row["images"]?.elements?.first?.text)
        #expect(names.contains(String(image.dropFirst("images/".count))))
      }
    }
  }

  @Test(.enabled(if: Python.can("import numpy, safetensors"), "\(Python.note("numpy and safetensors"))"))
  func `the ten lines of the documentation read a pair`() throws {
    let directory = try TemporaryDirectory()
    expectDone(
      try Program.prefs.run(pair([store(directory)], "success_vs_failure", directory("pairs"))))
    let text = String(decoding: try readBytes(Repository.root + "/docs/formats.md"), as: UTF8.self)
    let section = try #require(text.split(separator: "### A pair in ten lines of Python").last)
    let code = try #require(section.split(separator: "```python\n").dropFirst().first?.split(separator: "```").first)
    let result = try Python.run([
      "-c",
      "import os\nos.chdir('\(directory("pairs"))')\n\(code)\nprint(bins.shape, frame[:2], mask.sum())",
    ])
    #expect(result.status == 0, "\(result.complaint)")
    // The first pair of pairs.jsonl: the chosen side has 14 steps.
    #expect(result.output == "(14, 7) b'\\xff\\xd8' 14\n", "\(result.output)")
  }

  @Test func `the front door leads to the stage`() throws {
    let outcome = try Program.frontDoor.run("prefs", "pair", "--help")
    expectDone(outcome)
    #expect(outcome.output.contains("--manifest"))
  }

  @Test(.enabled(if: Python.can("import datasets, PIL"), "\(Python.note("datasets and pillow"))"))
  func `the library datasets loads the rows and their images`() throws {
    let directory = try TemporaryDirectory()
    expectDone(
      try Program.prefs.run(pair([store(directory)], "success_vs_failure", directory("pairs"))))
    for format in ["trl", "kto"] {
      expectDone(
        try Program.prefs.run(
          "export", directory("pairs"), "--format", format, "--out", directory(format), "--json", "--split", "train"))
    }
    let script = """
      import os, sys
      os.environ["HF_HOME"] = sys.argv[1] + "/hf"
      from datasets import Image, Sequence, load_dataset
      for name in ("trl", "kto"):
          os.chdir(sys.argv[1] + "/" + name)
          rows = load_dataset("json", data_files="rows.jsonl", split="train").cast_column("images", Sequence(Image()))
          print(name, len(rows), rows[0]["images"][0].size, sorted(rows.column_names)[:3])
      """
    let result = try Python.run(["-c", script, directory.path])
    #expect(result.status == 0, "\(result.complaint)")
    #expect(result.output.hasPrefix("trl 23 (128, 128)") && result.output.contains("kto "), "\(result.output)")
  }
}
