import ByteIO
import JSON
import TestSupport
import Testing

@Suite struct ResumeTests {
  @Test func `a complete store stays as it is when the same ingest is run again`() throws {
    let place = try SmallDataset().write()
    expectDone(try place.ingest())
    let before = try digests(place.store)
    let dates = try before.keys.sorted().map { try Directory.status(place.store + "/" + $0).modified }
    let again = try place.ingest("--json")
    expectDone(again)
    #expect(try again.json["was_complete"]?.bool == true)
    #expect(try place.ingest().output.contains("complete already"))
    #expect(try digests(place.store) == before)
    #expect(try before.keys.sorted().map { try Directory.status(place.store + "/" + $0).modified } == dates)
  }

  @Test func `a store of another manifest, other options or other data is not touched`() throws {
    let place = try SmallDataset().write()
    expectDone(try place.ingest())
    let before = try digests(place.store)
    expectRefusal(try place.ingest("--images", "png:32"), 73, place.store)
    expectRefusal(try place.ingest("--split", "train[:2]"), 73, place.store)
    try place.directory.write(Array((SmallDataset.manifest + "about: {control_hz: 5}\n").utf8), to: "small.yaml")
    expectRefusal(try place.ingest(), 73, place.store)
    try place.directory.write(Array(SmallDataset.manifest.utf8), to: "small.yaml")
    var other = SmallDataset()
    other.stepCount = 4
    let elsewhere = try other.write()
    expectRefusal(
      try Program.rlds.run("ingest", elsewhere.data, "--dataset", place.manifest, "--out", place.store), 73, place.store
    )
    #expect(try digests(place.store) == before)
  }

  @Test func `a second ingest into the same directory is told to try again`() throws {
    let directory = try TemporaryDirectory()
    try Directory.create(directory("store/.ingest"))
    // Whoever works in the directory holds this lock.
    let lock = try DirectoryLock(directory("store/.ingest"))
    let arguments = [
      "ingest", Repository.sample("metaworld_button_drawer"), "--dataset", "metaworld_button_drawer", "--out",
      directory("store"),
    ]
    try withExtendedLifetime(lock) { expectRefusal(try Program.rlds.run(arguments), 75, "store") }
  }

  @Test func `two ingests at a time make one store`() throws {
    let directory = try TemporaryDirectory()
    let arguments = [
      "ingest", Repository.sample("metaworld_button_drawer"), "--dataset", "metaworld_button_drawer", "--out",
      directory("store"), "--shard-size", "1", "--images", "png:32",
    ]
    let running = try (0..<2).map { _ in try Program.rlds.start(arguments) }
    let endings = try running.map { try $0.outcome() }.map(\.ending)
    #expect(endings.allSatisfy { $0 == .status(0) || $0 == .status(75) }, "\(endings)")
    #expect(endings.contains(.status(0)))
    expectDone(try Program.rlds.run("verify", directory("store")))
    #expect(!(try Directory.names(directory("store")).contains(".ingest")))
  }
}
