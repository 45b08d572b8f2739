internal import Actions
internal import ByteIO
internal import JSON
internal import TensorFiles

/// Checks a store against its index: every digest, every size, every count.
public struct StoreVerifier: Sendable {
  /// What a check that found nothing wrong went through.
  public struct Report: Equatable, Sendable {
    public let episodeCount: Int
    public let stepCount: Int
    public let shardCount: Int
    public let byteCount: Int
  }

  private let path: String

  public init(_ path: String) { self.path = path }

  /// Reads the whole store and compares.
  ///
  /// - Throws: `StoreError`, `JSONError`, `TensorFileError`, `FileError` at the first thing that is wrong.
  /// - Complexity: O(bytes); memory for one shard's numbers.
  public func verify() throws -> Report {
    let index = try Self.index(path)
    var bytes = 0
    for (name, digest) in [
      (StoreIndex.statisticsName, index.statisticsDigest), (StoreIndex.catalogName, index.catalogDigest),
    ] {
      try compare(name, digest)
    }
    guard SHA256Digest.hexadecimal(of: Array(index.manifestText.utf8)) == index.manifestDigest else {
      throw StoreError(file: path + "/" + StoreIndex.fileName, "the manifest's text does not fit its digest")
    }
    var places: [(shard: Int, position: Int, firstStep: Int, length: Int, ordinal: Int)] = []
    for (number, shard) in index.shards.enumerated() {
      guard !shard.file.contains("/") else {
        throw StoreError(file: path + "/" + StoreIndex.fileName, "shard `\(shard.file)` lies outside of the store")
      }
      let file = path + "/" + shard.file
      guard Directory.entry(file) == .file else {
        throw StoreError(file: file, "the shard is missing; ingest the dataset again")
      }
      let size = try Directory.status(file).byteCount
      guard size == shard.byteCount else {
        throw StoreError(
          file: file, "it has \(size) bytes, the index says \(shard.byteCount); ingest the dataset again")
      }
      try compare(shard.file, shard.sha256)
      let content = try EpisodeShard(file)
      guard content.stepCount == shard.stepCount, content.episodeCount == shard.episodeCount else {
        throw StoreError(
          file: file,
          "it has \(content.episodeCount) episodes and \(content.stepCount) steps, the index says "
            + "\(shard.episodeCount) and \(shard.stepCount)")
      }
      guard content.file.declaration("action")?.shape.last == index.actionDimension else {
        throw StoreError(file: file, "its actions do not have the \(index.actionDimension) dimensions of the index")
      }
      for episode in 0..<content.episodeCount {
        let first = content.episodeOffsets[episode]
        places.append(
          (number, episode, first, content.episodeOffsets[episode + 1] - first, content.ordinals[episode]))
      }
      bytes += size
    }
    try compareCatalog(index, places)
    let statistics = try StatisticsFile.statistics(
      JSONNode(file: path + "/" + StoreIndex.statisticsName), dataset: index.dataset)
    guard statistics.transitionCount == index.stepCount, statistics.trajectoryCount == index.episodeCount else {
      throw StoreError(
        file: path + "/" + StoreIndex.statisticsName,
        "it counts \(statistics.trajectoryCount) episodes and \(statistics.transitionCount) steps, the index "
          + "\(index.episodeCount) and \(index.stepCount)")
    }
    return Report(
      episodeCount: index.episodeCount, stepCount: index.stepCount, shardCount: index.shards.count, byteCount: bytes)
  }

  /// Reads the index of the store at `path`, after it has taken the place that a stopped ``CatalogAnnotation`` meant it to.
  ///
  /// - Throws: `StoreError` where there is none.
  public static func index(_ path: String) throws -> StoreIndex {
    let file = path + "/" + StoreIndex.fileName
    guard Directory.entry(file) == .file else {
      throw StoreError(
        .inputMissing, file: path,
        "no complete episode store: `\(StoreIndex.fileName)` is missing; run ingest to its end")
    }
    let next = path + "/" + StoreIndex.nextName
    if Directory.entry(next) == .file, let index = try? StoreIndex(JSONNode(file: next)),
      try SHA256Digest.hexadecimal(ofFile: path + "/" + StoreIndex.catalogName) == index.catalogDigest
    {
      try? Directory.move(next, to: file)  // In a store that cannot be written it stays where it is.
      return index
    }
    return try StoreIndex(JSONNode(file: file))
  }

  private func compare(_ name: String, _ digest: String) throws {
    let file = path + "/" + name
    guard Directory.entry(file) == .file else {
      throw StoreError(file: file, "the file is missing; ingest the dataset again")
    }
    let found = try SHA256Digest.hexadecimal(ofFile: file)
    guard found == digest else {
      throw StoreError(file: file, "its SHA-256 is \(found), the index says \(digest); ingest the dataset again")
    }
  }

  private func compareCatalog(
    _ index: StoreIndex, _ places: [(shard: Int, position: Int, firstStep: Int, length: Int, ordinal: Int)]
  ) throws {
    let file = path + "/" + StoreIndex.catalogName
    var row = 0
    try Catalog.read(file) { found in
      guard row < places.count else {
        throw StoreError(file: file, "it has more rows than the shards have episodes, \(places.count)")
      }
      let place = places[row]
      guard
        found.shard == place.shard, found.position == place.position, found.firstStep == place.firstStep,
        found.length == place.length, found.ordinal == place.ordinal
      else { throw StoreError(file: file, "the row of episode \(found.ordinal) does not fit its shard") }
      row += 1
    }
    guard row == places.count else {
      throw StoreError(file: file, "it has \(row) rows, the shards have \(places.count) episodes")
    }
  }
}
