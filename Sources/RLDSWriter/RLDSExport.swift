internal import ByteIO
internal import EpisodeStore
internal import JSON
internal import TFRecord
internal import TensorFiles
internal import Workers

/// Writes episodes of a store as an RLDS dataset that TFDS opens: `tfds.builder_from_directory(DIR)`.
///
/// The bytes depend on the store and the selection alone. Shards are written under temporary names, `dataset_info.json`
/// last; an export that was stopped goes on when it is run again.
public struct RLDSExport: Sendable {
  /// What the export is made of; it stays as its provenance.
  static let planName = "export.json"
  static let infoName = "dataset_info.json"
  static let statisticsName = "dataset_statistics.json"

  let store: StoreReader
  let directory: String
  let plan: ExportPlan
  private let options: ExportOptions
  private let planText: [UInt8]

  /// Plans the export of the store at `path` into `directory`; nothing is written yet.
  ///
  /// - Throws: `ExportError`, `StoreError`, `TensorFileError`, `FileError`.
  /// - Complexity: O(episodes) memory; the headers of all frames are read.
  public init(_ path: String, into directory: String, options: ExportOptions) async throws {
    store = try StoreReader(path)
    self.directory = directory
    self.options = options
    plan = try await ExportPlan(store, options)
    let digest = try SHA256Digest.hexadecimal(ofFile: path + "/" + StoreIndex.fileName)
    planText = Self.text(Self.json(plan, options, storeDigest: digest))
  }

  var workerCount: Int { options.workers }

  /// The size of all shards.
  public var byteCount: Int { plan.shards.reduce(0) { $0 + $1.byteCount } }

  /// Writes what is missing; `progress` is told the bytes of each shard that is done.
  ///
  /// - Throws: `ExportError` where the directory holds something else, `FileError`, `StoreError`.
  public func run(progress: @Sendable @escaping (Int) -> Void = { _ in }) async throws -> ExportReport {
    try Directory.create(directory)
    let lock = try DirectoryLock(directory)
    defer { withExtendedLifetime(lock) {} }
    let planFile = directory + "/" + Self.planName
    if Directory.entry(planFile) == .file {
      guard try readFile(planFile) == planText else {
        throw ExportError(
          .outputUnavailable, directory, "there is another export, of other episodes or another store; name a new --out"
        )
      }
    } else {
      let strangers = try Directory.names(directory).filter { $0 != "lock" && !$0.hasSuffix(".partial") }
      if let stranger = strangers.first {
        throw ExportError(.outputUnavailable, directory, "it is not empty (`\(stranger)`); name a new --out")
      }
      try AtomicFile.write(planText, to: planFile)
    }
    let shards = plan.shards
    let isShardThere = shards.map { shard in
      (try? Directory.status(directory + "/" + shard.file).byteCount) == shard.byteCount
    }
    let wasComplete = Directory.entry(directory + "/" + Self.infoName) == .file && !isShardThere.contains(false)
    if !wasComplete {
      try await forEachIndex(below: shards.count, workers: options.workers) { number in
        if !isShardThere[number] { try write(shards[number]) }
        progress(shards[number].byteCount)
      }
      try writeIndex()
    }
    return ExportReport(
      name: plan.name, episodeCount: shards.reduce(0) { $0 + $1.rows.count },
      stepCount: shards.reduce(0) { $0 + $1.rows.reduce(0) { $0 + $1.length } }, shardCount: shards.count,
      byteCount: byteCount, wasComplete: wasComplete)
  }

  private func write(_ shard: ExportPlan.Shard) throws {
    let writer = try RecordWriter(directory + "/" + shard.file)
    var unreleased = 0
    for row in shard.rows {
      let payload = try plan.example(row, store).serialized()
      try writer.append(payload)
      unreleased += payload.count
      if unreleased > 64 << 20 {
        try store.shard(row.shard).shard.file.releasePages()
        unreleased = 0
      }
    }
    try writer.commit()
  }

  private func writeIndex() throws {
    try AtomicFile.write(Self.text(plan.features.json), to: directory + "/features.json")
    let hasSuccess = plan.metadata.columns.contains { $0.path == ["success"] && $0.kind != .text && !$0.isList }
    let manifest = ExportManifest.text(plan.name, store.index, plan.steps, hasSuccess: hasSuccess)
    try AtomicFile.write(Array(manifest.utf8), to: directory + "/" + ExportManifest.fileName)
    let isWhole = plan.shards.reduce(0) { $0 + $1.rows.count } == store.index.episodeCount
    if isWhole, plan.name == store.index.dataset {
      let statistics = try readFile(store.path + "/" + StoreIndex.statisticsName)
      try AtomicFile.write(statistics, to: directory + "/" + Self.statisticsName)
    }
    try AtomicFile.write(Self.text(info), to: directory + "/" + Self.infoName)
  }

  private static func text(_ json: JSONValue) -> [UInt8] { Array((json.serialized(.indented) + "\n").utf8) }

  private var info: JSONValue {
    var members: [JSONValue.Member] = []
    if let citation = store.index.source.citation, !citation.isEmpty {
      members.append(.init("citation", .string(citation)))
    }
    members.append(
      .init("description", .string("\(store.index.dataset), standardised; exported from an episode store.")))
    members.append(.init("fileFormat", "tfrecord"))
    members.append(.init("moduleName", "armature"))
    members.append(.init("name", .string(plan.name)))
    if let licence = store.index.source.licence, !licence.isEmpty {
      members.append(.init("redistributionInfo", ["license": .string(licence)]))
    }
    let splits = plan.splits.map { split -> JSONValue in
      [
        "filepathTemplate": "{DATASET}-{SPLIT}.{FILEFORMAT}-{SHARD_X_OF_Y}", "name": .string(split.name),
        "numBytes": .string("\(split.byteCount)"),
        "shardLengths": .array(split.shards.map { .string("\($0.rows.count)") }),
      ]
    }
    members.append(.init("splits", .array(splits)))
    members.append(.init("version", .string(ExportPlan.version)))
    return .object(members)
  }

  private static func json(_ plan: ExportPlan, _ options: ExportOptions, storeDigest: String) -> JSONValue {
    [
      "schema": "armature.rlds-export/1", "name": .string(plan.name), "version": .string(ExportPlan.version),
      "store": ["sha256": .string(storeDigest)],
      "selection": ["where": JSONValue(options.condition), "split": JSONValue(options.split)],
      "shards": .array(
        plan.shards.map {
          [
            "file": .string($0.file), "split": .string($0.split), "episodes": JSONValue($0.rows.count),
            "bytes": JSONValue($0.byteCount),
          ]
        }),
    ]
  }
}
