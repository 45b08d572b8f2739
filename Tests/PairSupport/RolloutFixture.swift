import Actions
import ByteIO
import EpisodeStore
import ImageCodec
import JSON
import PairShards
import Preferences
import TensorFiles
import TestSupport

/// A store of rollouts, written without an ingest: three action columns, the last absolute, and two states.
public struct RolloutFixture {
  public struct Episode {
    public var action: [[Float]]
    public var state: [[Float]]
    public var metadata: [JSONValue.Member]
    public var instruction = "go"
    public var success: Bool?
    public var rewardSum: Double?
    /// The pictures of its steps; each step has its own where nothing is said.
    public var pictures: [Int]?
  }

  public var name = "alpha"
  public var episodes: [Episode] = []
  public var form = PairLayout.Form.encoded
  public var episodesPerShard = 3
  /// Statistics are those of all episodes unless these are given.
  public var statistics: DatasetStatistics?

  public static let size = 4

  private var stateWidth: Int { episodes.first?.state.first?.count ?? 2 }

  public init(_ name: String = "alpha") { self.name = name }

  /// Adds an episode of `length` steps whose numbers follow from `seed`.
  public mutating func add(
    _ id: String, task: String = "t", start: Int?, success: Bool?, length: Int = 4, policy: String = "p",
    seed: UInt64? = nil, reward: Double? = nil, extra: [JSONValue.Member] = [],
    change: (inout Episode) -> Void = { _ in }
  ) {
    var generator = SeededGenerator(seed ?? UInt64(episodes.count + 1))
    var metadata: [JSONValue.Member] = [
      .init("id", .string(id)), .init("task", .string(task)), .init("policy", .string(policy)),
    ]
    if let start { metadata.append(.init("seed", JSONValue(start))) }
    if let success { metadata.append(.init("won", .bool(success))) }
    var episode = Episode(
      action: (0..<length).map { _ in (0..<3).map { _ in generator.unit() } },
      state: (0..<length).map { step in [Float(start ?? 0), Float(step)] }, metadata: metadata + extra,
      success: success, rewardSum: reward)
    change(&episode)
    episodes.append(episode)
  }

  /// The frame numbered `number`: pixels that depend on it.
  public static func picture(_ number: Int) throws -> Raster<UInt8> {
    try Raster(
      shape: ImageShape(height: size, width: size, channels: 3),
      samples: (0..<size * size * 3).map { UInt8((number * 31 + $0 * 5) % 256) })
  }

  /// Writes the store into `directory` and returns its path.
  @discardableResult
  public func write(to directory: String) throws -> String {
    let path = directory + "/" + name
    try Directory.create(path)
    let isEncoded = form == .encoded
    let layout = StoreLayout(
      actionDimension: 3, proprioDimension: stateWidth, hasReward: false, hasDiscount: false,
      pictures: [.init("image.primary", isEncoded ? .encoded : .pixels(.uint8, shape: [Self.size, Self.size, 3]))])
    var rows: [CatalogRow] = []
    var shards: [StoreIndex.Shard] = []
    let count = (episodes.count + episodesPerShard - 1) / episodesPerShard
    for number in 0..<count {
      let builder = ShardBuilder(layout, scratch: path)
      for ordinal in number * episodesPerShard..<min(episodes.count, (number + 1) * episodesPerShard) {
        let episode = episodes[ordinal]
        let length = episode.action.count
        rows.append(
          CatalogRow(
            ordinal: ordinal, split: "train", shard: number, position: ordinal - number * episodesPerShard,
            firstStep: builder.stepCount, length: length, sourceFile: "f", sourceRecord: ordinal, sourceOffset: 0,
            instruction: episode.instruction, success: nil, rewardSum: episode.rewardSum,
            metadata: JSONValue.object(episode.metadata).serialized()))
        let pictures = try (episode.pictures ?? (0..<length).map { ordinal * 100 + $0 }).map { try Self.picture($0) }
        try builder.append(
          StoredEpisode(
            ordinal: ordinal, stepCount: length, action: episode.action.flatMap(\.self),
            proprio: episode.state.flatMap(\.self), reward: [], discount: [],
            isFirst: (0..<length).map { $0 == 0 ? 1 : 0 }, isLast: (0..<length).map { $0 == length - 1 ? 1 : 0 },
            isTerminal: [UInt8](repeating: 0, count: length), instructions: [Array(episode.instruction.utf8)],
            instructionIndex: [Int32](repeating: 0, count: length),
            pictures: [
              isEncoded
                ? .encoded(try pictures.map { .bytes(try ImageEncoder.png($0)) })
                : .pixels(Bytes(pictures.flatMap(\.samples)))
            ]))
      }
      let file = StoreIndex.shardName(number, of: count)
      let written = try builder.write(to: path + "/" + file)
      shards.append(
        .init(
          file: file, byteCount: written.byteCount, sha256: written.sha256, stepCount: builder.stepCount,
          episodeCount: builder.episodeCount))
    }
    try Catalog.write(to: path + "/" + StoreIndex.catalogName, dataset: name) { append in
      for row in rows { try append(row) }
    }
    let statistics = try self.statistics ?? Self.statistics(episodes)
    try AtomicFile.write(
      Array(StatisticsFile.json(statistics, dataset: name).serialized(.indented).utf8),
      to: path + "/" + StoreIndex.statisticsName)
    let manifest = "dataset: \(name)\n"
    let steps = episodes.reduce(0) { $0 + $1.action.count }
    let index = StoreIndex(
      dataset: name, manifestText: manifest, manifestDigest: SHA256Digest.hexadecimal(of: Array(manifest.utf8)),
      source: .init(
        name: name, version: "1", configuration: nil, selection: "all", citation: nil, licence: nil), files: [],
      images: "keep", views: [("primary", "image")], depth: [], actionDimension: 3, proprioDimension: stateWidth,
      actionEncoding: nil, stateEncoding: nil, normalizationMask: [true, true, false],
      absoluteMask: [false, false, true], successRule: "none",
      splits: [.init(name: "train", episodeCount: episodes.count, stepCount: steps)], shards: shards,
      statisticsDigest: try SHA256Digest.hexadecimal(ofFile: path + "/" + StoreIndex.statisticsName),
      catalogDigest: try SHA256Digest.hexadecimal(ofFile: path + "/" + StoreIndex.catalogName), skipped: [],
      dropped: [])
    try AtomicFile.write(Array(index.json.serialized(.indented).utf8), to: path + "/" + StoreIndex.fileName)
    return path
  }

  /// The statistics of all finite steps.
  public static func statistics(_ episodes: [Episode]) throws -> DatasetStatistics {
    let finite = episodes.filter { $0.action.joined().allSatisfy { $0.isFinite } && !$0.action.isEmpty }
    return try StatisticsPass(
      actionDimension: 3, proprioDimension: episodes.first?.state.first?.count ?? 2, mask: [true, true, false]
    )
    .run(episodeCount: finite.count) { body in
      for episode in finite {
        try body(.init(action: episode.action.flatMap(\.self), proprio: episode.state.flatMap(\.self)))
      }
    }
  }
}
