import ByteIO
import TestSupport
import Testing

/// Stores, locks and indices that are not what they should be: one line that names them, before anything is written.
@Suite struct MixtureInputTests {
  /// Shared by all tests of this suite, which work on copies.
  private static let stores = Result { try SampleStores() }

  /// Copies of the stores of both samples, a manifest, and room for mixtures.
  private struct Bench {
    let directory: TemporaryDirectory
    let manifest: String
    var stores: String { directory("stores") }

    init(_ text: String = SampleStores.manifest("samples: 60")) throws {
      directory = try TemporaryDirectory()
      for name in SampleStores.names {
        try copyFiles(
          try MixtureInputTests.stores.get().stores + "/" + name, to: directory("stores/" + name))
      }
      manifest = try directory.write(Array(text.utf8), to: "two.yaml")
    }

    func build(_ out: String, _ options: String...) throws -> Program.Outcome {
      try Program.mixture.run(
        ["build", manifest, "--stores", stores, "--out", directory(out), "--quiet", "--json"] + options)
    }

    /// Changes the bytes of the file at `path`.
    func change(_ path: String, _ change: (inout [UInt8]) -> Void) throws {
      var bytes = try readBytes(directory(path))
      change(&bytes)
      try AtomicFile.write(bytes, to: directory(path))
    }

    func isUntouched(_ out: String) -> Bool { Directory.entry(directory(out)) == .missing }
  }

  @Test func `any file of a store with one bit changed is named before anything is written`() throws {
    let bench = try Bench()
    for name in SampleStores.names {
      let files = try Directory.names(bench.stores + "/" + name).filter { $0 != "store.json" }
      #expect(files.count == 3, "shard, catalog and statistics: \(files)")
      for file in files {
        let path = "stores/\(name)/\(file)"
        let whole = try readBytes(bench.directory(path))
        for place in [whole.count / 3, whole.count - 2] {
          try bench.change(path) { $0[place] ^= 1 }
          let outcome = try bench.build("out")
          expectRefusal(outcome, 65, "\(name)/\(file)")
          #expect(bench.isUntouched("out"), "\(path) at \(place)")
          try AtomicFile.write(whole, to: bench.directory(path))
        }
      }
    }
    expectDone(try bench.build("out"))
  }

  @Test func `a store's file that is missing, empty or another's is named before anything is written`() throws {
    let bench = try Bench()
    let (name, other) = (SampleStores.names[1], SampleStores.names[0])
    for file in try Directory.names(bench.stores + "/" + name) where file != "store.json" {
      let path = "stores/\(name)/\(file)"
      let whole = try readBytes(bench.directory(path))
      try Directory.remove(bench.directory(path))
      expectRefusal(try bench.build("out"), 66, "\(name)/\(file)")
      try AtomicFile.write([], to: bench.directory(path))
      expectRefusal(try bench.build("out"), 65, "\(name)/\(file)")
      try AtomicFile.write(try readBytes("\(bench.stores)/\(other)/\(file)"), to: bench.directory(path))
      expectRefusal(try bench.build("out"), 65, "\(name)/\(file)")
      try AtomicFile.write(whole, to: bench.directory(path))
      #expect(bench.isUntouched("out"))
    }
  }

  @Test func `a store without index, or with one that is no index, is refused`() throws {
    let bench = try Bench()
    let index = "stores/metaworld_reach_push/store.json"
    let whole = try readBytes(bench.directory(index))
    try Directory.remove(bench.directory(index))
    expectRefusal(try bench.build("out"), 66, "metaworld_reach_push", "`store.json` is missing")
    for text in ["", "{", "[]", "{}", #"{"schema": "armature.store/9"}"#] {
      try AtomicFile.write(Array(text.utf8), to: bench.directory(index))
      expectRefusal(try bench.build("out"), 65, "metaworld_reach_push/store.json")
    }
    try AtomicFile.write(Array(whole.prefix(whole.count / 2)), to: bench.directory(index))
    expectRefusal(try bench.build("out"), 65, "metaworld_reach_push/store.json")
    #expect(bench.isUntouched("out"))
  }

  @Test func `a dataset that there is not is refused with the nearest name`() throws {
    let bench = try Bench(
      "name: two\nsamples: 10\nentries:\n  - {dataset: metaworld_button_drawer}\n  - {dataset: metaworld_reach_pull}\n")
    expectRefusal(
      try bench.build("out"), 66, "two.yaml:5:5: entries[1]", "no store `metaworld_reach_pull`",
      "did you mean `metaworld_reach_push`")
    let simulated = try bench.directory.write(
      Array("name: one\nentries:\n  - {dataset: brigde_orig}\n".utf8), to: "one.yaml")
    expectRefusal(
      try Program.mixture.run("plan", simulated, "--simulate"), 66, "one.yaml:3:5: entries[0]", "`brigde_orig`",
      "did you mean `bridge_orig`")
    let strange = try bench.directory.write(
      Array("name: one\nentries:\n  - {dataset: qqqqqqqqqqqqqqqqqqqqqqqq}\n".utf8), to: "one.yaml")
    expectRefusal(try Program.mixture.run("plan", strange, "--simulate"), 66, "one.yaml:3:5", "without --simulate")
    #expect(bench.isUntouched("out"))
  }

  @Test func `parts and positions outside what there is are wrong usage`() throws {
    let bench = try Bench()
    for (rank, world) in [("3", "3"), ("-1", "2"), ("0", "0"), ("0", "-1"), ("9223372036854775807", "2")] {
      expectRefusal(
        try bench.build("out", "--rank=\(rank)", "--world=\(world)"), 64, "rank \(rank) of \(world)")
    }
    #expect(bench.isUntouched("out"))
    for position in ["60", "-1", "9223372036854775807", "-9223372036854775808"] {
      expectRefusal(
        try Program.mixture.run("plan", bench.manifest, "--stores", bench.stores, "--at=\(position)"), 64,
        "two.yaml", "position \(position)", "0 to 59")
    }
    expectDone(try bench.build("out"))
    for position in ["60", "-1", "9223372036854775807"] {
      expectRefusal(
        try Program.mixture.run("explain", bench.directory("out"), "--", position), 64, "sample \(position)", "0 to 59")
    }
  }

  @Test func `a mixture of another schema is refused by every verb and left as it is`() throws {
    let bench = try Bench()
    expectDone(try bench.build("out"))
    let out = bench.directory("out")
    let text = String(decoding: try readBytes(out + "/mixture.json"), as: UTF8.self)
    #expect(text.contains("armature.mixture/1"))
    try AtomicFile.write(
      Array(text.replacing("armature.mixture/1", with: "armature.mixture/2").utf8), to: out + "/mixture.json")
    let before = try digests(out)
    for words in [
      ["verify", out], ["describe", out], ["explain", out, "0"], ["bench", out], ["stream", out],
      ["export", out, "--format", "wds", "--out", bench.directory("export")],
      ["build", bench.manifest, "--stores", bench.stores, "--out", out],
    ] {
      expectRefusal(try Program.mixture.run(words), 65, "out/mixture.json: schema", "armature.mixture/1")
    }
    #expect(try digests(out) == before)
    #expect(bench.isUntouched("export"))
  }

  @Test func `a lock tells which of the inputs changed`() throws {
    let text =
      "name: two\nsamples: 60\nentries:\n  - {dataset: metaworld_reach_push}\n"
      + "  - {dataset: metaworld_button_drawer, weight: 0.5, episodes: \"${KEEP}\"}\n"
    let bench = try Bench(text)
    let keep = try bench.directory.write(Array("0\n1\n2\n".utf8), to: "keep.txt")
    func build(_ out: String, _ options: String...) throws -> Program.Outcome {
      try Program.mixture.run(
        ["build", bench.manifest, "--stores", bench.stores, "--out", bench.directory(out), "--quiet"] + options,
        variables: ["KEEP": keep])
    }
    expectRefusal(try build("b", "--locked"), 66, "mixture.lock.json", "build once without --locked")
    expectDone(try build("a"))
    let lock = try readBytes(bench.directory("mixture.lock.json"))
    expectDone(try build("same", "--locked"))
    #expect(try digests(bench.directory("same")) == digests(bench.directory("a")))
    func refused(_ path: String, _ parts: String..., change: (inout [UInt8]) -> Void) throws {
      let whole = try readBytes(bench.directory(path))
      try bench.change(path, change)
      let outcome = try build("b", "--locked")
      expectRefusal(outcome, 65)
      for part in parts { #expect(outcome.complaint.contains(part), "\(path): \(outcome.complaint)") }
      try AtomicFile.write(whole, to: bench.directory(path))
    }
    try refused("two.yaml", "two.yaml", "the manifest changed") { $0 += Array("# a remark\n".utf8) }
    // White space changes the bytes, and nothing of what they say.
    try refused("stores/metaworld_reach_push/store.json", "stores/metaworld_reach_push", "the store of") {
      $0 += [10]
    }
    try refused("stores/metaworld_reach_push/statistics.json", "stores/metaworld_reach_push", "the statistics of") {
      $0 += [10]
    }
    // Other episodes of the same number of frames have other statistics, which are told first.
    try refused("keep.txt", "metaworld_button_drawer") { $0 = Array("3\n4\n5\n".utf8) }
    try refused("mixture.lock.json", "mixture.lock.json") { $0.removeLast($0.count / 2) }
    try refused("mixture.lock.json", "mixture.lock.json", "schema") {
      $0 = Array(String(decoding: $0, as: UTF8.self).replacing("armature.lock/1", with: "armature.lock/2").utf8)
    }
    #expect(bench.isUntouched("b"))
    #expect(try readBytes(bench.directory("mixture.lock.json")) == lock, "a refusal leaves the lock as it is")
    expectDone(try build("b", "--locked"))
  }
}
