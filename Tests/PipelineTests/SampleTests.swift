import ByteIO
import EpisodeStore
import JSON
import TestSupport
import Testing

/// The programs on the sample datasets, against what the reference pipeline makes of them.
@Suite struct SampleTests {
  /// A sample ingested into many small shards.
  private struct Ingested {
    let name: String
    let directory: TemporaryDirectory
    let data: String
    let store: String

    init(_ name: String) throws {
      self.name = name
      directory = try TemporaryDirectory()
      data = Repository.sample(name)
      store = directory("store")
      expectDone(
        try Program.rlds.run("ingest", data, "--dataset", name, "--out", store, "--shard-size", "1", "--quiet"))
    }

    var shards: [SafetensorsFixture] {
      get throws {
        try Directory.names(store).filter { $0.hasSuffix(".safetensors") }.sorted()
          .map { try SafetensorsFixture(path: store + "/" + $0) }
      }
    }

    func rows(_ tensor: String) throws -> [Float] { try shards.flatMap { try $0.floats(tensor) } }
  }

  private static let names = ["metaworld_reach_push", "metaworld_button_drawer"]

  private func members(_ value: JSONValue?) -> [JSONValue.Member] { value?.members ?? [] }

  @Test(arguments: names)
  func `each verb prints exactly one JSON object on standard output`(name: String) throws {
    let sample = try Ingested(name)
    let dump = sample.directory("dump.safetensors")
    for arguments in [
      ["inspect", sample.data], ["dump", sample.data, "--episode", "3", "--out", dump],
      ["standardize", dump, "--dataset", name, "--out", sample.directory("standard.safetensors")],
      ["ingest", sample.data, "--dataset", name, "--out", sample.directory("other")], ["stats", sample.store],
      ["ingest", sample.data, "--dataset", name, "--statistics-only"], ["tokens", sample.store],
      ["verify", sample.store], ["scan", sample.data],
    ] {
      let outcome = try Program.rlds.run(arguments + ["--json"])
      expectDone(outcome)
      #expect(try outcome.json.members != nil, "\(arguments)")
      #expect(outcome.output.hasSuffix("}\n") && outcome.output.filter { $0 == "\n" }.count == 1, "\(arguments)")
      let text = try Program.rlds.run(arguments)  // For people.
      expectDone(text)
      #expect(text.output.count > 20)
    }
  }

  @Test(arguments: names)
  func `the statistics are those of the reference key for key`(name: String) throws {
    let sample = try Ingested(name)
    let expected = try JSONNode(file: Repository.fixture("Actions/\(name).statistics.json")).member(
      "dataset_statistics")
    let stored = try JSONNode(file: sample.store + "/statistics.json")
    #expect(try stored.members().map(\.name) == [name])
    let found = try stored.member(name)
    #expect(try found.members().map(\.name) == expected.members().map(\.name))
    for count in ["num_transitions", "num_trajectories"] {
      #expect(try found.member(count).count() == expected.member(count).count())
    }
    for feature in ["action", "proprio"] {
      let reference = try expected.member(feature)
      let ours = try found.member(feature)
      #expect(try ours.members().map(\.name) == reference.members().map(\.name))
      for (key, value) in try reference.members() {
        guard key == "mean" || key == "std" else {
          #expect(try ours.member(key).value == value.value, "\(feature) \(key)")
          continue
        }
        let pairs = zip(try ours.member(key).array(), try value.array())
        #expect(try ours.member(key).array().count == value.array().count)
        for (a, b) in pairs { #expect(abs(try a.double() - b.double()) <= 5e-6, "\(feature) \(key)") }
      }
    }
    #expect(try Program.rlds.run("stats", sample.store, "--json").json == stored.value)
    let only = try Program.rlds.run("ingest", sample.data, "--dataset", name, "--statistics-only", "--json").json
    #expect(only["statistics"] == stored.value)
  }

  @Test(arguments: names)
  func `the stored actions have the bits of the reference and the tokens follow`(name: String) throws {
    let sample = try Ingested(name)
    let expected = try SafetensorsFixture(path: Repository.fixture("Actions/\(name).normalized.safetensors"))
    let rows = try sample.rows("action")
    #expect(rows.map(\.bitPattern) == (try expected.floats("standardized/all/action")).map(\.bitPattern))
    let lengths = try sample.shards.flatMap { shard in
      let offsets = try shard.unsignedIntegers("episode.offsets")
      return zip(offsets.dropFirst(), offsets).map { Int64($0 - $1) }
    }
    #expect(lengths == (try expected.integers("standardized/all/episode_len")))
    let ordinals = try sample.shards.flatMap { try $0.unsignedIntegers("episode.ordinal") }
    #expect(ordinals == Array(0..<UInt64(lengths.count)))
    // The reference's train split is where the store begins.
    let fixture = try SafetensorsFixture(path: Repository.fixture("Actions/\(name).tokens.safetensors"))
    let normalized = try expected.floats("bounds_q99/train/action")
    for vocabulary in [32000, 50257] {
      let steps =
        try Program.rlds.run(
          "tokens", sample.store, "--json", "--steps", "300", "--vocabulary", "\(vocabulary)"
        ).json["steps"]?.elements ?? []
      #expect(steps.count == 300)
      let ids = steps.flatMap { $0["ids"]?.elements ?? [] }.compactMap(\.integer)
      #expect(ids == (try fixture.integers("\(vocabulary)/train/ids")).prefix(2100).map { Int($0) })
      let values = steps.flatMap { $0["normalized"]?.elements ?? [] }.compactMap(\.double).map { Float($0) }
      #expect(values.map(\.bitPattern) == normalized.prefix(2100).map(\.bitPattern))
    }
  }

  @Test(arguments: names)
  func `a dumped episode standardises to the rows of the store`(name: String) throws {
    let sample = try Ingested(name)
    let action = try sample.rows("action")
    let proprio = try sample.rows("proprio")
    var first = 0
    let lengths = try SafetensorsFixture(path: Repository.fixture("Actions/\(name).normalized.safetensors"))
      .integers("standardized/all/episode_len").map { Int($0) }
    for (episode, length) in lengths.enumerated() {
      defer { first += length }
      guard episode % 6 == 0 else { continue }
      let dump = sample.directory("dump.safetensors")
      let standard = sample.directory("standard.safetensors")
      expectDone(
        try Program.rlds.run("dump", sample.data, "--split", "all", "--episode", "\(episode)", "--out", dump, "--quiet")
      )
      expectDone(try Program.rlds.run("standardize", dump, "--dataset", name, "--out", standard))
      let rows = try SafetensorsFixture(path: standard)
      #expect(rows.metadata["steps"] == "\(length)")
      #expect(try rows.floats("action") == Array(action[7 * first..<7 * (first + length)]))
      #expect(try rows.floats("proprio") == Array(proprio[8 * first..<8 * (first + length)]))
    }
  }

  @Test func `kept frames have the bytes of the source`() throws {
    let sample = try Ingested("metaworld_reach_push")
    // The fixtures are the first frame of episode 0 and frame 5 of episode 3, cut from the source.
    let shard = try #require(try sample.shards.first)
    let episodes = try shard.unsignedIntegers("episode.offsets").map { Int($0) }
    for (episode, step) in [(0, 0), (3, 5)] {
      for (view, file) in [("primary", "image_\(step).jpg"), ("wrist", "wrist_image_\(step).png")] {
        let offsets = try shard.unsignedIntegers("image.\(view).offsets").map { Int($0) }
        let row = episodes[episode] + step
        let frame = try shard.bytes("image.\(view).bytes")[offsets[row]..<offsets[row + 1]]
        #expect(Array(frame) == (try readBytes(Repository.fixture("Images/reach_push_\(episode)_\(file)"))))
      }
    }
  }

  @Test(arguments: [("metaworld_reach_push", 38, 60), ("metaworld_button_drawer", nil, 18)])
  func `the catalog tells the episodes that reached their goal`(name: String, successes: Int?, count: Int) throws {
    let sample = try Ingested(name)
    var rows: [CatalogRow] = []
    try Catalog.read(sample.store + "/catalog.sqlite") { rows.append($0) }
    #expect(rows.count == count)
    #expect(rows.map(\.ordinal) == Array(0..<count))
    #expect(rows.allSatisfy { $0.success != nil && !($0.instruction ?? "").isEmpty })
    if let successes { #expect(rows.count { $0.success == true } == successes) }
    let index = try StoreVerifier.index(sample.store)
    #expect(index.successRule == "metadata")
    #expect(index.episodeCount == count)
    #expect(index.shards.count > 4)
  }

  @Test func `a slice of a split is ingested with its own statistics`() throws {
    let directory = try TemporaryDirectory()
    let outcome = try Program.rlds.run(
      "ingest", Repository.sample("metaworld_reach_push"), "--dataset", "metaworld_reach_push", "--split",
      "train[95%:]",
      "--out", directory("store"), "--json")
    expectDone(outcome)
    #expect(try outcome.json["episodes"]?.integer == 3)
    #expect(try outcome.json["steps"]?.integer == 65)
    let ordinals = try SafetensorsFixture(path: directory("store/episodes-00000-of-00001.safetensors"))
      .unsignedIntegers("episode.ordinal")
    #expect(ordinals == [57, 58, 59])
    expectDone(try Program.rlds.run("verify", directory("store")))
  }
}
