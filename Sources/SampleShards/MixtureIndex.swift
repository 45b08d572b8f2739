internal import TensorFiles

/// `mixture.json`: what a mixture holds, what it was made of, and the digests of its files.
public struct MixtureIndex: Sendable {
  /// The schema's name and version, the value of `schema`.
  public static let schema = "armature.mixture/1"
  /// The name of the index file; a mixture is complete when it exists.
  public static let fileName = "mixture.json"
  public static let statisticsName = "dataset_statistics.json"

  public var name: String
  public var seed: UInt64
  /// The mixture manifest as written, and its SHA-256 digest.
  public var manifestText: String
  public var manifestDigest: String
  /// The digest of everything that decides about the samples: manifest, stores, statistics, order.
  public var planDigest: String
  public var layout: SampleLayout
  /// How frames are kept, as the manifest says it: `keep`, `jpeg:95:224x224`, `raw:224x224+zstd:3`.
  public var images: String
  /// The normalisation of actions and states: `bounds_q99`, `bounds`, `normal` or `none`.
  public var normalization: String
  public var goal: String
  public var padding: String
  /// The reference's dataset length: the samples that count as one epoch.
  public var epochSampleCount: Int
  public var sampleCount: Int
  /// In the order of `dataset.index`.
  public var entries: [Entry]
  /// Empty for a plan without samples (`--virtual`).
  public var shards: [Shard]
  public var statisticsDigest: String

  /// The names of its datasets, each once, in the order of the entries; several entries may be of one.
  public var datasetNames: [String] {
    var names: [String] = []
    for entry in entries where !names.contains(entry.dataset) { names.append(entry.dataset) }
    return names
  }

  /// Which of ``datasetNames`` each entry is of.
  public var datasetNumbers: [Int] {
    let names = datasetNames
    return entries.map { entry in names.firstIndex(of: entry.dataset) ?? 0 }
  }

  /// One dataset of a mixture.
  public struct Entry: Equatable, Sendable {
    public var dataset: String
    /// The store's path as the manifest writes it, nil where it was looked up by the dataset's name.
    public var store: String?
    /// The SHA-256 digests of `store.json`, which has those of all other files, and of `statistics.json`.
    public var storeDigest: String
    public var statisticsDigest: String
    public var split: String
    public var condition: String?
    public var weight: Double
    /// The share of the samples that the weight asks for.
    public var share: Double
    /// The number of samples.
    public var quota: Int
    /// What is drawn from: the frames and episodes that are left after all filters.
    public var frameCount: Int
    public var episodeCount: Int
    /// `num_transitions` of the statistics, which the weight is multiplied with.
    public var transitionCount: Int
    /// The entry's own proprio dimensions.
    public var proprioDimension: Int
    /// The views of the mixture that its dataset has; the others are empty or black.
    public var views: [String]
    public var licence: String?
    public var citation: String?
    /// Episodes and frames that filters left out, by filter.
    public var dropped: [(filter: String, count: Int)]

    public static func == (a: Entry, b: Entry) -> Bool { a.json == b.json }

    public init(
      dataset: String, store: String?, storeDigest: String, statisticsDigest: String, split: String,
      condition: String?, weight: Double, share: Double, quota: Int, frameCount: Int, episodeCount: Int,
      transitionCount: Int, proprioDimension: Int, views: [String], licence: String?, citation: String?,
      dropped: [(filter: String, count: Int)]
    ) {
      self.dataset = dataset
      self.store = store
      self.storeDigest = storeDigest
      self.statisticsDigest = statisticsDigest
      self.split = split
      self.condition = condition
      self.weight = weight
      self.share = share
      self.quota = quota
      self.frameCount = frameCount
      self.episodeCount = episodeCount
      self.transitionCount = transitionCount
      self.proprioDimension = proprioDimension
      self.views = views
      self.licence = licence
      self.citation = citation
      self.dropped = dropped
    }
  }

  /// A file of samples.
  public struct Shard: Equatable, Sendable {
    public var file: String
    public var byteCount: Int
    public var sha256: String
    /// The position of the first sample, and how many there are.
    public var first: Int
    public var sampleCount: Int

    public init(file: String, byteCount: Int, sha256: String, first: Int, sampleCount: Int) {
      self.file = file
      self.byteCount = byteCount
      self.sha256 = sha256
      self.first = first
      self.sampleCount = sampleCount
    }
  }

  /// The name of shard `index` of `count`.
  public static func shardName(_ index: Int, of count: Int) -> String {
    shardFileName("samples", index, of: count)
  }

  public init(
    name: String, seed: UInt64, manifestText: String, manifestDigest: String, planDigest: String,
    layout: SampleLayout, images: String, normalization: String, goal: String, padding: String,
    epochSampleCount: Int, sampleCount: Int, entries: [Entry], shards: [Shard], statisticsDigest: String
  ) {
    self.name = name
    self.seed = seed
    self.manifestText = manifestText
    self.manifestDigest = manifestDigest
    self.planDigest = planDigest
    self.layout = layout
    self.images = images
    self.normalization = normalization
    self.goal = goal
    self.padding = padding
    self.epochSampleCount = epochSampleCount
    self.sampleCount = sampleCount
    self.entries = entries
    self.shards = shards
    self.statisticsDigest = statisticsDigest
  }
}
