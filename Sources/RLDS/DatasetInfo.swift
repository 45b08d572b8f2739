internal import ByteIO
internal import JSON

/// What `dataset_info.json` says of a dataset.
public struct DatasetInfo: Sendable {
  /// The name that shard files begin with; a directory may be called otherwise.
  public let name: String
  public let version: String
  public let configuration: String?
  public let description: String
  public let citation: String
  public let homepage: String?
  public let licence: String?
  /// The format of the shards: `tfrecord` where the file says nothing.
  public let fileFormat: String
  public let splits: [SplitInfo]

  /// One split as declared.
  public struct SplitInfo: Sendable {
    public let name: String
    /// The number of episodes in each shard.
    public let shardLengths: [Int]
    /// The bytes of all payloads, framing not counted.
    public let byteCount: Int
    /// How shard files are named; `nil` for TFDS's default.
    public let filepathTemplate: String?

    /// The number of episodes.
    public var episodeCount: Int { shardLengths.reduce(0, +) }
  }

  /// Reads the file at `path`.
  ///
  /// - Throws: `JSONError`, `FileError`.
  public init(_ path: String) throws {
    let root = try JSONNode(file: path)
    name = try root.member("name").string()
    version = try root.optional("version")?.string() ?? ""
    configuration = try root.optional("configName")?.string()
    description = try root.optional("description")?.string() ?? ""
    citation = try root.optional("citation")?.string() ?? ""
    homepage = try root.optional("location")?.optional("urls")?.array().first?.string()
    licence = try root.optional("redistributionInfo")?.optional("license")?.string()
    fileFormat = try root.optional("fileFormat")?.string() ?? "tfrecord"
    var splits: [SplitInfo] = []
    for node in try root.optional("splits")?.array() ?? [] {
      var lengths: [Int] = []
      var total = 0
      for length in try node.optional("shardLengths")?.array() ?? [] {
        let count = try length.count()
        guard count <= Int(Int32.max), total <= Int(Int32.max) * 1024 else {
          throw length.failure(.notA("a count that can be"))
        }
        total += count
        lengths.append(count)
      }
      splits.append(
        SplitInfo(
          name: try node.member("name").string(), shardLengths: lengths,
          byteCount: try node.optional("numBytes")?.count() ?? 0,
          filepathTemplate: try node.optional("filepathTemplate")?.string()))
    }
    if let repeated = Dictionary(grouping: splits, by: \.name).first(where: { $0.value.count > 1 }) {
      throw root.failure(.duplicateName(repeated.key))
    }
    self.splits = splits
  }
}
