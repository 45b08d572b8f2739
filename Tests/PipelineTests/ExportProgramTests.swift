import ByteIO
import EpisodeStore
import Glibc
import JSON
import TestSupport
import Testing

/// `armature-rlds export` on the samples, and back.
@Suite struct ExportProgramTests {
  private static let names = ["metaworld_reach_push", "metaworld_button_drawer"]

  private func store(_ name: String, _ directory: TemporaryDirectory, images: String = "keep") throws -> String {
    let store = directory("store")
    expectDone(
      try Program.rlds.run(
        "ingest", Repository.sample(name), "--dataset", name, "--out", store, "--shard-size", "1", "--images", images,
        "--quiet"))
    return store
  }

  /// The files of a directory by name.
  private func files(_ path: String) throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for name in try Directory.names(path) where name != "lock" { files[name] = try readBytes(path + "/" + name) }
    return files
  }

  /// Episodes as the catalog has them, without where they are from; an export says that where a dataset does not.
  private func rows(_ store: String) throws -> [String] {
    var rows: [String] = []
    try Catalog.read(store + "/catalog.sqlite") { row in
      let metadata = try JSONValue(parsing: Array(row.metadata.utf8), file: "metadata").members ?? []
      let own = JSONValue.object(metadata.filter { $0.name != "file_path" })
      rows.append(
        "\(row.ordinal) \(row.split) \(row.length) \(String(describing: row.instruction)) "
          + "\(String(describing: row.success)) \(String(describing: row.rewardSum)) \(own.serialized())")
    }
    return rows
  }

  // The second one has depth.
  @Test(arguments: [(names[0], "keep"), (names[1], "keep"), (names[0], "raw:16")])
  func `a store is the same after export and ingest, whatever the number of workers`(
    name: String, images: String
  ) throws {
    let directory = try TemporaryDirectory()
    let store = try store(name, directory, images: images)
    for workers in ["1", "2", "7"] {
      expectDone(
        try Program.rlds.run(
          "export", store, "--out", directory("out" + workers), "--workers", workers, "--verify-export", "--quiet"))
    }
    let exported = try files(directory("out1"))
    #expect(exported["dataset_info.json"] != nil && exported.count >= 6)
    #expect(try files(directory("out2")) == exported)
    #expect(try files(directory("out7")) == exported)
    expectDone(
      try Program.rlds.run(
        "ingest", directory("out1"), "--dataset", directory("out1") + "/armature.yaml", "--out", directory("again"),
        "--shard-size", "1", "--images", images, "--quiet"))
    #expect(try rows(store) == rows(directory("again")))
    let before = try files(store)
    let after = try files(directory("again"))
    let same = before.keys.filter { $0.hasSuffix(".safetensors") || $0 == "statistics.json" }
    #expect(same.count > 3)
    for file in same { #expect(before[file] == after[file], "\(file)") }
  }

  @Test func `a changed number is found with its place`() throws {
    let directory = try TemporaryDirectory()
    let store = try store("metaworld_reach_push", directory)
    let out = directory("out")
    expectDone(try Program.rlds.run("export", store, "--out", out, "--quiet"))
    // The same steps under an index of another store of equal sizes: one bit of a value turned in the store.
    let shard = store + "/" + (try Directory.names(store).filter { $0.hasSuffix(".safetensors") }.sorted()[0])
    let header = try SafetensorsFixture(path: shard)
    let first = try #require(try header.floats("action").first)
    var bytes = try readBytes(shard)
    let pattern = (0..<4).map { UInt8(truncatingIfNeeded: first.bitPattern >> (8 * UInt32($0))) }
    let headerCount = (0..<8).reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) } + 8
    let at = try #require(
      (headerCount..<bytes.count - 4).first { Array(bytes[$0..<$0 + 4]) == pattern })
    bytes[at] ^= 1
    try AtomicFile.write(bytes, to: shard)
    let outcome = try Program.rlds.run("export", store, "--out", out, "--verify-export", "--json", "--quiet")
    #expect(outcome.ending == .status(65))
    #expect(try outcome.json["equal"] == false)
    #expect(outcome.complaint.contains("record 0, step"))
  }

  @Test func `a selection keeps its splits and refuses to be empty`() throws {
    let directory = try TemporaryDirectory()
    let store = try store("metaworld_button_drawer", directory)
    let outcome = try Program.rlds.run(
      "export", store, "--out", directory("val"), "--split", "val", "--where", "length > 0", "--json", "--verify-export"
    )
    expectDone(outcome)
    #expect(try outcome.json["episodes"] == 3)
    let none = try Program.rlds.run("export", store, "--out", directory("none"), "--where", "length < 0")
    #expect(none.ending == .status(65) && none.complaints.count == 1)
    let split = try Program.rlds.run("export", store, "--out", directory("none"), "--split", "test")
    #expect(split.ending == .status(64) && split.complaints.count == 1)
    let syntax = try Program.rlds.run("export", store, "--out", directory("none"), "--where", "lengthy (")
    #expect(syntax.ending == .status(65) && syntax.complaints.count == 1)
    let other = try Program.rlds.run("export", store, "--out", directory("val"))
    #expect(other.ending == .status(73) && other.complaints.count == 1)
    let missing = try Program.rlds.run("export", directory("nothing"), "--out", directory("none"))
    #expect(missing.ending == .status(66) && missing.complaints.count == 1)
    #expect(Directory.entry(directory("none")) == .missing)
  }

  @Test func `an export that was killed goes on and ends in the same bytes`() throws {
    let directory = try TemporaryDirectory()
    let store = try store("metaworld_reach_push", directory)
    expectDone(try Program.rlds.run("export", store, "--out", directory("whole"), "--quiet"))
    let whole = try files(directory("whole"))
    // What a kill leaves: the plan, some shards, a part; the index is missing.
    for missing in [["dataset_info.json"], Array(whole.keys.filter { $0 != "export.json" })] {
      let out = directory("out\(missing.count)")
      try Directory.create(out)
      for (name, bytes) in whole where !missing.contains(name) { try AtomicFile.write(bytes, to: out + "/" + name) }
      try AtomicFile.write([1, 2, 3], to: out + "/cut.tfrecord.partial")
      expectDone(try Program.rlds.run("export", store, "--out", out, "--verify-export", "--quiet"))
      var found = try files(out)
      found["cut.tfrecord.partial"] = nil
      #expect(found == whole)
    }
  }

  @Test func `an export that is killed at any moment ends in the same bytes when it is run again`() throws {
    let directory = try TemporaryDirectory()
    let store = try store("metaworld_button_drawer", directory)
    let clock = ContinuousClock()
    let duration = try clock.measure {
      expectDone(try Program.rlds.run("export", store, "--out", directory("whole"), "--quiet"))
    }
    let whole = try files(directory("whole"))
    var generator = SeededGenerator(11)
    var killed = 0
    for number in 0..<12 {
      let out = directory("out-\(number)")
      for _ in 0..<2 {
        let running = try Program.rlds.start(["export", store, "--out", out, "--workers", "2", "--quiet"])
        let share = generator.bytes(2).reduce(0.0) { $0 / 256 + Double($1) / 256 }
        usleep(UInt32(duration / .microseconds(1) * min(share, 0.95)))
        running.kill()
        if try running.outcome().ending == .signal(SIGKILL) { killed += 1 }
      }
      expectDone(try Program.rlds.run("export", store, "--out", out, "--quiet"))
      #expect(try files(out).filter { !$0.key.hasSuffix(".partial") } == whole, "\(number)")
    }
    #expect(killed > 6)
  }

  @Test(.enabled(if: SmallDisk.isPermitted, "mounting a tmpfs needs the right to do so"))
  func `a full disk is said, and the export goes on when there is room`() throws {
    let directory = try TemporaryDirectory()
    let store = try store("metaworld_button_drawer", directory)
    expectDone(try Program.rlds.run("export", store, "--out", directory("whole"), "--quiet"))
    let disk = try SmallDisk(size: "1m")
    expectRefusal(try Program.rlds.run("export", store, "--out", disk.path + "/out", "--quiet"), 74, disk.path)
    disk.enlarge(to: "64m")
    expectDone(try Program.rlds.run("export", store, "--out", disk.path + "/out", "--quiet"))
    #expect(
      try files(disk.path + "/out").filter { !$0.key.hasSuffix(".partial") } == files(directory("whole")))
  }

  @Test func `a store that was damaged before its export is found by its digests`() throws {
    let directory = try TemporaryDirectory()
    let store = try store("metaworld_reach_push", directory)
    let shard = store + "/" + (try Directory.names(store).filter { $0.hasSuffix(".safetensors") }.sorted()[0])
    var bytes = try readBytes(shard)
    // The last bytes are the data of a tensor, never of the header.
    bytes[bytes.count - 1] ^= 1
    try AtomicFile.write(bytes, to: shard)
    expectRefusal(
      try Program.rlds.run("export", store, "--out", directory("out"), "--verify-export", "--quiet"), 65, shard)
  }
}
