internal import TensorFiles

/// `store.json`: what a store holds, where it comes from, and the digests of its files.
public struct StoreIndex: Equatable, Sendable {
  /// The schema's name and version, the value of `schema`.
  public static let schema = "armature.store/1"
  /// The name of the index file; a store is complete when it exists.
  public static let fileName = "store.json"
  /// The index that is to come, while a catalog is being replaced.
  static let nextName = "store.json.next"
  public static let statisticsName = "statistics.json"
  public static let catalogName = "catalog.sqlite"

  /// The dataset's name, which is its key in `statistics.json`.
  public var dataset: String
  /// The dataset manifest as written, and its SHA-256 digest.
  public var manifestText: String
  public var manifestDigest: String
  public var source: Source
  public var files: [SourceFile]
  /// How frames are kept: `keep`, `jpeg:90:224`, `png:224`, `raw:224`.
  public var images: String
  /// Feature paths by view.
  public var views: [(name: String, feature: String)]
  public var depth: [(name: String, feature: String)]
  public var actionDimension: Int
  public var proprioDimension: Int
  /// The names of the encodings, as the manifest has them.
  public var actionEncoding: String?
  public var stateEncoding: String?
  /// Which action dimensions are normalised, and which are absolute; empty where nothing is said.
  public var normalizationMask: [Bool]
  public var absoluteMask: [Bool]
  /// How the column `success` came about.
  public var successRule: String
  public var splits: [Split]
  public var shards: [Shard]
  public var statisticsDigest: String
  public var catalogDigest: String
  /// Episodes left out because they are bad, with the reason.
  public var skipped: [SkippedEpisodes]
  /// Episodes that a filter of the manifest dropped, counted by filter.
  public var dropped: [(filter: String, episodes: Int)]

  /// The dataset that was read.
  public struct Source: Equatable, Sendable {
    public var name: String
    public var version: String
    public var configuration: String?
    /// Which splits were read, in TFDS's split language.
    public var selection: String
    public var citation: String?
    public var licence: String?

    public init(
      name: String, version: String, configuration: String?, selection: String, citation: String?, licence: String?
    ) {
      self.name = name
      self.version = version
      self.configuration = configuration
      self.selection = selection
      self.citation = citation
      self.licence = licence
    }
  }

  /// A file that was read.
  public struct SourceFile: Equatable, Sendable {
    public var file: String
    public var split: String
    public var byteCount: Int
    public var sha256: String

    public init(file: String, split: String, byteCount: Int, sha256: String) {
      self.file = file
      self.split = split
      self.byteCount = byteCount
      self.sha256 = sha256
    }
  }

  /// A split with what of it is in the store.
  public struct Split: Equatable, Sendable {
    public var name: String
    public var episodeCount: Int
    public var stepCount: Int

    public init(name: String, episodeCount: Int, stepCount: Int) {
      self.name = name
      self.episodeCount = episodeCount
      self.stepCount = stepCount
    }
  }

  /// A file of episodes.
  public struct Shard: Equatable, Sendable {
    public var file: String
    public var byteCount: Int
    public var sha256: String
    public var stepCount: Int
    public var episodeCount: Int

    public init(file: String, byteCount: Int, sha256: String, stepCount: Int, episodeCount: Int) {
      self.file = file
      self.byteCount = byteCount
      self.sha256 = sha256
      self.stepCount = stepCount
      self.episodeCount = episodeCount
    }
  }

  /// One or more episodes that were left out.
  public struct SkippedEpisodes: Equatable, Sendable {
    public var split: String
    public var file: String
    public var record: Int
    /// How many episodes of the file, from `record` on.
    public var count: Int
    public var error: String

    public init(split: String, file: String, record: Int, count: Int, error: String) {
      self.split = split
      self.file = file
      self.record = record
      self.count = count
      self.error = error
    }
  }

  /// The number of episodes in the store.
  public var episodeCount: Int { shards.reduce(0) { $0 + $1.episodeCount } }
  /// The number of steps in the store.
  public var stepCount: Int { shards.reduce(0) { $0 + $1.stepCount } }

  /// The name of shard `index` of `count`.
  public static func shardName(_ index: Int, of count: Int) -> String {
    shardFileName("episodes", index, of: count)
  }

  public static func == (a: StoreIndex, b: StoreIndex) -> Bool { a.json == b.json }

  public init(
    dataset: String, manifestText: String, manifestDigest: String, source: Source, files: [SourceFile], images: String,
    views: [(name: String, feature: String)], depth: [(name: String, feature: String)], actionDimension: Int,
    proprioDimension: Int, actionEncoding: String?, stateEncoding: String?, normalizationMask: [Bool],
    absoluteMask: [Bool], successRule: String, splits: [Split], shards: [Shard], statisticsDigest: String,
    catalogDigest: String, skipped: [SkippedEpisodes], dropped: [(filter: String, episodes: Int)]
  ) {
    self.dataset = dataset
    self.manifestText = manifestText
    self.manifestDigest = manifestDigest
    self.source = source
    self.files = files
    self.images = images
    self.views = views
    self.depth = depth
    self.actionDimension = actionDimension
    self.proprioDimension = proprioDimension
    self.actionEncoding = actionEncoding
    self.stateEncoding = stateEncoding
    self.normalizationMask = normalizationMask
    self.absoluteMask = absoluteMask
    self.successRule = successRule
    self.splits = splits
    self.shards = shards
    self.statisticsDigest = statisticsDigest
    self.catalogDigest = catalogDigest
    self.skipped = skipped
    self.dropped = dropped
  }
}
