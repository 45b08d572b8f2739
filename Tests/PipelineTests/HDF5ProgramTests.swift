import ByteIO
import EpisodeStore
import Foundation
import JSON
import TensorFiles
import TestSupport
import Testing

/// `armature rlds` on demonstrations in HDF5; the files and what h5py reads of them are `Scripts/oracles/hdf5_layouts.py`'s.
@Suite struct HDF5ProgramTests {
  private static func layout(_ name: String) -> String { Repository.fixture("HDF5/layouts/\(name)") }
  private static let libero = "KITCHEN_SCENE3_turn_on_the_stove_demo.hdf5"

  @Test(arguments: [("robomimic.hdf5", 2, "robomimic"), (libero, 1, "libero"), ("aloha", 1, "aloha")])
  func `a dump has the values that h5py reads, by their paths`(_ name: String, _ episode: Int, _ expected: String)
    throws
  {
    let directory = try TemporaryDirectory()
    // Natural order: demo_10 comes after demo_2, episode_10 after episode_2.
    expectDone(
      try Program.rlds.run(
        "dump", Self.layout(name), "--episode", "\(episode)", "--out", directory("d.safetensors"), "--quiet"))
    let found = try SafetensorsFile(directory("d.safetensors"))
    let due = try SafetensorsFile(Self.layout("\(expected).safetensors"))
    var compared = 0
    for tensor in due.tensors {
      if tensor.name.hasSuffix("cam_high") || !found.tensors.contains(where: { $0.name == tensor.name }) { continue }
      #expect(found.declaration(tensor.name) == tensor, "\(tensor.name)")
      #expect(try found.bytes(tensor.name).array == due.bytes(tensor.name).array, "\(tensor.name)")
      compared += 1
    }
    #expect(compared >= 4)
    for name in ["steps/actions", "steps/action"] where due.declaration(name) != nil {
      #expect(found.declaration(name) != nil)
    }
    if expected == "aloha" {
      // JPEG files whose padding is gone: decoded, they are close to the raw pictures beside them.
      let (jpeg, raw) = ("steps/observations/images/cam_high", "steps/observations/images/cam_low")
      #expect(found.declaration(jpeg)?.shape == found.declaration(raw)?.shape)
      let differences = zip(try found.bytes(jpeg).array, try found.bytes(raw).array).map { abs(Int($0) - Int($1)) }
      #expect(differences.reduce(0, +) < 12 * differences.count)
    }
  }

  @Test(arguments: [
    ("robomimic.hdf5", "robomimic_hdf5", 3, 11, ["train", "valid"]), (libero, "libero_hdf5", 2, 6, ["train"]),
    ("aloha", "aloha_hdf5", 2, 9, ["train"]), ("robomimic.hdf5", "robosuite_hdf5", 3, 11, ["train", "valid"]),
  ])
  func `each layout becomes a store, the same for any number of workers`(
    _ name: String, _ dataset: String, _ episodes: Int, _ steps: Int, _ splits: [String]
  ) throws {
    let directory = try TemporaryDirectory()
    for workers in ["1", "2", "7"] {
      let outcome = try Program.rlds.run(
        "ingest", Self.layout(name), "--dataset", dataset, "--out", directory(workers), "--workers", workers, "--json")
      expectDone(outcome)
      #expect(try outcome.json["episodes"]?.integer == episodes && outcome.json["steps"]?.integer == steps)
      #expect(Directory.entry(directory("\(workers).records")) == .missing)
      expectDone(try Program.rlds.run("verify", directory(workers)))
    }
    let first = try digests(directory("1"))
    #expect(try digests(directory("2")) == first && digests(directory("7")) == first)
    let index = try JSONNode(file: directory("1/store.json")).value
    #expect(index["splits"]?.elements?.compactMap { $0["name"]?.text } == splits)
    var origins: [String] = []
    try Catalog.read(directory("1/catalog.sqlite")) { row in
      let metadata = try JSONValue(parsing: Array(row.metadata.utf8), file: "metadata")
      origins.append("\(metadata["hdf5_file"]?.text ?? "?") \(metadata["hdf5_group"]?.text ?? "?")")
    }
    #expect(origins.count == episodes && Set(origins).count == episodes)
    if name == "robomimic.hdf5" {
      #expect(
        Set(origins) == ["robomimic.hdf5 data/demo_0", "robomimic.hdf5 data/demo_2", "robomimic.hdf5 data/demo_10"])
    }
    guard dataset == "libero_hdf5" else { return }
    let shard = try #require(index["shards"]?.elements?.first?["file"]?.text)
    let file = try SafetensorsFile(directory("1/\(shard)"))
    #expect(String(decoding: try file.bytes("instruction.bytes").array, as: UTF8.self) == "turn on the stove")
    // Raw pictures are kept without loss.
    #expect(try file.bytes("image.primary.bytes").array.starts(with: [0x89, 0x50, 0x4E, 0x47]))
  }

  @Test func `inspect shows episodes, splits, features and cameras`() throws {
    let outcome = try Program.rlds.run("inspect", Self.layout("robomimic.hdf5"), "--json")
    expectDone(outcome)
    let json = try outcome.json
    #expect(json["episodes"]?.integer == 3 && json["format"]?.text == "hdf5")
    #expect(json["splits"]?.elements?.compactMap { $0["episodes"]?.integer } == [2, 1])
    #expect(
      json["cameras"]?.elements?.compactMap(\.text)
        == ["steps/obs/agentview_image", "steps/obs/robot0_eye_in_hand_image"])
    let paths = json["features"]?.elements?.compactMap { $0["path"]?.text } ?? []
    for path in ["episode_metadata/env_args", "episode_metadata/model_file", "steps/obs/robot0_eef_quat"] {
      #expect(paths.contains(path))
    }
    // In natural order, whatever their splits: demo_0, demo_2, demo_10.
    let sizes = try ["0", "1", "2"].map { episode in
      let directory = try TemporaryDirectory()
      let dump = try Program.rlds.run(
        "dump", Self.layout("robomimic.hdf5"), "--episode", episode, "--out", directory("d.safetensors"), "--json")
      return try dump.json["steps"]?.text
    }
    let directory = try TemporaryDirectory()
    let second = try Program.rlds.run(
      "dump", Self.layout("robomimic.hdf5"), "--split", "train", "--episode", "1", "--out", directory("d.safetensors"),
      "--json")
    #expect(try second.json["steps"]?.text == "6")
    #expect(sizes == ["2", "3", "6"])
  }

  @Test(arguments: [
    ("mismatched.hdf5", "it has 3 rows, the actions 4"), ("external.hdf5", "the link leads to another file"),
    ("nothing.hdf5", "there is no episode"),
  ])
  func `what is no episode is refused in one line`(_ name: String, _ message: String) throws {
    let directory = try TemporaryDirectory()
    expectRefusal(
      try Program.rlds.run("dump", Self.layout(name), "--out", directory("d.safetensors")), 65, message)
    expectRefusal(
      try Program.rlds.run(
        "ingest", Self.layout(name), "--dataset", "robosuite_hdf5", "--out", directory("s"), "--quiet"), 65, message)
  }

  @Test func `files that are cut or no HDF5, and episodes that are not there, are refused`() throws {
    let directory = try TemporaryDirectory()
    let bytes = try readBytes(Self.layout("aloha/episode_2.hdf5"))
    let cut = directory("cut.hdf5")
    for count in [0, 1, 7, 8, 95, 96, 500, 2048, bytes.count / 2, bytes.count - 1] {
      try Data(bytes.prefix(count)).write(to: URL(filePath: cut))
      let outcome = try Program.rlds.run("dump", cut, "--out", directory("d.safetensors"))
      #expect(outcome.ending == .status(65), "\(count): \(outcome.complaint)")
      #expect(outcome.complaints.count == 1 && outcome.complaint.contains("cut.hdf5"), "\(outcome.complaint)")
    }
    try Data("no such thing".utf8).write(to: URL(filePath: cut))
    expectRefusal(try Program.rlds.run("inspect", cut), 65, "cut.hdf5")
    expectRefusal(
      try Program.rlds.run("dump", Self.layout("aloha"), "--episode", "2", "--out", directory("d.safetensors")), 64,
      "there is no episode 2")
    expectRefusal(
      try Program.rlds.run(
        "dump", Self.layout("robomimic.hdf5"), "--split", "test", "--out", directory("d.safetensors")), 64,
      "there are train, valid")
    expectRefusal(try Program.rlds.run("inspect", directory("missing.hdf5")), 66, "missing.hdf5")
  }

  @Test(arguments: ["1", "2", "7"])
  func `a scan reads everything and names what is damaged`(_ workers: String) throws {
    let directory = try TemporaryDirectory()
    let scan = try Program.rlds.run(
      "scan", Self.layout("robomimic.hdf5"), Self.layout("aloha"), "--workers", workers, "--json", "--quiet")
    expectDone(scan)
    let json = try scan.json
    #expect(json["episodes"] == 5 && json["steps"] == 20 && json["errors"] == [])
    // Bytes of chunks and of what describes them.
    var bytes = try readBytes(Self.layout("robomimic.hdf5"))
    var found = 0
    for place in stride(from: 4096, to: bytes.count, by: 997) {
      bytes[place] ^= 0x55
      try Data(bytes).write(to: URL(filePath: directory("damaged.hdf5")))
      bytes[place] ^= 0x55
      let outcome = try Program.rlds.run("scan", directory("damaged.hdf5"), "--workers", workers, "--quiet")
      guard outcome.ending != .status(0) else { continue }
      #expect(outcome.ending == .status(65), "\(place): \(outcome.complaint)")
      #expect(outcome.complaint.contains("damaged.hdf5"), "\(place): \(outcome.complaint)")
      found += 1
    }
    #expect(found > 0)
    let mixed = try Program.rlds.run("scan", Self.layout("robomimic.hdf5"), Repository.sample("metaworld_reach_push"))
    #expect(mixed.ending == .status(64) && mixed.complaint.contains("cannot be scanned together"))
  }

  @Test func `records of an ingest that was stopped serve the same files only`() throws {
    let directory = try TemporaryDirectory()
    let file = directory("demo.hdf5")
    func ingest(_ store: String) throws -> [String: String] {
      expectDone(
        try Program.rlds.run("ingest", file, "--dataset", "robomimic_hdf5", "--out", directory(store), "--quiet"))
      #expect(Directory.entry(directory("\(store).records")) == .missing)
      return try digests(directory(store))
    }
    let bytes = try readBytes(Self.layout("robomimic.hdf5"))
    try AtomicFile.write(bytes, to: file)
    let expected = try ingest("whole")
    // What a kill leaves between records and store, and a file that is another one by now.
    let records = directory("store.records")
    try Directory.create(records)
    try AtomicFile.write(Array("\(file) 1 1\n".utf8), to: "\(records)/origin.txt")
    try AtomicFile.write(Array("{}".utf8), to: "\(records)/dataset_info.json")
    #expect(try ingest("store") == expected)
  }
}
