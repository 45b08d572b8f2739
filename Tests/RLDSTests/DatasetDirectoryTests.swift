import ByteIO
import JSON
import RLDS
import TestSupport
import Testing

@Suite struct DatasetDirectoryTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func `the highest version is opened, compared number by number`() throws {
    let dataset = try DatasetDirectory(Repository.fixture("Features/feature_versions"))
    #expect(dataset.info.version == "1.10.0")
  }

  @Test func `a version can be named`() throws {
    let dataset = try DatasetDirectory(Repository.fixture("Features/feature_versions/1.9.0"))
    #expect(dataset.info.version == "1.9.0")
    #expect(dataset.path.hasSuffix("feature_versions/1.9.0"))
  }

  @Test func `the default configuration is opened`() throws {
    let path = Repository.fixture("Features/feature_config")
    #expect(try DatasetDirectory(path).path == path + "/small/1.10.0")
    #expect(try DatasetDirectory(path + "/other-1.x").path == path + "/other-1.x/1.0.0")
    #expect(try DatasetDirectory(path).info.configuration == "small")
  }

  @Test func `several configurations without a default are listed`() throws {
    try SyntheticDataset(name: "b").write(to: directory("set"))
    try SyntheticDataset(name: "a").write(to: directory("set"))
    let error = #expect(throws: DatasetError.self) { try DatasetDirectory(directory("set")) }
    #expect(error?.reason == .severalConfigurations(["a", "b"]))
    #expect(error?.kind == .badData)
  }

  @Test func `the only configuration is opened`() throws {
    try SyntheticDataset(name: "only").write(to: directory("set"))
    #expect(try DatasetDirectory(directory("set")).path == directory("set/only/1.0.0"))
  }

  @Test func `a default configuration may not lead out of the directory`() throws {
    try SyntheticDataset(name: "a").write(to: directory.path)
    try Directory.create(directory("set/.config"))
    try directory.write(Array(#"{"default_config_name": "../a"}"#.utf8), to: "set/.config/metadata.json")
    let error = #expect(throws: DatasetError.self) { try DatasetDirectory(directory("set")) }
    #expect(error?.reason == .unsafeName(kind: "configuration", name: "../a"))
  }

  @Test func `a renamed directory keeps its shards' names`() throws {
    try SyntheticDataset(name: "bridge_dataset").write(to: directory.path)
    try Directory.move(directory("bridge_dataset"), to: directory("bridge_orig"))
    let dataset = try DatasetDirectory(directory("bridge_orig"))
    #expect(dataset.info.name == "bridge_dataset")
    let shard = try #require(dataset.splits.first?.shards.first)
    #expect(shard.file == "bridge_dataset-train.tfrecord-00000-of-00001")
    #expect(try dataset.file(shard) == directory("bridge_orig/1.0.0/") + shard.file)
  }

  @Test func `templates name the shards`() throws {
    let dataset = try DatasetDirectory(Repository.fixture("Features/feature_template"))
    for split in dataset.splits {
      for shard in split.shards { #expect(throws: Never.self) { try dataset.file(shard) } }
    }
    #expect(dataset.splits.contains { $0.shards.first?.file.contains("-of-") == false })
  }

  @Test func `shard numbers have as many digits as the count needs`() throws {
    try writeInfo(
      splits: #"[{"name": "train", "shardLengths": ["#
        + Array(repeating: "1", count: 100_001)
        .joined(separator: ",") + "]}]")
    let shards = try #require(try DatasetDirectory(directory.path).splits.first).shards
    #expect(shards[0].file == "set-train.tfrecord-000000-of-100001")
    #expect(shards[100_000].file == "set-train.tfrecord-100000-of-100001")
  }

  @Test func `splits, lengths and sizes are those declared`() throws {
    let dataset = try DatasetDirectory(Repository.fixture("Features/feature_layout"))
    #expect(dataset.splits.count == 3)
    #expect(dataset.splits.allSatisfy { $0.shards.count == 3 })
    for split in dataset.splits {
      let payloads = try split.shards.map { try readPayloads(try dataset.file($0)) }
      #expect(payloads.map(\.count) == split.shards.map(\.episodeCount))
      #expect(payloads.joined().reduce(0) { $0 + $1.count } == split.byteCount)
      #expect(split.episodeCount == payloads.joined().count)
    }
  }

  @Test func `a missing shard is named`() throws {
    let synthetic = SyntheticDataset(splits: [("train", 2, 1)])
    let path = try synthetic.write(to: directory.path)
    let name = synthetic.shardName("train", 1, of: 2)
    try Directory.remove(path + "/" + name)
    let dataset = try DatasetDirectory(path)
    let shards = dataset.splits[0].shards
    #expect(throws: Never.self) { try dataset.file(shards[0]) }
    let error = #expect(throws: DatasetError.self) { try dataset.file(shards[1]) }
    #expect(error?.reason == .missingShard(name))
    #expect(error?.kind == .inputMissing)
    #expect(error?.description.contains(path) == true)
  }

  @Test func `a dataset without features.json still tells its splits`() throws {
    let path = try SyntheticDataset().write(to: directory.path)
    try Directory.remove(path + "/features.json")
    let dataset = try DatasetDirectory(path)
    #expect(dataset.features == nil)
    #expect(dataset.splits.map(\.episodeCount) == [2])
  }

  @Test(arguments: ["", "missing", "empty"]) func `what is no dataset is refused as missing`(_ name: String) throws {
    try Directory.create(directory("empty"))
    let error = #expect(throws: DatasetError.self) { try DatasetDirectory(directory(name)) }
    #expect(error?.reason == .noDataset)
    #expect(error?.kind == .inputMissing)
  }

  @Test(arguments: ["array_record", "riegeli", "parquet"])
  func `another file format is refused with a way out`(_ format: String) throws {
    try writeInfo(fields: #","fileFormat": "\#(format)""#)
    let error = #expect(throws: DatasetError.self) { try DatasetDirectory(directory.path) }
    #expect(error?.reason == .unsupportedFormat(format))
    #expect(error?.kind == .badData)
    #expect(error?.description.contains("`\(format)`") == true)
    #expect(error?.description.contains("convert the dataset to tfrecord") == true)
  }

  static let escapes = [
    ("../../x-{SHARD_INDEX}", "train"), ("/etc/passwd", "train"), ("..", "train"), ("a/{SPLIT}", "train"),
    ("", "../a"), ("", ".."), ("", "a/b"), ("", ""), ("{SPLIT}", ".."),
  ]

  @Test(arguments: escapes) func `no name leads out of the directory`(_ template: String, _ split: String) throws {
    try writeInfo(
      splits: #"[{"name": "\#(split)", "shardLengths": ["1"], "filepathTemplate": "\#(template)"}]"#)
    let error = #expect(throws: DatasetError.self) { try DatasetDirectory(directory.path) }
    guard case .unsafeName = error?.reason else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error?.kind == .badData)
  }

  @Test func `a dataset's name may not lead out of the directory`() throws {
    try directory.write(
      Array(#"{"name": "../x", "splits": [{"name": "train", "shardLengths": ["1"]}]}"#.utf8), to: "dataset_info.json")
    let error = #expect(throws: DatasetError.self) { try DatasetDirectory(directory.path) }
    #expect(error?.reason == .unsafeName(kind: "dataset name", name: "../x"))
  }

  @Test func `a template that names all shards alike is refused`() throws {
    try writeInfo(splits: #"[{"name": "train", "shardLengths": ["1", "1"], "filepathTemplate": "{SPLIT}"}]"#)
    #expect(throws: DatasetError.self) { try DatasetDirectory(directory.path) }
  }

  static let brokenSplits = [
    #"[{"name": "train"}, {"name": "train"}]"#, #"[{"shardLengths": ["1"]}]"#, #"{"name": "train"}"#,
    #"[{"name": "train", "shardLengths": ["-1"]}]"#, #"[{"name": "train", "shardLengths": ["1.5"]}]"#,
    #"[{"name": "train", "shardLengths": ["9223372036854775807", "9223372036854775807"]}]"#,
    #"[{"name": "train", "shardLengths": ["99999999999999999999"]}]"#,
    #"[{"name": "train", "shardLengths": ["1"], "numBytes": "-5"}]"#, #"[{"name": 3}]"#,
  ]

  @Test(arguments: brokenSplits) func `a broken split is refused with its place`(_ splits: String) throws {
    try writeInfo(splits: splits)
    let error = #expect(throws: JSONError.self) { try DatasetDirectory(directory.path) }
    #expect(error?.kind == .badData)
    #expect(error?.description.contains("dataset_info.json") == true)
    #expect(error?.description.contains("\n") == false)
  }

  private func writeInfo(splits: String = "[]", fields: String = "") throws {
    try directory.write(Array(#"{"name": "set", "splits": \#(splits)\#(fields)}"#.utf8), to: "dataset_info.json")
  }
}
