internal import JSON
internal import TensorFiles

/// `pairs.json`: what a set of pairs holds, where it comes from, what was left out, and the digests of its files.
public struct PairIndex: Sendable, Equatable {
  /// The schema's name and version, the value of `schema`.
  public static let schema = "armature.pairs/1"
  /// The name of the index file; a set is complete when it exists.
  public static let fileName = "pairs.json"
  public static let rowsName = "pairs.jsonl"
  public static let unpairedName = "unpaired.jsonl"
  public static let statisticsName = "dataset_statistics.json"

  /// A file with its size and SHA-256 digest.
  public struct File: Sendable, Equatable {
    public var name: String
    public var byteCount: Int
    public var sha256: String

    public init(name: String, byteCount: Int, sha256: String) {
      self.name = name
      self.byteCount = byteCount
      self.sha256 = sha256
    }
  }

  /// A shard of steps or of pairs.
  public struct Shard: Sendable, Equatable {
    public var file: File
    /// The first episode or pair in it, counted over all shards, and how many.
    public var first: Int
    public var count: Int
    /// The first step, and how many; 0 for pairs.
    public var firstStep: Int
    public var stepCount: Int

    public init(file: File, first: Int, count: Int, firstStep: Int = 0, stepCount: Int = 0) {
      self.file = file
      self.first = first
      self.count = count
      self.firstStep = firstStep
      self.stepCount = stepCount
    }
  }

  /// A store that rollouts come from.
  public struct Store: Sendable, Equatable {
    public var dataset: String
    /// SHA-256 of its `store.json`.
    public var sha256: String
    public var episodeCount: Int

    public init(dataset: String, sha256: String, episodeCount: Int) {
      self.dataset = dataset
      self.sha256 = sha256
      self.episodeCount = episodeCount
    }
  }

  /// What a task offered.
  public struct Task: Sendable, Equatable {
    public var name: String
    public var rolloutCount: Int
    public var successCount: Int
    public var startCount: Int
    /// Starts with successes and failures.
    public var bothCount: Int
    public var pairCount: Int

    public init(
      name: String, rolloutCount: Int, successCount: Int, startCount: Int, bothCount: Int, pairCount: Int
    ) {
      self.name = name
      self.rolloutCount = rolloutCount
      self.successCount = successCount
      self.startCount = startCount
      self.bothCount = bothCount
      self.pairCount = pairCount
    }
  }

  public var name: String
  public var seed: UInt64
  public var manifestText: String
  public var manifestDigest: String
  /// SHA-256 over the manifest and everything that went in.
  public var planDigest: String
  public var stores: [Store]
  /// The key of the statistics in `dataset_statistics.json`, and how they normalise.
  public var normalizationKey: String
  public var normalization: String
  /// The action columns that are no motion, [A].
  public var absoluteMask: [Bool]
  public var layout: PairLayout
  /// How starts were told apart.
  public var startKind: String
  /// What looked wrong with the rollouts.
  public var warnings: [String]
  public var rolloutCount: Int
  public var startCount: Int
  public var bothCount: Int
  public var pairCount: Int
  public var unpairedCount: Int
  /// The names that the numbers in `strategy`, `unit` and `split` stand for.
  public var strategies: [String]
  public var units: [String]
  public var splits: [String]
  /// Pairs by split and by strategy, in the order of those names.
  public var splitCounts: [Int]
  public var strategyCounts: [Int]
  public var tasks: [Task]
  /// What each filter left out.
  public var filters: [(name: String, count: Int)]
  public var stepShards: [Shard]
  public var pairShards: [Shard]
  /// The other files.
  public var files: [File]

  public init(
    name: String, seed: UInt64, manifestText: String, manifestDigest: String, planDigest: String, stores: [Store],
    normalizationKey: String, normalization: String, absoluteMask: [Bool], layout: PairLayout, startKind: String,
    warnings: [String], rolloutCount: Int, startCount: Int, bothCount: Int, pairCount: Int, unpairedCount: Int,
    strategies: [String],
    units: [String], splits: [String], splitCounts: [Int], strategyCounts: [Int], tasks: [Task],
    filters: [(name: String, count: Int)], stepShards: [Shard], pairShards: [Shard], files: [File]
  ) {
    self.name = name
    self.seed = seed
    self.manifestText = manifestText
    self.manifestDigest = manifestDigest
    self.planDigest = planDigest
    self.stores = stores
    self.normalizationKey = normalizationKey
    self.normalization = normalization
    self.absoluteMask = absoluteMask
    self.layout = layout
    self.startKind = startKind
    self.warnings = warnings
    self.rolloutCount = rolloutCount
    self.startCount = startCount
    self.bothCount = bothCount
    self.pairCount = pairCount
    self.unpairedCount = unpairedCount
    self.strategies = strategies
    self.units = units
    self.splits = splits
    self.splitCounts = splitCounts
    self.strategyCounts = strategyCounts
    self.tasks = tasks
    self.filters = filters
    self.stepShards = stepShards
    self.pairShards = pairShards
    self.files = files
  }

  /// The number of episodes of which steps are kept, and of those steps.
  public var episodeCount: Int { stepShards.reduce(0) { $0 + $1.count } }
  public var stepCount: Int { stepShards.reduce(0) { $0 + $1.stepCount } }

  public static func == (a: PairIndex, b: PairIndex) -> Bool { a.json == b.json }

  /// The name of step shard `index` of `count`.
  public static func stepShardName(_ index: Int, of count: Int) -> String { shardFileName("steps", index, of: count) }
  /// The name of pair shard `index` of `count`.
  public static func pairShardName(_ index: Int, of count: Int) -> String { shardFileName("pairs", index, of: count) }
}
