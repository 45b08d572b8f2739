internal import ByteIO
internal import EpisodeStore
internal import JSON

/// What is known of a finished shard, kept beside it until the store is complete, so that an ingest that was stopped
/// goes on where it was.
struct IngestPart: Sendable {
  /// A row of the catalog but for the success, which needs the whole dataset.
  struct Row: Sendable {
    var row: CatalogRow
    var facts: EpisodeFacts
  }

  var shard: StoreIndex.Shard
  var rows: [Row]
  var skipped: [StoreIndex.SkippedEpisodes]
  /// Episodes left out by filters, counted by reason.
  var dropped: [String: Int]

  func write(to path: String) throws(FileError) {
    let json: JSONValue = [
      "shard": [
        "file": .string(shard.file), "bytes": JSONValue(shard.byteCount), "sha256": .string(shard.sha256),
        "steps": JSONValue(shard.stepCount), "episodes": JSONValue(shard.episodeCount),
      ],
      "rows": .array(rows.map(Self.json)),
      "skipped": .array(skipped.map(\.json)),
      "dropped": .object(dropped.sorted { $0.key < $1.key }.map { .init($0.key, JSONValue($0.value)) }),
    ]
    try AtomicFile.write(Array(json.serialized().utf8), to: path)
  }

  private static func json(_ entry: Row) -> JSONValue {
    let row = entry.row
    let facts = entry.facts
    return [
      JSONValue(row.ordinal), .string(row.split), JSONValue(row.position), JSONValue(row.firstStep),
      JSONValue(row.length), .string(row.sourceFile), JSONValue(row.sourceRecord), JSONValue(row.sourceOffset),
      JSONValue(facts.instruction), .string(facts.metadata), facts.declaredSuccess.map { .bool($0) } ?? .null,
      facts.rewardSum.map { .real($0) } ?? .null, .string(facts.rewardKind.rawValue),
      facts.endsTerminal.map { .bool($0) } ?? .null,
    ]
  }

  /// Reads the part of shard `number` at `path`.
  init(_ path: String, shard number: Int) throws {
    let root = try JSONNode(file: path, limit: 1 << 30)
    let node = try root.member("shard")
    shard = StoreIndex.Shard(
      file: try node.member("file").string(), byteCount: try node.member("bytes").count(),
      sha256: try node.member("sha256").string(), stepCount: try node.member("steps").count(),
      episodeCount: try node.member("episodes").count())
    rows = try root.member("rows").array().map { entry in
      let cells = try entry.array()
      guard cells.count == 14 else { throw entry.failure(.notA("a row of 14 cells")) }
      var facts = EpisodeFacts(
        instruction: cells[8].value.text, metadata: try cells[9].string(), declaredSuccess: cells[10].value.bool,
        rewards: nil, endsTerminal: cells[13].value.bool)
      facts.rewardSum = cells[11].value.double
      facts.rewardKind = EpisodeFacts.RewardKind(rawValue: try cells[12].string()) ?? .none
      let row = CatalogRow(
        ordinal: try cells[0].count(), split: try cells[1].string(), shard: number, position: try cells[2].count(),
        firstStep: try cells[3].count(), length: try cells[4].count(), sourceFile: try cells[5].string(),
        sourceRecord: try cells[6].count(), sourceOffset: try cells[7].count(), instruction: facts.instruction,
        success: nil, rewardSum: facts.rewardSum, metadata: facts.metadata)
      return Row(row: row, facts: facts)
    }
    skipped = try root.member("skipped").array().map { try StoreIndex.SkippedEpisodes($0) }
    dropped = [:]
    for (reason, count) in try root.member("dropped").members() { dropped[reason] = try count.count() }
  }

  init(
    shard: StoreIndex.Shard, rows: [Row], skipped: [StoreIndex.SkippedEpisodes], dropped: [String: Int]
  ) {
    self.shard = shard
    self.rows = rows
    self.skipped = skipped
    self.dropped = dropped
  }
}
