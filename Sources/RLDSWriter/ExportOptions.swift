/// What is exported, and how.
public struct ExportOptions: Sendable {
  /// A condition on the catalog's columns, in SQL; all episodes where there is none.
  public var condition: String?
  /// The only split to export; all where there is none.
  public var split: String?
  /// What the exported dataset is called; the store's dataset where nothing is said.
  public var name: String?
  /// How many shards are worked on at a time.
  public var workers = 1

  public init() {}
}

/// What an export came to.
public struct ExportReport: Sendable {
  public let name: String
  public let episodeCount: Int
  public let stepCount: Int
  public let shardCount: Int
  /// The size of all shard files.
  public let byteCount: Int
  /// Whether everything was there already.
  public let wasComplete: Bool
}
