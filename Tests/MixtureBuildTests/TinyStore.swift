import Actions
import ByteIO
import EpisodeStore
import ImageCodec
import JSON
import TensorFiles
import TestSupport

/// An episode store of a few numbers, written without an ingest.
struct TinyStore {
  /// An episode by its rows.
  struct Episode {
    var action: [[Float]]
    var proprio: [[Float]] = []
    /// nil for none.
    var instruction: String? = "go"
    var success: Bool?
  }

  /// How the frames of a view lie in the store.
  enum Form { case png, pixels }

  static let (height, width) = (6, 5)

  var name = "alpha"
  var splits: [(name: String, episodes: [Episode])] = []
  var views: [(name: String, form: Form)] = [("primary", .png)]
  var episodesPerShard = 2
  var licence: String?
  var citation: String?
  /// Lines of the dataset manifest after the usual ones.
  var manifestLines = ""
  /// The last column is absolute, and is not normalised, unless something else is said.
  var normalizationMask: [Bool]?
  var absoluteMask: [Bool]?

  init(_ name: String = "alpha", train episodes: [Episode]) {
    self.name = name
    splits = [("train", episodes)]
  }

  /// A store of episodes of these lengths, with random rows.
  init(_ name: String = "alpha", lengths: [Int], actions: Int = 3, proprio: Int = 2, seed: UInt64 = 1) {
    var generator = SeededGenerator(seed)
    self.init(
      name,
      train: lengths.enumerated().map { number, length in
        Episode(
          action: (0..<length).map { _ in (0..<actions).map { _ in generator.unit() } },
          proprio: (0..<length).map { _ in (0..<proprio).map { _ in generator.unit() } },
          instruction: "task \(number % 3)", success: number % 2 == 0)
      })
  }

  var episodes: [Episode] { splits.flatMap(\.episodes) }
  var actionDimension: Int { episodes.lazy.compactMap(\.action.first).first?.count ?? 1 }
  var proprioDimension: Int { episodes.lazy.compactMap(\.proprio.first).first?.count ?? 0 }

  /// The picture of a view, [6, 5, 3].
  static func frame(_ view: String, ordinal: Int, step: Int) throws -> Raster<UInt8> {
    let start = ordinal * 37 + step * 11 + view.utf8.count * 53
    var samples: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        for channel in 0..<3 { samples.append(UInt8((start + y * 40 + x * 9 + channel * 21) % 256)) }
      }
    }
    return try Raster(shape: ImageShape(height: height, width: width, channels: 3), samples: samples)
  }

  /// A frame as the store keeps it.
  static func bytes(_ view: String, _ form: Form, ordinal: Int, step: Int) throws -> [UInt8] {
    let picture = try frame(view, ordinal: ordinal, step: step)
    return form == .png ? try ImageEncoder.png(picture) : picture.samples
  }

  private func pictures(_ ordinal: Int, _ stepCount: Int) throws -> [StoredEpisode.Frames] {
    try views.sorted { $0.name < $1.name }.map { view, form in
      let frames = try (0..<stepCount).map { try Self.bytes(view, form, ordinal: ordinal, step: $0) }
      return form == .png ? .encoded(frames.map { .bytes($0) }) : .pixels(Bytes(frames.flatMap(\.self)))
    }
  }

  /// Writes the store into `directory` under its name and returns its path.
  @discardableResult
  func write(to directory: String) throws -> String {
    let path = directory + "/" + name
    try Directory.create(path)
    let layout = StoreLayout(
      actionDimension: actionDimension, proprioDimension: proprioDimension, hasReward: false, hasDiscount: false,
      pictures: views.map {
        .init(
          "image." + $0.name,
          $0.form == .png ? .encoded : .pixels(.uint8, shape: [Self.height, Self.width, 3]))
      })
    var rows: [CatalogRow] = []
    var shards: [StoreIndex.Shard] = []
    let all = episodes
    let splitNames = splits.flatMap { split in split.episodes.map { _ in split.name } }
    let shardCount = (all.count + episodesPerShard - 1) / episodesPerShard
    for number in 0..<shardCount {
      let builder = ShardBuilder(layout, scratch: path)
      let ordinals = number * episodesPerShard..<min(all.count, (number + 1) * episodesPerShard)
      for ordinal in ordinals {
        let episode = all[ordinal]
        let count = episode.action.count
        rows.append(
          CatalogRow(
            ordinal: ordinal, split: splitNames[ordinal], shard: number, position: ordinal - ordinals.lowerBound,
            firstStep: builder.stepCount, length: count, sourceFile: "\(name)-\(splitNames[ordinal]).tfrecord",
            sourceRecord: ordinal, sourceOffset: 100 * ordinal, instruction: episode.instruction,
            success: episode.success, rewardSum: nil, metadata: "{}"))
        try builder.append(
          StoredEpisode(
            ordinal: ordinal, stepCount: count, action: episode.action.flatMap(\.self),
            proprio: episode.proprio.flatMap(\.self), reward: [], discount: [],
            isFirst: (0..<count).map { $0 == 0 ? 1 : 0 }, isLast: (0..<count).map { $0 == count - 1 ? 1 : 0 },
            isTerminal: [UInt8](repeating: 0, count: count),
            instructions: episode.instruction.map { [Array($0.utf8)] } ?? [],
            instructionIndex: [Int32](repeating: episode.instruction == nil ? -1 : 0, count: count),
            pictures: pictures(ordinal, count)))
      }
      let file = StoreIndex.shardName(number, of: shardCount)
      let written = try builder.write(to: path + "/" + file)
      shards.append(
        StoreIndex.Shard(
          file: file, byteCount: written.byteCount, sha256: written.sha256, stepCount: builder.stepCount,
          episodeCount: builder.episodeCount))
    }
    try Catalog.write(to: path + "/" + StoreIndex.catalogName, dataset: name) { append in
      for row in rows { try append(row) }
    }
    // What is no number has no statistics.
    let counted = all.filter { ($0.action + $0.proprio).joined().allSatisfy(\.isFinite) }
    let statistics = try Self.statistics(counted, mask: masks.normalization)
    try AtomicFile.write(
      Array(StatisticsFile.json(statistics, dataset: name).serialized(.indented).utf8),
      to: path + "/" + StoreIndex.statisticsName)
    try writeIndex(path, shards)
    return path
  }

  private var masks: (normalization: [Bool], absolute: [Bool]) {
    let isLast = (0..<actionDimension).map { $0 == actionDimension - 1 }
    return (normalizationMask ?? isLast.map { !$0 }, absoluteMask ?? isLast)
  }

  private func writeIndex(_ path: String, _ shards: [StoreIndex.Shard]) throws {
    let list = { (mask: [Bool]) in "[" + mask.map { "\($0)" }.joined(separator: ", ") + "]" }
    let manifest =
      "dataset: \(name)\naction: action\nviews: {}\n"
      + "masks: {normalize: \(list(masks.normalization)), absolute: \(list(masks.absolute))}\n" + manifestLines
    let index = StoreIndex(
      dataset: name, manifestText: manifest, manifestDigest: SHA256Digest.hexadecimal(of: Array(manifest.utf8)),
      source: .init(
        name: name, version: "1.0.0", configuration: nil, selection: "all", citation: citation, licence: licence),
      files: [], images: "keep", views: views.map { ($0.name, "steps/observation/" + $0.name) }, depth: [],
      actionDimension: actionDimension, proprioDimension: proprioDimension, actionEncoding: nil, stateEncoding: nil,
      normalizationMask: masks.normalization, absoluteMask: masks.absolute, successRule: "none",
      splits: splits.map { split in
        .init(
          name: split.name, episodeCount: split.episodes.count,
          stepCount: split.episodes.reduce(0) { $0 + $1.action.count })
      }, shards: shards,
      statisticsDigest: try SHA256Digest.hexadecimal(ofFile: path + "/" + StoreIndex.statisticsName),
      catalogDigest: try SHA256Digest.hexadecimal(ofFile: path + "/" + StoreIndex.catalogName), skipped: [],
      dropped: [])
    try AtomicFile.write(Array(index.json.serialized(.indented).utf8), to: path + "/" + StoreIndex.fileName)
  }

  /// The statistics of all steps of `episodes`.
  static func statistics(_ episodes: [Episode], mask: [Bool]) throws -> DatasetStatistics {
    let pass = StatisticsPass(
      actionDimension: episodes.lazy.compactMap(\.action.first).first?.count ?? 1,
      proprioDimension: episodes.lazy.compactMap(\.proprio.first).first?.count ?? 0, mask: mask)
    return try pass.run(episodeCount: episodes.count) { body in
      for episode in episodes where !episode.action.isEmpty {
        try body(.init(action: episode.action.flatMap(\.self), proprio: episode.proprio.flatMap(\.self)))
      }
    }
  }

  /// Changes the store's index on disk.
  static func changeIndex(_ path: String, _ change: (inout StoreIndex) -> Void) throws {
    var index = try StoreVerifier.index(path)
    change(&index)
    try AtomicFile.write(Array(index.json.serialized(.indented).utf8), to: path + "/" + StoreIndex.fileName)
  }
}
