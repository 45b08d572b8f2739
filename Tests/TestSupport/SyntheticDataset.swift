import ByteIO
import JSON
import TFRecord

/// A small RLDS dataset made of numbers from a seed, for tests to write, change and damage.
///
/// Step features: `action` float32 [7], `observation/state` float32 [8], `observation/image` JPEG,
/// `language_instruction`, `is_first`, `is_last`, `is_terminal`, `reward`, `discount`; and
/// `episode_metadata/file_path`.
public struct SyntheticDataset: Sendable {
  /// A split by the number of its shards and of the episodes in each.
  public typealias Split = (name: String, shards: Int, episodesPerShard: Int)

  /// A feature beside the usual ones: its key, its declaration, and its values for an episode of so many steps.
  public struct Feature: Sendable {
    public let path: String
    public let declaration: JSONValue
    public let values: @Sendable (_ episode: Int, _ stepCount: Int) -> [String: SyntheticList]

    /// A feature stored under other keys than its path, as ragged ones are.
    public init(
      _ path: String, _ declaration: JSONValue,
      lists values: @escaping @Sendable (_ episode: Int, _ stepCount: Int) -> [String: SyntheticList]
    ) {
      self.path = path
      self.declaration = declaration
      self.values = values
    }

    /// A feature stored under its path.
    public init(
      _ path: String, _ declaration: JSONValue,
      _ values: @escaping @Sendable (_ episode: Int, _ stepCount: Int) -> SyntheticList
    ) {
      self.init(path, declaration, lists: { [path: values($0, $1)] })
    }
  }

  public var name: String
  public var version = "1.0.0"
  public var splits: [Split]
  /// The number of steps of an episode, counted over all splits.
  public var stepCount: @Sendable (Int) -> Int
  public var seed: UInt64
  /// The image of every step and its shape.
  public var image = TinyImage.jpeg
  public var imageShape = [16, 16, 3]
  public var instruction: @Sendable (Int) -> String = { "push object \($0)" }
  public var extraFeatures: [Feature] = []
  /// Changes an episode before it is written.
  public var adjust: @Sendable (_ episode: Int, _ content: inout SyntheticEpisode) -> Void = { _, _ in }

  public init(
    name: String = "synthetic", splits: [Split] = [("train", 1, 2)],
    stepCount: @escaping @Sendable (Int) -> Int = { _ in 3 }, seed: UInt64 = 1
  ) {
    self.name = name
    self.splits = splits
    self.stepCount = stepCount
    self.seed = seed
  }

  /// The number of episodes in all splits.
  public var episodeCount: Int { splits.reduce(0) { $0 + $1.shards * $1.episodesPerShard } }

  /// Returns episode `index`, counted over all splits, as it is written.
  public func episode(_ index: Int) -> SyntheticEpisode {
    let count = stepCount(index)
    var generator = SeededGenerator(seed &+ UInt64(index) &* 0x1_0000_0001)
    func flags(_ isSet: (Int) -> Bool) -> SyntheticList { .integers((0..<count).map { isSet($0) ? 1 : 0 }) }
    let isLast = flags { $0 == count - 1 }
    let reward = SyntheticList.floats((0..<count).map { $0 == count - 1 ? 1 : 0 })
    var episode = SyntheticEpisode(
      stepCount: count,
      lists: [
        "steps/action": .floats((0..<7 * count).map { _ in generator.unit() }),
        "steps/observation/state": .floats((0..<8 * count).map { _ in generator.unit() }),
        "steps/observation/image": .byteStrings((0..<count).map { _ in image }),
        "steps/language_instruction": .texts([String](repeating: instruction(index), count: count)),
        "steps/is_first": flags { $0 == 0 }, "steps/is_last": isLast, "steps/is_terminal": isLast,
        "steps/reward": reward, "steps/discount": .floats([Float](repeating: 1, count: count)),
        "episode_metadata/file_path": .texts(["episode_\(index).h5"]),
      ])
    for feature in extraFeatures { episode.lists.merge(feature.values(index, count)) { $1 } }
    adjust(index, &episode)
    return episode
  }

  /// The content of `features.json`.
  public var features: JSONValue {
    var leaves: [(path: String, declaration: JSONValue)] = [
      ("steps/action", FeatureJSON.tensor("float32", [7])),
      ("steps/observation/state", FeatureJSON.tensor("float32", [8])),
      ("steps/observation/image", FeatureJSON.image(imageShape)),
      ("steps/language_instruction", FeatureJSON.text),
      ("steps/is_first", FeatureJSON.tensor("bool")), ("steps/is_last", FeatureJSON.tensor("bool")),
      ("steps/is_terminal", FeatureJSON.tensor("bool")), ("steps/reward", FeatureJSON.tensor("float32")),
      ("steps/discount", FeatureJSON.tensor("float32")), ("episode_metadata/file_path", FeatureJSON.text),
    ]
    for feature in extraFeatures {
      leaves.removeAll { $0.path == feature.path }
      leaves.append((feature.path, feature.declaration))
    }
    return FeatureJSON.root(leaves)
  }

  /// Returns the name of shard `index` of the split called `split`.
  public func shardName(_ split: String, _ index: Int, of count: Int) -> String {
    func padded(_ number: Int) -> String { String(repeating: "0", count: 5 - String(number).count) + String(number) }
    return "\(name)-\(split).tfrecord-\(padded(index))-of-\(padded(count))"
  }

  /// Writes the dataset below `directory` and returns the directory of its version.
  @discardableResult
  public func write(to directory: String) throws -> String {
    let path = "\(directory)/\(name)/\(version)"
    try Directory.create(path)
    var splitNodes: [JSONValue] = []
    var next = 0
    for split in splits {
      var byteCount = 0
      for shard in 0..<split.shards {
        let writer = try RecordWriter(path + "/" + shardName(split.name, shard, of: split.shards))
        for _ in 0..<split.episodesPerShard {
          let payload = episode(next).payload
          try writer.append(payload)
          byteCount += payload.count
          next += 1
        }
        try writer.commit()
      }
      splitNodes.append([
        "name": .string(split.name), "numBytes": .string(String(byteCount)),
        "shardLengths": JSONValue((0..<split.shards).map { _ in String(split.episodesPerShard) }),
      ])
    }
    let info: JSONValue = [
      "fileFormat": "tfrecord", "name": .string(name), "splits": .array(splitNodes), "version": .string(version),
    ]
    try AtomicFile.write(Array(info.serialized(.indented).utf8), to: path + "/dataset_info.json")
    try AtomicFile.write(Array(features.serialized(.indented).utf8), to: path + "/features.json")
    return path
  }
}
