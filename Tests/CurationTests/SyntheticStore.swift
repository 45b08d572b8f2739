import Actions
import ByteIO
import EpisodeStore
import ImageCodec
import JSON
import TestSupport

/// A store of 24 clean episodes of 24 steps: three motion commands, which the state's first three dimensions add up at
/// 0.05 a step, and a gripper that closes half-way.
///
/// Commands are triangle waves from −1 to 1 with periods of 12, 8 and 24 steps, so that each has a typical range of
/// exactly 2 and a centre of 0.
struct SyntheticStore {
  struct Episode {
    var a: [[Float]]
    var s: [[Float]]
    var isFirst: [UInt8]
    var isLast: [UInt8]
    var isTerminal: [UInt8]
    /// nil for none.
    var instruction: [String?]
    var frames: [[UInt8]]
    var wrist: [[UInt8]]
    var split = "train"
    var count: Int { a.count }

    /// Lets the state follow the commands again.
    mutating func follow() {
      for step in 1..<count {
        for d in 0..<3 { s[step][d] = s[step - 1][d] + 0.05 * a[step - 1][d] }
      }
    }
  }

  static let stepCount = 24
  let directory = try? TemporaryDirectory()
  var path: String { directory.map { $0("store") } ?? "" }

  /// Writes the store, each episode changed by `change`.
  init(
    episodes: Int = 24, images: Bool = true, splits: [String] = ["train"],
    _ change: (Int, inout Episode) throws -> Void = { _, _ in }
  ) throws {
    try Directory.create(path)
    var made: [Episode] = []
    for number in 0..<episodes {
      var episode = try Self.episode(number, images: images)
      episode.split = splits[number * splits.count / episodes]
      try change(number, &episode)
      made.append(episode)
    }
    try Self.write(made, to: path, images: images, splits: splits)
  }

  static func triangle(_ step: Int, _ period: Int) -> Float {
    let phase = Float(step % period) / Float(period)
    return phase < 0.5 ? 4 * phase - 1 : 3 - 4 * phase
  }

  static func episode(_ number: Int, images: Bool) throws -> Episode {
    let n = stepCount
    var episode = Episode(
      a: (0..<n).map { step in
        [
          triangle(step + number, 12), triangle(step + 3 * number, 8), triangle(step + number, 24),
          step < n / 2 ? 1 : 0,
        ]
      }, s: (0..<n).map { [0, 0, 0, $0 < n / 2 ? 1 : 0] }, isFirst: (0..<n).map { $0 == 0 ? 1 : 0 },
      isLast: (0..<n).map { $0 == n - 1 ? 1 : 0 }, isTerminal: (0..<n).map { $0 == n - 1 ? 1 : 0 },
      instruction: (0..<n).map { _ in number % 2 == 0 ? "open the drawer" : "close the drawer" }, frames: [], wrist: [])
    for d in 0..<3 { episode.s[0][d] = Float((number * 7 + d * 5) % 11) * 0.02 }
    episode.follow()
    guard images else { return episode }
    for step in 0..<n {
      let x = Int((episode.s[step][0] + 1) * 8)
      episode.frames.append(try frame(step + x, isWrist: false))
      episode.wrist.append(try frame(step + x, isWrist: true))
    }
    return episode
  }

  /// 24 × 24 pixels: a fixed background with edges and a block that moves.
  static func frame(_ at: Int, isWrist: Bool) throws -> [UInt8] {
    var samples: [UInt8] = []
    for y in 0..<24 {
      for x in 0..<24 {
        let checker = (x / 3 + y / 3) % 2 == 0 ? 40 : 0
        let ground = isWrist ? 40 + x * 6 + checker : 30 + y * 7 + checker
        let isBlock = (at % 20..<at % 20 + 4).contains(x) && (10..<14).contains(y)
        let value = UInt8(isBlock ? 220 - ground / 4 : ground)
        samples += [value, value, UInt8(Int(value) * 3 / 4)]
      }
    }
    return try ImageEncoder.png(Raster(shape: ImageShape(height: 24, width: 24, channels: 3), samples: samples))
  }

  private static func write(_ episodes: [Episode], to path: String, images: Bool, splits: [String]) throws {
    let pictures: [StoreLayout.Picture] =
      images ? [.init("image.primary", .encoded), .init("image.wrist", .encoded)] : []
    let layout = StoreLayout(
      actionDimension: 4, proprioDimension: 4, hasReward: false, hasDiscount: false, pictures: pictures)
    let builder = ShardBuilder(layout, scratch: path)
    var rows: [CatalogRow] = []
    for (ordinal, episode) in episodes.enumerated() {
      rows.append(
        CatalogRow(
          ordinal: ordinal, split: episode.split, shard: 0, position: ordinal, firstStep: builder.stepCount,
          length: episode.count, sourceFile: "f", sourceRecord: ordinal, sourceOffset: 0,
          instruction: episode.instruction.compactMap(\.self).first { !$0.isEmpty }, success: true, rewardSum: nil,
          metadata: "{}"))
      var texts: [String] = []
      let index = episode.instruction.map { text -> Int32 in
        guard let text else { return -1 }
        if let row = texts.firstIndex(of: text) { return Int32(row) }
        texts.append(text)
        return Int32(texts.count - 1)
      }
      try builder.append(
        StoredEpisode(
          ordinal: ordinal, stepCount: episode.count, action: episode.a.flatMap(\.self),
          proprio: episode.s.flatMap(\.self), reward: [], discount: [], isFirst: episode.isFirst,
          isLast: episode.isLast, isTerminal: episode.isTerminal, instructions: texts.map { Array($0.utf8) },
          instructionIndex: index,
          pictures: images
            ? [.encoded(episode.frames.map { .bytes($0) }), .encoded(episode.wrist.map { .bytes($0) })] : []))
    }
    let name = StoreIndex.shardName(0, of: 1)
    let written = try builder.write(to: path + "/" + name)
    let mask = [true, true, true, false]
    let pass = StatisticsPass(actionDimension: 4, proprioDimension: 4, mask: mask)
    let sound = episodes.filter { $0.a.allSatisfy { $0.allSatisfy(\.isFinite) } }
    var statistics = try pass.run(episodeCount: episodes.count) { body in
      try body(
        StatisticsPass.Block(
          action: sound.flatMap { $0.a.flatMap(\.self) }, proprio: sound.flatMap { $0.s.flatMap(\.self) }))
    }
    statistics.transitionCount = builder.stepCount
    let text = StatisticsFile.json(statistics, dataset: "d").serialized(.indented)
    let digest = try AtomicFile.write(Array(text.utf8), to: path + "/" + StoreIndex.statisticsName)
    try Catalog.write(to: path + "/" + StoreIndex.catalogName, dataset: "d") { for row in rows { try $0(row) } }
    let index = StoreIndex(
      dataset: "d", manifestText: "dataset: d\n",
      manifestDigest: SHA256Digest.hexadecimal(of: Array("dataset: d\n".utf8)),
      source: .init(name: "n", version: "1.0.0", configuration: nil, selection: "all", citation: nil, licence: "MIT"),
      files: [], images: "keep", views: images ? [("primary", "steps/image"), ("wrist", "steps/wrist")] : [], depth: [],
      actionDimension: 4, proprioDimension: 4, actionEncoding: "eef_pos", stateEncoding: "pos",
      normalizationMask: mask, absoluteMask: [false, false, false, true], successRule: "none",
      splits: splits.map { split in
        let members = episodes.filter { $0.split == split }
        return .init(
          name: split, episodeCount: members.count, stepCount: members.reduce(0) { $0 + $1.count })
      },
      shards: [
        .init(
          file: name, byteCount: written.byteCount, sha256: written.sha256, stepCount: builder.stepCount,
          episodeCount: episodes.count)
      ], statisticsDigest: digest,
      catalogDigest: try SHA256Digest.hexadecimal(ofFile: path + "/" + StoreIndex.catalogName), skipped: [],
      dropped: [])
    try AtomicFile.write(
      Array((index.json.serialized(.indented) + "\n").utf8), to: path + "/" + StoreIndex.fileName)
  }
}
