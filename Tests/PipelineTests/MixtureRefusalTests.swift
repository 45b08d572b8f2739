import ByteIO
import TestSupport
import Testing

/// Bad input to the mixture stage: one line with the place, and nothing written.
@Suite struct MixtureRefusalTests {
  @Test(arguments: [
    ("weight: -0.5", "entries[0].weight: ", "negative"),
    ("weight: .nan", "entries[0].weight: ", "expected a number"),
    ("weihgt: 1", "entries[0]: ", "did you mean `weight`"),
    ("split: test", "entries[0]: ", "test"),
    ("split: 'train[5:'", "entries[0]: ", "`]` is missing"),
    ("where: success = ", "entries[0].where: ", "not valid"),
    ("where: ordinal < 0", "entries[0].where: ", "leave no episode"),
    ("where: '1); DELETE FROM episodes; --'", "entries[0].where: ", "condition"),
    ("where: 'ordinal IN (SELECT 1 FROM sqlite_master)'", "entries[0].where: ", "not authorized"),
    ("where: 'random() > 0'", "entries[0].where: ", "not authorized"),
    ("where: length < julianday('now')", "entries[0].where: ", "not authorized"),
    (
      "where: 'ordinal IN (WITH RECURSIVE a(b) AS (SELECT 1 UNION ALL SELECT b + 1 FROM a) SELECT b FROM a)'",
      "entries[0].where: ", "not authorized"
    ),
    ("where: 'load_extension(1)'", "entries[0].where: ", "load_extension"),
    ("episodes: /nowhere/keep.txt", "entries[0].episodes: ", "no such list"),
  ])
  func `a mistake in an entry is told with its line`(entry: String, place: String, problem: String) throws {
    let samples = try Self.stores.get()
    let directory = try TemporaryDirectory()
    let manifest = try directory.write(
      Array("name: two\nsamples: 10\nentries:\n  - {dataset: metaworld_reach_push, \(entry)}\n".utf8), to: "two.yaml")
    let out = directory("out")
    let outcome = try Program.mixture.run(samples.arguments(manifest, out))
    expectRefusal(outcome, outcome.ending == .status(66) ? 66 : 65, "two.yaml:4:", place, problem)
    #expect(Directory.entry(out) == .missing)
  }

  /// Shared by the tests that only read them.
  private static let stores = Result { try SampleStores() }

  @Test func `weights that are all zero, an unknown dataset and a missing store are refused`() throws {
    let samples = try Self.stores.get()
    let directory = try TemporaryDirectory()
    func refuse(_ entries: String, _ status: Int32, _ parts: String...) throws {
      let manifest = try directory.write(Array("name: m\nsamples: 10\nentries:\n\(entries)\n".utf8), to: "m.yaml")
      let outcome = try Program.mixture.run(samples.arguments(manifest, directory("out")))
      #expect(outcome.ending == .status(status), "\(outcome.complaint)")
      #expect(outcome.complaints.count == 1)
      for part in parts { #expect(outcome.complaint.contains(part), "\(outcome.complaint)") }
      #expect(Directory.entry(directory("out")) == .missing)
    }
    try refuse("  - {dataset: metaworld_reach_push, weight: 0}", 65, "m.yaml:4:3: entries", "all weights are 0")
    try refuse("  - {dataset: metaworld_reach}", 66, "m.yaml:4:5: entries[0]", "metaworld_reach")
    try refuse("  - {store: \(directory("none"))}", 66, "none", "store.json")
    expectRefusal(try Program.mixture.run("plan", "no_such_mixture"), 66, "no_such_mixture.yaml")
    expectRefusal(try Program.mixture.run("plan", directory("none.yaml")), 66, "none.yaml")
  }

  @Test(arguments: ["altered", "cut", "replaced", "deleted"])
  func `a store's file that is not what it was is named before anything is written`(how: String) throws {
    let samples = try SampleStores()
    let manifest = try samples.write()
    let shard = try samples.shard("metaworld_button_drawer")
    switch how {
    case "altered": try samples.damage(shard) { $0[$0.count - 100] ^= 1 }
    case "cut": try samples.damage(shard) { $0.removeLast(10) }
    case "replaced":
      let other = try readBytes(samples.stores + "/" + samples.shard("metaworld_reach_push"))
      try samples.damage(shard) { $0 = other }
    default: try Directory.remove(samples.stores + "/" + shard)
    }
    let out = samples.directory("out")
    let outcome = try Program.mixture.run(samples.arguments(manifest, out))
    expectRefusal(outcome, how == "deleted" ? 66 : 65, "metaworld_button_drawer/episodes-00000", "ingest")
    #expect(Directory.entry(out) == .missing)
  }

  @Test func `a rank or a position that there is not is refused`() throws {
    let samples = try Self.stores.get()
    let directory = try TemporaryDirectory()
    let manifest = try directory.write(Array(SampleStores.manifest("samples: 50").utf8), to: "two.yaml")
    let out = directory("out")
    expectRefusal(
      try Program.mixture.run(samples.arguments(manifest, out, "--rank", "3", "--world", "3")), 64, "rank 3 of 3")
    expectRefusal(
      try Program.mixture.run("plan", manifest, "--stores", samples.stores, "--at", "50"), 64, "two.yaml",
      "position 50; give 0 to 49")
    expectDone(try Program.mixture.run(samples.arguments(manifest, out)))
    expectRefusal(try Program.mixture.run("explain", out, "50"), 64, "there is no sample 50")
    expectRefusal(try Program.mixture.run("verify", directory("none")), 66, "mixture.json")
    expectRefusal(try Program.mixture.run("stream", out, "--position", "51"), 64, "position 51")
  }

  @Test func `another mixture in the directory, and other files, are left alone`() throws {
    let samples = try Self.stores.get()
    let directory = try TemporaryDirectory()
    let out = directory("out")
    let manifest = try directory.write(Array(SampleStores.manifest("samples: 50").utf8), to: "two.yaml")
    expectDone(try Program.mixture.run(samples.arguments(manifest, out)))
    let before = try digests(out)
    let other = try directory.write(Array(SampleStores.manifest("samples: 51").utf8), to: "other.yaml")
    expectRefusal(try Program.mixture.run(samples.arguments(other, out)), 73, "mixture of other input")
    #expect(try digests(out) == before)
    try Directory.create(directory("mine"))
    try AtomicFile.write([1], to: directory("mine/notes.txt"))
    expectRefusal(try Program.mixture.run(samples.arguments(manifest, directory("mine"))), 73, "notes.txt")
  }

  @Test func `damage to any file of a mixture is found by verify`() throws {
    let samples = try Self.stores.get()
    let directory = try TemporaryDirectory()
    let out = directory("out")
    let manifest = try directory.write(
      Array(SampleStores.manifest("samples: 120\nshard_size: 256KiB").utf8), to: "two.yaml")
    expectDone(try Program.mixture.run(samples.arguments(manifest, out)))
    let files = try Directory.names(out)
    #expect(files.count > 3)
    for file in files {
      let bytes = try readBytes(out + "/" + file)
      for position in [9, bytes.count / 2, bytes.count - 3] {
        var damaged = bytes
        damaged[position] ^= 0x10
        try AtomicFile.write(damaged, to: out + "/" + file)
        let outcome = try Program.mixture.run("verify", out)
        #expect(outcome.ending == .status(65) || outcome.ending == .status(66), "\(file) at \(position)")
        #expect(outcome.complaints.count == 1 && outcome.output == "", "\(file): \(outcome.complaint)")
      }
      try AtomicFile.write(bytes, to: out + "/" + file)
      let held = directory("held")
      try Directory.move(out + "/" + file, to: held)
      let outcome = try Program.mixture.run("verify", out)
      #expect(outcome.ending == .status(65) || outcome.ending == .status(66))
      #expect(outcome.complaint.contains(file), "\(outcome.complaint)")
      try Directory.move(held, to: out + "/" + file)
    }
    expectDone(try Program.mixture.run("verify", out))
  }

  @Test func `a locked build refuses what changed and says which`() throws {
    let samples = try SampleStores()
    let manifest = try samples.write()
    expectRefusal(
      try Program.mixture.run(samples.arguments(manifest, samples.directory("a"), "--locked")), 66, "no lock of `two`")
    expectDone(try Program.mixture.run(samples.arguments(manifest, samples.directory("a"))))
    #expect(Directory.entry(samples.directory("mixture.lock.json")) == .file)
    expectDone(try Program.mixture.run(samples.arguments(manifest, samples.directory("b"), "--locked")))
    #expect(try digests(samples.directory("a")) == digests(samples.directory("b")))
    _ = try samples.write(SampleStores.manifest("samples: 2999"))
    expectRefusal(
      try Program.mixture.run(samples.arguments(manifest, samples.directory("c"), "--locked")), 65, "two.yaml",
      "the manifest changed")
    _ = try samples.write()
    try Directory.remove(samples.stores + "/metaworld_button_drawer")
    expectDone(
      try Program.rlds.run(
        "ingest", Repository.sample("metaworld_button_drawer"), "--dataset", "metaworld_button_drawer", "--split",
        "train", "--out", samples.stores + "/metaworld_button_drawer", "--quiet"))
    expectRefusal(
      try Program.mixture.run(samples.arguments(manifest, samples.directory("c"), "--locked")), 65,
      "the store of `metaworld_button_drawer`")
  }
}
