import ByteIO
import EpisodeStore
import JSON
import TestSupport
import Testing

@Suite struct StoreVerifierTests {
  /// A store of two shards with two episodes each, of two steps and one action dimension.
  private struct Store {
    let directory: TemporaryDirectory
    var path: String { directory.path }
    let rows: [CatalogRow]

    init() throws {
      directory = try TemporaryDirectory()
      let layout = StoreLayout(
        actionDimension: 1, proprioDimension: 0, hasReward: false, hasDiscount: false, pictures: [])
      var shards: [StoreIndex.Shard] = []
      var rows: [CatalogRow] = []
      for shard in 0..<2 {
        let builder = ShardBuilder(layout, scratch: directory.path)
        for position in 0..<2 {
          let ordinal = 2 * shard + position
          rows.append(
            CatalogRow(
              ordinal: ordinal, split: "train", shard: shard, position: position, firstStep: 2 * position, length: 2,
              sourceFile: "f", sourceRecord: ordinal, sourceOffset: 0, instruction: "go", success: nil, rewardSum: nil,
              metadata: "{}"))
          try builder.append(
            StoredEpisode(
              ordinal: ordinal, stepCount: 2, action: [Float(ordinal), 1], proprio: [], reward: [], discount: [],
              isFirst: [1, 0], isLast: [0, 1], isTerminal: [0, 1], instructions: [Array("go".utf8)],
              instructionIndex: [0, -1], pictures: []))
        }
        let name = StoreIndex.shardName(shard, of: 2)
        let written = try builder.write(to: directory(name))
        shards.append(
          StoreIndex.Shard(
            file: name, byteCount: written.byteCount, sha256: written.sha256, stepCount: 4, episodeCount: 2))
      }
      self.rows = rows
      let numbers = #"{"mean": [0.0], "std": [0.0], "max": [0.0], "min": [0.0], "q01": [0.0], "q99": [0.0]}"#
      let statistics = try directory.write(
        Array(
          #"{"d": {"action": \#(numbers), "proprio": \#(numbers), "num_transitions": 8, "num_trajectories": 4}}"#.utf8),
        to: StoreIndex.statisticsName)
      try Self.writeCatalog(rows, directory)
      let index = StoreIndex(
        dataset: "d", manifestText: "dataset: d\n",
        manifestDigest: SHA256Digest.hexadecimal(of: Array("dataset: d\n".utf8)),
        source: StoreIndex.Source(
          name: "n", version: "1.0.0", configuration: nil, selection: "all", citation: "a \"b\"\n", licence: nil),
        files: [StoreIndex.SourceFile(file: "f", split: "train", byteCount: 9, sha256: "00")], images: "keep",
        views: [("primary", "steps/image")], depth: [], actionDimension: 1, proprioDimension: 0,
        actionEncoding: "eef_pos",
        stateEncoding: nil, normalizationMask: [true], absoluteMask: [false], successRule: "none",
        splits: [StoreIndex.Split(name: "train", episodeCount: 4, stepCount: 8)], shards: shards,
        statisticsDigest: try SHA256Digest.hexadecimal(ofFile: statistics),
        catalogDigest: try SHA256Digest.hexadecimal(ofFile: directory(StoreIndex.catalogName)),
        skipped: [StoreIndex.SkippedEpisodes(split: "train", file: "f", record: 7, count: 2, error: "bad")],
        dropped: [("require", 3)])
      try write(index)
    }

    static func writeCatalog(_ rows: [CatalogRow], _ directory: TemporaryDirectory) throws {
      try Catalog.write(to: directory(StoreIndex.catalogName), dataset: "d") { append in
        for row in rows { try append(row) }
      }
    }

    func write(_ index: StoreIndex) throws {
      try directory.write(Array(index.json.serialized(.indented).utf8), to: StoreIndex.fileName)
    }

    /// Writes other rows with the digest that they have.
    func replaceCatalog(_ change: (inout [CatalogRow]) -> Void) throws {
      var changed = rows
      change(&changed)
      try Self.writeCatalog(changed, directory)
      var index = try StoreVerifier.index(path)
      index.catalogDigest = try SHA256Digest.hexadecimal(ofFile: directory(StoreIndex.catalogName))
      try write(index)
    }

    /// What the verifier complains of.
    func complaint() -> String {
      do {
        _ = try StoreVerifier(path).verify()
        return ""
      } catch { return "\(error)" }
    }
  }

  @Test func `a sound store passes and is counted`() throws {
    let store = try Store()
    let report = try StoreVerifier(store.path).verify()
    #expect(report.episodeCount == 4 && report.stepCount == 8 && report.shardCount == 2)
  }

  @Test func `an index reads back as it was written`() throws {
    let store = try Store()
    let index = try StoreVerifier.index(store.path)
    #expect(try StoreIndex(JSONNode(index.json, file: "x")) == index)
    #expect(index.source.citation == "a \"b\"\n" && index.source.licence == nil)
    #expect(index.skipped.first?.record == 7 && index.skipped.first?.count == 2)
    #expect(index.dropped.first?.filter == "require" && index.dropped.first?.episodes == 3)
    #expect(index.views.first?.feature == "steps/image")
    #expect(index.normalizationMask == [true] && index.absoluteMask == [false])
  }

  @Test func `a flipped byte in any file is found`() throws {
    let store = try Store()
    for name in try Directory.names(store.path) where name != StoreIndex.fileName {
      let sound = try readBytes(store.directory(name))
      for position in [0, sound.count / 2, sound.count - 1] {
        var bytes = sound
        bytes[position] ^= 1
        try store.directory.write(bytes, to: name)
        #expect(store.complaint().contains(name), "\(name) \(position)")
      }
      try Directory.remove(store.directory(name))
      #expect(store.complaint().contains(name))
      try store.directory.write(sound, to: name)
    }
    #expect(store.complaint() == "")
  }

  @Test func `a changed count in the index is found`() throws {
    let store = try Store()
    let sound = try StoreVerifier.index(store.path)
    let changes: [(inout StoreIndex) -> Void] = [
      { $0.shards[0].stepCount += 1 }, { $0.shards[1].episodeCount -= 1 }, { $0.shards[0].byteCount += 1 },
      { $0.actionDimension = 2 }, { $0.shards.removeLast() }, { $0.manifestText += " " }, { $0.dataset = "e" },
      { $0.shards[0].file = "../" + $0.shards[0].file }, { $0.shards.swapAt(0, 1) },
    ]
    for (number, change) in changes.enumerated() {
      var index = sound
      change(&index)
      try store.write(index)
      #expect(store.complaint() != "", "change \(number)")
    }
  }

  @Test func `a changed row of the catalog is found even with a fitting digest`() throws {
    let store = try Store()
    let changes: [(inout [CatalogRow]) -> Void] = [
      { $0[1].length = 3 }, { $0[2].shard = 0 }, { $0[3].firstStep = 0 }, { $0[3].ordinal = 9 }, { $0.removeLast() },
      { rows in
        var more = rows[3]
        more.ordinal = 4
        rows.append(more)
      },
    ]
    for (number, change) in changes.enumerated() {
      try store.replaceCatalog(change)
      #expect(store.complaint().contains(StoreIndex.catalogName), "change \(number)")
    }
    try store.replaceCatalog { _ in }
    #expect(store.complaint() == "")
  }

  @Test func `an index of another schema is refused`() throws {
    let store = try Store()
    let text = String(decoding: try readBytes(store.directory(StoreIndex.fileName)), as: UTF8.self)
    try store.directory.write(
      Array(text.replacing("armature.store/1", with: "armature.store/2").utf8), to: StoreIndex.fileName)
    #expect(store.complaint().contains("armature.store/1"))
  }

  @Test func `a store stays whole wherever the replacing of its catalog is stopped`() throws {
    let store = try Store()
    let names = (catalog: StoreIndex.catalogName, index: StoreIndex.fileName, next: StoreIndex.fileName + ".next")
    let before = (try readBytes(store.path + "/" + names.catalog), try readBytes(store.path + "/" + names.index))
    let column = CatalogAnnotation.Column("score", "DOUBLE", [.real(1), .null, .real(2), .real(3)])
    try CatalogAnnotation(columns: [column]).apply(to: store.path)
    let after = (try readBytes(store.path + "/" + names.catalog), try readBytes(store.path + "/" + names.index))
    #expect(before.0 != after.0 && before.1 != after.1)
    #expect(Directory.entry(store.path + "/" + names.next) == .missing)
    // Before the catalog took its place, after it did, after the index did.
    for (catalog, index, isNew) in [(before.0, before.1, false), (after.0, before.1, true), (after.0, after.1, true)] {
      try AtomicFile.write(catalog, to: store.path + "/" + names.catalog)
      try AtomicFile.write(index, to: store.path + "/" + names.index)
      try AtomicFile.write(after.1, to: store.path + "/" + names.next)
      _ = try StoreVerifier(store.path).verify()
      #expect(try readBytes(store.path + "/" + names.index) == (isNew ? after.1 : before.1))
      #expect(Directory.entry(store.path + "/" + names.next) == (isNew ? .missing : .file))
      // The same command brings about the same.
      try CatalogAnnotation(columns: [column]).apply(to: store.path)
      #expect(try readBytes(store.path + "/" + names.index) == after.1)
      #expect(Directory.entry(store.path + "/" + names.next) == .missing)
    }
  }
}
