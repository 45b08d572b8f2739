public import ByteIO
internal import JSON

/// A TFDS dataset on disk: one version of one configuration.
///
/// A directory above is resolved as TFDS does: the highest version, and the default configuration.
public struct DatasetDirectory: Sendable {
  /// The directory that holds dataset_info.json and the shards.
  public let path: String
  public let info: DatasetInfo
  /// The declared features sorted by path; `nil` where there is no features.json.
  public let features: [DeclaredFeature]?
  public let splits: [Split]

  /// A split with the files it lies in.
  public struct Split: Sendable {
    public let name: String
    public let shards: [Shard]
    /// The bytes of all payloads as declared.
    public let byteCount: Int

    /// The number of episodes.
    public var episodeCount: Int { shards.reduce(0) { $0 + $1.episodeCount } }
  }

  /// A file of a split and the number of episodes that it should have.
  public struct Shard: Sendable {
    public let file: String
    public let episodeCount: Int
  }

  /// Opens the dataset at `path`; reads metadata only.
  ///
  /// - Throws: `DatasetError`, `JSONError`, `FileError`.
  public init(_ path: String) throws {
    let directory = try Self.resolve(path)
    let info = try DatasetInfo(directory + "/dataset_info.json")
    guard info.fileFormat == "tfrecord" else {
      throw DatasetError(.unsupportedFormat(info.fileFormat), path: directory)
    }
    let featuresFile = directory + "/features.json"
    if Directory.entry(featuresFile) == .file {
      features = try FeatureTree(parsing: JSONNode(file: featuresFile)).declarations
    } else {
      features = nil
    }
    var splits: [Split] = []
    for split in info.splits {
      let names = try ShardNames(split, info: info, directory: directory).names
      let shards = zip(names, split.shardLengths).map { Shard(file: $0.0, episodeCount: $0.1) }
      splits.append(Split(name: split.name, shards: shards, byteCount: split.byteCount))
    }
    self.path = directory
    self.info = info
    self.splits = splits
  }

  /// Returns the path of `shard`, which must exist.
  public func file(_ shard: Shard) throws(DatasetError) -> String {
    let file = path + "/" + shard.file
    guard Directory.entry(file) == .file else { throw DatasetError(.missingShard(shard.file), path: path) }
    return file
  }

  /// Returns the names of the classes of `feature`, when the dataset has them in a labels file.
  public func labels(of feature: DeclaredFeature) throws(FileError) -> [String]? {
    let file = path + "/" + feature.path.split(separator: "/").joined(separator: "-") + ".labels.txt"
    guard Directory.entry(file) == .file else { return nil }
    let text = String(decoding: try readFile(file, limit: 1 << 24), as: UTF8.self)
    // As in TFDS, blanks around a name and empty lines do not count.
    return text.split(whereSeparator: \.isNewline).map { line in
      String(line.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }.filter { !$0.isEmpty }
  }

  private static func isDataset(_ path: String) -> Bool {
    Directory.entry(path + "/dataset_info.json") == .file
  }

  private static func resolve(_ path: String) throws -> String {
    if isDataset(path) { return path }
    guard Directory.entry(path) == .directory else { throw DatasetError(.noDataset, path: path) }
    if let version = try highestVersion(in: path) { return version }
    let metadata = path + "/.config/metadata.json"
    if Directory.entry(metadata) == .file {
      let node = try JSONNode(file: metadata)
      if let name = try node.optional("default_config_name")?.string() {
        guard isPlainName(name) else { throw DatasetError(.unsafeName(kind: "configuration", name: name), path: path) }
        if let version = try highestVersion(in: path + "/" + name) { return version }
      }
    }
    var found: [(name: String, path: String)] = []
    for name in try Directory.names(path) {
      let candidate = path + "/" + name
      guard Directory.entry(candidate) == .directory else { continue }
      if let version = try highestVersion(in: candidate) { found.append((name, version)) }
    }
    guard let only = found.first else { throw DatasetError(.noDataset, path: path) }
    guard found.count == 1 else { throw DatasetError(.severalConfigurations(found.map(\.name)), path: path) }
    return only.path
  }

  /// Returns the directory of the highest version in `path`, compared number by number.
  private static func highestVersion(in path: String) throws(FileError) -> String? {
    guard Directory.entry(path) == .directory else { return nil }
    var best: (numbers: [Int], path: String)?
    for name in try Directory.names(path) {
      let numbers = name.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
      let known = numbers.compactMap(\.self)
      guard known.count == 3, numbers.count == 3, isDataset(path + "/" + name) else { continue }
      if best.map({ $0.numbers.lexicographicallyPrecedes(known) }) ?? true { best = (known, path + "/" + name) }
    }
    return best?.path
  }

  /// Whether `name` names something inside a directory and nothing else.
  static func isPlainName(_ name: String) -> Bool {
    !name.isEmpty && name != "." && name != ".." && !name.contains("/") && !name.utf8.contains(0)
  }
}
