import ByteIO
import JSON
import TestSupport
import Testing

/// Every dataset of the registry through the program, against what the reference's own transform makes of it.
///
/// Fixtures/Registry holds one dumped episode per dataset with the expected outcome (Scripts/oracles/registry.py).
@Suite struct RegistryTests {
  static let names = ((try? Directory.names(Repository.fixture("Registry"))) ?? [])
    .filter { $0.hasSuffix(".safetensors") }.map { String($0.dropLast(".safetensors".count)) }

  /// The three with Euler angles, whose sine and its kin are those of another library.
  static let trigonometric = [
    "furniture_bench_dataset_converted_externally_to_rlds", "iamlab_cmu_pickup_insert_converted_externally_to_rlds",
    "cmu_playing_with_food",
  ]

  private func texts(_ file: SafetensorsFixture, _ name: String) throws -> [[UInt8]] {
    let bytes = try file.bytes(name + ".bytes")
    let offsets = try file.unsignedIntegers(name + ".offsets").map(Int.init)
    return zip(offsets, offsets.dropFirst()).map { Array(bytes[$0..<$1]) }
  }

  private func expectEqual(_ found: [Float], _ expected: [Float], _ name: String, _ what: String) {
    #expect(found.count == expected.count, "\(name) \(what)")
    if Self.trigonometric.contains(name), what == "action" {
      for (a, b) in zip(found, expected) { #expect(abs(a - b) <= 1e-6, "\(name) \(what)") }
    } else {
      #expect(found.map(\.bitPattern) == expected.map(\.bitPattern), "\(name) \(what)")
    }
  }

  @Test func `the fixtures hold the seventy datasets of the reference`() {
    #expect(Self.names.count == 70)
  }

  @Test(arguments: names)
  func `an episode is standardised as the reference does, or refused as the reference does`(name: String) throws {
    let path = Repository.fixture("Registry/\(name).safetensors")
    let reference = try SafetensorsFixture(path: path)
    let directory = try TemporaryDirectory()
    let out = directory("out.safetensors")
    let outcome = try Program.rlds.run("standardize", path, "--dataset", name, "--out", out)
    guard reference.metadata["status"] == "ok" else {
      expectRefusal(outcome, 65, "\(name).yaml", "joint positions")
      #expect(Directory.entry(out) == .missing)
      return
    }
    expectDone(outcome)
    let found = try SafetensorsFixture(path: out)
    expectEqual(try found.floats("action"), try reference.floats("expected/action"), name, "action")
    #expect(try found.shape("action") == reference.shape("expected/action"))
    expectEqual(try found.floats("proprio"), try reference.floats("expected/proprio"), name, "proprio")
    #expect(try found.shape("proprio") == reference.shape("expected/proprio"))

    let table = try texts(found, "instruction")
    let instructions = try found.shortIntegers("instruction.index").map { $0 < 0 ? [] : table[Int($0)] }
    #expect(instructions == (try texts(reference, "expected/instruction")))

    func metadata(_ file: SafetensorsFixture, _ key: String) throws -> JSONValue {
      try JSONValue(parsing: Array((file.metadata[key] ?? "").utf8), file: key)
    }
    let views = try metadata(found, "views").members ?? []
    let shown = try metadata(reference, "views").members ?? []
    #expect(views.map(\.name).sorted() == shown.map(\.name).sorted())
    for view in shown { #expect(views.first { $0.name == view.name }?.value == view.value, "\(view.name)") }
    #expect(try found.integers("rows").map { "\($0)" } == rows(metadata(reference, "rows")))
    for mask in ["normalization_mask", "absolute_mask"] {
      #expect(try metadata(found, mask) == metadata(reference, mask))
    }
  }

  private func rows(_ value: JSONValue) throws -> [String] {
    guard case .array(let rows) = value else { return [] }
    return rows.map { $0.serialized() }
  }

  @Test func `the registry lists each dataset with its size and whether the reference takes it`() throws {
    let outcome = try Program.rlds.run("registry", "--json")
    expectDone(outcome)
    guard case .array(let datasets)? = try outcome.json["datasets"] else {
      Issue.record("no datasets")
      return
    }
    var status: [String: String] = [:]
    for dataset in datasets {
      guard case .string(let name)? = dataset["dataset"], case .string(let state)? = dataset["status"] else { continue }
      status[name] = state
    }
    for name in Self.names {
      let reference = try SafetensorsFixture(path: Repository.fixture("Registry/\(name).safetensors"))
      #expect(status[name] == reference.metadata["status"], "\(name)")
    }
    let text = try Program.rlds.run("registry")
    expectDone(text)
    #expect(text.output.contains("bridge_orig") && text.output.contains("60064"))
  }

  @Test func `directories that fit their manifests pass the check`() throws {
    let outcome = try Program.rlds.run("registry", "check", Repository.root + "/Samples", "--json")
    expectDone(outcome)
    let json = try outcome.json
    #expect(json["clean"] == .bool(true))
    guard case .array(let datasets)? = json["datasets"] else {
      Issue.record("no datasets")
      return
    }
    #expect(datasets.map { $0["manifest"] } == [.string("metaworld_button_drawer"), .string("metaworld_reach_push")])
    expectDone(try Program.rlds.run("registry", "check", Repository.sample("metaworld_reach_push")))
  }

  @Test func `missing features and other shapes are all told before any data is read`() throws {
    var dataset = SmallDataset()
    dataset.declarations = [
      ("action", SmallDataset.tensor("float32", [8])), ("state", SmallDataset.tensor("float32", [9])),
      ("image", SmallDataset.image("128", "128")),
    ]
    let place = try dataset.write()
    try AtomicFile.write(
      Array((SmallDataset.manifest + "shapes:\n  action: [7]\n  state: [8]\n").utf8), to: place.manifest)
    let outcome = try Program.rlds.run("registry", "check", place.data, "--dataset", place.manifest)
    #expect(outcome.ending == .status(65))
    #expect(outcome.complaints.count == 1, "\(outcome.complaint)")
    for problem in [
      "small.yaml:6:12: encodings: the masks have 7 columns, but the action has 8",
      "small.yaml:4:11: language: steps has no feature `language_instruction`",
      "small.yaml:8:11: shapes.action: the feature has shape [8], the manifest was written for [7]",
      "small.yaml:9:10: shapes.state: the feature has shape [9], the manifest was written for [8]",
    ] {
      #expect(outcome.output.contains("problem: "))
      #expect(outcome.output.contains(problem), "\(outcome.output)")
    }
  }

  @Test func `a dataset is matched by its directory before its own name, and a stranger is named`() throws {
    let directory = try TemporaryDirectory()
    let place = try SmallDataset().write()
    for name in ["bridge_orig", "stranger"] {
      try copyFiles(place.data, to: directory("root/\(name)/1.0.0"))
    }
    let outcome = try Program.rlds.run("registry", "check", directory("root"), "--json")
    #expect(outcome.ending == .status(65))
    guard case .array(let datasets)? = try outcome.json["datasets"] else {
      Issue.record("no datasets")
      return
    }
    #expect(datasets.map { $0["manifest"] } == [.string("bridge_orig"), .null])
    #expect(outcome.output.contains("steps has no feature `observation/state`"))
    #expect(outcome.output.contains("there is no manifest for `small`"))
    #expect(outcome.output.contains("4 episodes, where 60064 are published"))
    expectRefusal(try Program.rlds.run("registry", "check", directory("nowhere")), 66, "nowhere")
    try Directory.create(directory("empty"))
    expectRefusal(try Program.rlds.run("registry", "check", directory("empty")), 66, "dataset_info.json")
  }

  @Test func `a missing shard is told by the check`() throws {
    let dataset = SmallDataset()
    let place = try dataset.write()
    expectDone(try Program.rlds.run("registry", "check", place.data, "--dataset", place.manifest))
    try Directory.remove(place.data + "/" + dataset.shardName(1))
    let outcome = try Program.rlds.run("registry", "check", place.data, "--dataset", place.manifest)
    #expect(outcome.ending == .status(65))
    #expect(outcome.complaint.contains(dataset.shardName(1)))
  }

  @Test func `a name that is nearly one is answered with the one`() throws {
    let directory = try TemporaryDirectory()
    let outcome = try Program.rlds.run(
      "standardize", directory("none"), "--dataset", "bridge_orgi", "--out", directory("out"))
    expectRefusal(outcome, 66, "did you mean `bridge_orig`")
  }

  @Test func `metadata that cannot be read is one problem of its dataset, and the others are checked`() throws {
    let place = try SmallDataset().write()
    try copyFiles(place.data, to: place.directory("root/small/1.0.0"))
    try copyFiles(place.data, to: place.directory("root/broken/1.0.0"))
    try AtomicFile.write(Array("{".utf8), to: place.directory("root/broken/1.0.0/dataset_info.json"))
    let outcome = try Program.rlds.run(
      "registry", "check", place.directory("root"), "--dataset", place.manifest)
    #expect(outcome.ending == .status(65))
    #expect(outcome.complaints.count == 1)
    #expect(outcome.complaint.contains("1 of 2 datasets") && outcome.complaint.contains("dataset_info.json"))
    #expect(outcome.output.contains("root/small/1.0.0: small 1.0.0, 4 episodes: fits small"))
  }
}
