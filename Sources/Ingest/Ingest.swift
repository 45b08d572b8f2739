internal import Actions
internal import ByteIO
public import DatasetManifest
public import EpisodeStore
internal import JSON
public import RLDS
internal import TFRecord
internal import Workers

/// Turns an RLDS dataset into an episode store.
///
/// The store's bytes depend on the dataset's bytes, the manifest and the options, not on the number of workers, and an
/// ingest that was stopped goes on when it is run again. Memory is bounded: about 40 MB and 20 MB a worker, and 8
/// bytes for each episode.
public struct Ingest: Sendable {
  /// What an ingest did.
  public struct Report: Sendable {
    public let index: StoreIndex
    /// The bytes of the records that were read, also those of an earlier run.
    public let sourceByteCount: Int
    /// Whether the store was complete before.
    public let wasComplete: Bool
  }

  private let dataset: DatasetDirectory
  private let recipe: IngestRecipe
  private let options: IngestOptions
  private let store: String

  /// Prepares to ingest `dataset` by `manifest` into the directory `store`; nothing is written yet.
  ///
  /// - Throws: `ManifestError`, `DatasetError`, `IngestError` where they do not fit each other.
  public init(_ dataset: DatasetDirectory, by manifest: DatasetManifest, into store: String, options: IngestOptions)
    throws
  {
    self.dataset = dataset
    self.options = options
    self.store = store
    recipe = try IngestRecipe(manifest, dataset, options)
  }

  private var work: String { store + "/.ingest" }

  /// Writes the store.
  ///
  /// `begin` is told how many bytes there are to read, `progress` how many were read since it was called last.
  ///
  /// - Throws: the first bad episode's error, unless they are skipped; `FileError` where the disk is full. What is done
  ///   by then is kept, and the next run goes on from there.
  public func run(
    begin: (Int) -> Void, progress: @Sendable @escaping (Int) -> Void
  ) async throws -> Report {
    let plan = try await IngestPlan(dataset, recipe, options)
    begin(plan.byteCount)
    let key = planKey(plan)
    if let report = try completeReport(plan) { return report }
    let lock = try prepareDirectory(key)
    defer { withExtendedLifetime(lock) {} }
    let digests = try await makeShards(plan, progress)
    let index = try finish(plan, digests)
    try Directory.remove(work)
    return Report(index: index, sourceByteCount: plan.byteCount, wasComplete: false)
  }

  // MARK: - Where an ingest stands

  /// A digest of everything that the store's bytes depend on, with the files' sizes and dates in the place of their content.
  private func planKey(_ plan: IngestPlan) -> String {
    let key: JSONValue = [
      "schema": .string(StoreIndex.schema), "manifest": .string(SHA256Digest.hexadecimal(of: recipe.manifest.source)),
      "selection": .string(options.selection), "on_error": .string(options.onError.rawValue),
      "images": .string("\(options.images)"), "check": .string(options.imageCheck.rawValue),
      "shard_bytes": JSONValue(options.shardByteCount), "shards": JSONValue(plan.shards.count),
      "files": .array(
        plan.sources.map { [.string($0.name), JSONValue($0.index.byteCount), .integer($0.modified)] }),
    ]
    return SHA256Digest.hexadecimal(of: Array(key.serialized().utf8))
  }

  /// Returns a report when the store is complete and made of the same input; refuses another store.
  private func completeReport(_ plan: IngestPlan) throws -> Report? {
    guard Directory.entry(store + "/" + StoreIndex.fileName) == .file else { return nil }
    let index = try StoreVerifier.index(store)
    let isSame =
      index.manifestDigest == SHA256Digest.hexadecimal(of: recipe.manifest.source)
      && index.images == "\(options.images)" && index.source.selection == options.selection
      && index.shards.count == plan.shards.count && (index.skipped.isEmpty || options.onError == .skip)
      && index.files.map(\.file) == plan.sources.map(\.name)
      && index.files.map(\.byteCount) == plan.sources.map(\.index.byteCount)
    guard isSame else {
      throw IngestError(
        .outputUnavailable,
        "\(store): there is a store of other input or options (`\(index.dataset)`); "
          + "remove it or choose another --out")
    }
    try Directory.remove(work)
    return Report(index: index, sourceByteCount: plan.byteCount, wasComplete: true)
  }

  /// Makes the work directory, or keeps that of an earlier run with the same plan; returns the right to work in it.
  private func prepareDirectory(_ key: String) throws -> DirectoryLock {
    try Directory.create(store)
    if Directory.entry(work) == .missing, let other = try Directory.names(store).first {
      throw IngestError(
        .outputUnavailable, "\(store): the directory holds `\(other)` and no store; choose an empty directory for --out"
      )
    }
    try Directory.create(work)
    let lock = try DirectoryLock(work)
    let keyFile = work + "/plan"
    let known = Directory.entry(keyFile) == .file ? try readFile(keyFile, limit: 1 << 10) : []
    for name in try Directory.names(store) {
      let isStale = name.hasSuffix(".partial") || (known != Array(key.utf8) && name.hasPrefix("episodes-"))
      if isStale { try Directory.remove(store + "/" + name) }
    }
    if known != Array(key.utf8) {
      for name in try Directory.names(work) where name != "lock" { try Directory.remove(work + "/" + name) }
      try AtomicFile.write(Array(key.utf8), to: keyFile)
    }
    return lock
  }

  // MARK: - Shards

  private func partPath(_ number: Int) -> String { work + "/part-\(number).json" }

  private func shardPath(_ number: Int, _ plan: IngestPlan) -> String {
    store + "/" + StoreIndex.shardName(number, of: plan.shards.count)
  }

  /// Makes the shards that are missing, and returns the digest of each source file.
  private func makeShards(
    _ plan: IngestPlan, _ progress: @Sendable @escaping (Int) -> Void
  ) async throws -> [String] {
    let ingest = ShardIngest(plan: plan, recipe: recipe, onError: options.onError, progress: progress)
    let digests = Slots<String>(count: plan.sources.count)
    let shardCount = plan.shards.count
    try await forEachIndex(below: shardCount + plan.sources.count, workers: options.workers) { number in
      if number < shardCount {
        try makeShard(number, plan, ingest)
      } else {
        digests[number - shardCount] = try digest(number - shardCount, plan)
      }
    }
    return digests.filled
  }

  private func makeShard(_ number: Int, _ plan: IngestPlan, _ ingest: ShardIngest) throws {
    if Directory.entry(partPath(number)) == .file {
      for piece in plan.shards[number] {
        ingest.progress(piece.records.reduce(0) { $0 + plan.sources[piece.source].index.range(of: $1).count })
      }
      return
    }
    let part = try ingest.run(number, to: shardPath(number, plan), scratch: work)
    try part.write(to: partPath(number))
  }

  /// Returns the digest of a source file, from an earlier run where it is known.
  private func digest(_ number: Int, _ plan: IngestPlan) throws -> String {
    let known = work + "/source-\(number)"
    if Directory.entry(known) == .file {
      let digest = try readFile(known, limit: 1 << 10)
      if digest.count == 64 { return String(decoding: digest, as: UTF8.self) }
    }
    let digest = try SHA256Digest.hexadecimal(ofFile: plan.sources[number].path)
    let file = try AtomicFile(known, purpose: .scratch)
    try file.append(Array(digest.utf8))
    try file.commit()
    return digest
  }

  // MARK: - What needs the whole dataset

  private func finish(_ plan: IngestPlan, _ digests: [String]) throws -> StoreIndex {
    var evidence = SuccessRule.Evidence()
    var shards: [StoreIndex.Shard] = []
    var skipped = plan.skipped
    var dropped: [String: Int] = [:]
    var splits: [String: (episodes: Int, steps: Int)] = [:]
    for number in plan.shards.indices {
      let part = try IngestPart(partPath(number), shard: number)
      shards.append(part.shard)
      skipped += part.skipped
      dropped.merge(part.dropped, uniquingKeysWith: +)
      for entry in part.rows {
        evidence.add(entry.facts)
        splits[entry.row.split, default: (0, 0)].episodes += 1
        splits[entry.row.split, default: (0, 0)].steps += entry.row.length
      }
    }
    let episodeCount = shards.reduce(0) { $0 + $1.episodeCount }
    let pass = StatisticsPass(
      actionDimension: recipe.layout.actionDimension, proprioDimension: recipe.layout.proprioDimension,
      mask: recipe.manifest.masks.normalize)
    guard shards.contains(where: { $0.stepCount > 0 }) else {
      throw IngestError(
        .badData,
        "\(dataset.path): no step is left to store; \(skipped.reduce(0) { $0 + $1.count }) episodes are bad "
          + "and \(dropped.values.reduce(0, +)) dropped by filters\(skipped.first.map { ": " + $0.error } ?? "")")
    }
    let statistics = try pass.run(episodeCount: episodeCount) { body in
      for number in plan.shards.indices { try pass.forEachBlock(ofShard: shardPath(number, plan), body) }
    }
    let text = StatisticsFile.json(statistics, dataset: recipe.manifest.name).serialized(.indented)
    let statisticsDigest = try AtomicFile.write(Array(text.utf8), to: store + "/" + StoreIndex.statisticsName)
    let rule = evidence.rule
    let catalog = store + "/" + StoreIndex.catalogName
    try Catalog.write(to: catalog, dataset: recipe.manifest.name) { append in
      for number in plan.shards.indices {
        for entry in try IngestPart(partPath(number), shard: number).rows {
          var row = entry.row
          row.success = rule.success(entry.facts)
          try append(row)
        }
      }
    }
    let index = StoreIndex(
      dataset: recipe.manifest.name, manifestText: String(decoding: recipe.manifest.source, as: UTF8.self),
      manifestDigest: SHA256Digest.hexadecimal(of: recipe.manifest.source),
      source: StoreIndex.Source(
        name: dataset.info.name, version: dataset.info.version, configuration: dataset.info.configuration,
        selection: options.selection, citation: recipe.manifest.about.citation ?? nonEmpty(dataset.info.citation),
        licence: recipe.manifest.about.licence ?? dataset.info.licence),
      files: zip(plan.sources, digests).map {
        StoreIndex.SourceFile(file: $0.name, split: $0.split, byteCount: $0.index.byteCount, sha256: $1)
      },
      images: "\(options.images)", views: pairs(recipe.manifest.views), depth: pairs(recipe.manifest.depth),
      actionDimension: recipe.layout.actionDimension, proprioDimension: recipe.layout.proprioDimension,
      actionEncoding: recipe.manifest.actionEncoding?.rawValue, stateEncoding: recipe.manifest.stateEncoding?.rawValue,
      normalizationMask: recipe.manifest.masks.normalize, absoluteMask: recipe.manifest.masks.absolute,
      successRule: rule.rawValue,
      splits: dataset.splits.compactMap { split in
        splits[split.name].map { StoreIndex.Split(name: split.name, episodeCount: $0.episodes, stepCount: $0.steps) }
      },
      shards: shards, statisticsDigest: statisticsDigest, catalogDigest: try SHA256Digest.hexadecimal(ofFile: catalog),
      skipped: skipped, dropped: dropped.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    try AtomicFile.write(
      Array((index.json.serialized(.indented) + "\n").utf8), to: store + "/" + StoreIndex.fileName)
    return index
  }

  private func pairs(_ paths: [String: FeaturePath]) -> [(name: String, feature: String)] {
    paths.sorted { $0.key < $1.key }.map { ($0.key, $0.value.name) }
  }

  private func nonEmpty(_ text: String) -> String? { text.isEmpty ? nil : text }
}
