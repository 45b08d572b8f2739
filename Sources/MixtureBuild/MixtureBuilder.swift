internal import ByteIO
internal import JSON
public import SampleShards
internal import Workers

/// Writes the sample shards of a plan, in their final order.
///
/// The bytes depend on manifest, stores and seed, not on the number of workers or of parts, and a build that was stopped
/// goes on when it is run again. Memory: the plan, and for each worker the numbers of one shard.
public struct MixtureBuilder: Sendable {
  /// What a build is asked to do.
  public struct Options: Sendable {
    public var workers = 1
    /// Which part of the shards to build: `rank` of `world`, in runs of positions.
    public var rank = 0
    public var world = 1
    /// Whether the digests of the stores' files are compared before anything is written.
    public var storeCheck = StoreCheck.digests
    /// Whether shards are written, or the plan alone.
    public var content = Content.samples

    public init() {}
  }

  /// How the stores are checked before a build.
  public enum StoreCheck: String, Sendable, CaseIterable {
    /// Every file is read and compared with the digest in `store.json`.
    case digests
    /// Names and sizes are compared.
    case sizes
  }

  /// What a build writes.
  public enum Content: Sendable { case samples, plan }

  /// What a build did.
  public struct Report: Sendable {
    /// nil while shards of other parts are missing.
    public let index: MixtureIndex?
    public let shardCount: Int
    /// The shards that are there.
    public let doneCount: Int
    public let byteCount: Int
    /// Whether the mixture was complete before.
    public let wasComplete: Bool
  }

  private let plan: MixturePlan
  private let out: String
  private let options: Options
  private let shards: [Range<Int>]

  /// Prepares to build `plan` into the directory `out`; nothing is written yet.
  ///
  /// - Throws: `MixtureError` for a part that there is not.
  public init(_ plan: MixturePlan, into out: String, options: Options) throws(MixtureError) {
    guard options.world >= 1, (0..<options.world).contains(options.rank) else {
      throw MixtureError(.usage, "rank \(options.rank) of \(options.world): a rank is at least 0 and below the world")
    }
    self.plan = plan
    self.out = out
    self.options = options
    let size = SampleSize(plan.manifest, plan.layout).samplesPerShard(plan)
    shards = stride(from: 0, to: plan.sampleCount, by: size).map { $0..<min($0 + size, plan.sampleCount) }
  }

  /// The number of shards.
  public var shardCount: Int { shards.count }

  /// About how many bytes the build writes.
  public var estimatedByteCount: Int { plan.estimatedByteCount }

  private var work: String { out + "/.build" }

  /// Checks the stores and writes the shards.
  ///
  /// `checking` is told the bytes of stores that were checked, `writing` those of frames that were written.
  /// - Throws: `MixtureError` naming a store's file that was altered, before anything is written; `FileError`.
  public func run(
    checking: @escaping @Sendable (Int) -> Void, writing: @escaping @Sendable (Int) -> Void
  ) async throws -> Report {
    if let report = try completeReport() { return report }
    let checked = options.storeCheck == .digests ? try await checkStores(checking) : nil
    let lock = try prepareDirectory()
    if let checked { try StoreCheckMemory.write(checked, to: work + "/checked") }
    defer { withExtendedLifetime(lock) {} }
    if options.content == .samples {
      let mine = shards.count * options.rank / options.world..<shards.count * (options.rank + 1) / options.world
      let (plan, shards, work) = (plan, shards, work)
      let openLimit = StoreReader.openLimit(workers: options.workers)
      try await forEachIndex(below: mine.count, workers: options.workers) { index in
        let number = mine.lowerBound + index
        if try finishedPart(number) != nil { return }
        let built = try SampleShardBuild(plan, scratch: work, openLimit: openLimit, progress: writing)
          .write(shards[number], to: shardPath(number))
        try SamplePart(byteCount: built.byteCount, sha256: built.sha256).write(to: SamplePart.path(number, in: work))
      }
    }
    return try finish()
  }

  // MARK: - Where a build stands

  private func shardPath(_ number: Int) -> String { out + "/" + MixtureIndex.shardName(number, of: shards.count) }

  /// What is noted of a shard, nil where it has not been built or is not there as a whole.
  private func finishedPart(_ number: Int) throws -> SamplePart? {
    let (note, shard) = (SamplePart.path(number, in: work), shardPath(number))
    guard Directory.entry(note) == .file, Directory.entry(shard) == .file else { return nil }
    let part = try SamplePart(note)
    return try Directory.status(shard).byteCount == part.byteCount ? part : nil
  }

  private func completeReport() throws -> Report? {
    guard Directory.entry(out + "/" + MixtureIndex.fileName) == .file else { return nil }
    let samples = try SampleSet(out)
    let wanted = options.content == .samples ? shards.count : 0
    guard samples.index.planDigest == plan.digest, samples.index.shards.count == wanted else {
      throw MixtureError(
        .outputUnavailable,
        "\(out): there is a mixture of other input (`\(samples.index.name)`); remove it or choose another --out")
    }
    for shard in samples.index.shards {
      let file = out + "/" + shard.file
      guard Directory.entry(file) == .file, try Directory.status(file).byteCount == shard.byteCount else {
        throw MixtureError(
          "\(file): the shard is missing or was cut; remove \(MixtureIndex.fileName) to build it again")
      }
    }
    try Directory.remove(work)
    return Report(
      index: samples.index, shardCount: shards.count, doneCount: shards.count,
      byteCount: samples.index.shards.reduce(0) { $0 + $1.byteCount }, wasComplete: true)
  }

  /// Compares the files of the stores with their digests, and returns what was compared.
  private func checkStores(_ progress: @escaping @Sendable (Int) -> Void) async throws -> [String] {
    let known = StoreCheckMemory(work + "/checked")
    return try await StoreDigests(plan).compare(
      workers: options.workers, isKnown: { known.contains($0) }, progress: progress)
  }

  private func prepareDirectory() throws -> DirectoryLock {
    try Directory.create(out)
    if Directory.entry(work) == .missing, let other = try Directory.names(out).first {
      throw MixtureError(
        .outputUnavailable,
        "\(out): the directory holds `\(other)` and no mixture; choose an empty directory for --out")
    }
    // Parts of one mixture may be built side by side; each has a lock of its own.
    let rank = work + "/rank-\(options.rank)-of-\(options.world)"
    try Directory.create(rank)
    let lock = try DirectoryLock(rank)
    let keyFile = work + "/plan"
    let key = Array((plan.digest + " \(shards.count)").utf8)
    let known = Directory.entry(keyFile) == .file ? try readFile(keyFile, limit: 1 << 10) : []
    if known != key {
      for name in try Directory.names(out) where name.hasPrefix("samples-") { try Directory.remove(out + "/" + name) }
      for name in try Directory.names(work) where name.hasPrefix("part-") { try Directory.remove(work + "/" + name) }
      try AtomicFile.write(key, to: keyFile)
    }
    return lock
  }

  /// Writes the index when every shard is there.
  private func finish() throws -> Report {
    var records: [MixtureIndex.Shard] = []
    if options.content == .samples {
      for (number, positions) in shards.enumerated() {
        guard let part = try finishedPart(number) else { continue }
        records.append(
          MixtureIndex.Shard(
            file: MixtureIndex.shardName(number, of: shards.count), byteCount: part.byteCount, sha256: part.sha256,
            first: positions.lowerBound, sampleCount: positions.count))
      }
      guard records.count == shards.count else {
        return Report(
          index: nil, shardCount: shards.count, doneCount: records.count,
          byteCount: records.reduce(0) { $0 + $1.byteCount }, wasComplete: false)
      }
    }
    let statistics = try AtomicFile.write(
      Array(plan.statisticsText.utf8), to: out + "/" + MixtureIndex.statisticsName)
    let index = plan.index(shards: records, statisticsDigest: statistics)
    try AtomicFile.write(
      Array((index.json.serialized(.indented) + "\n").utf8), to: out + "/" + MixtureIndex.fileName)
    try Directory.remove(work)
    return Report(
      index: index, shardCount: records.count, doneCount: records.count,
      byteCount: records.reduce(0) { $0 + $1.byteCount }, wasComplete: false)
  }
}

/// What is known of a finished shard until the mixture is complete.
struct SamplePart {
  let byteCount: Int
  let sha256: String

  init(byteCount: Int, sha256: String) {
    self.byteCount = byteCount
    self.sha256 = sha256
  }

  static func path(_ number: Int, in work: String) -> String { work + "/part-\(number).json" }

  init(_ path: String) throws {
    let root = try JSONNode(file: path, limit: 1 << 16)
    byteCount = try root.member("bytes").count()
    sha256 = try root.member("sha256").string()
  }

  func write(to path: String) throws(FileError) {
    let json: JSONValue = ["bytes": JSONValue(byteCount), "sha256": .string(sha256)]
    try AtomicFile.write(Array(json.serialized().utf8), to: path)
  }
}

/// Which files an earlier run of the same build has compared already, by digest, size, date and path.
private struct StoreCheckMemory: Sendable {
  private let keys: Set<String>

  init(_ path: String) {
    let text = (try? readFile(path, limit: 1 << 28)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    keys = Set(text.split(separator: "\n").map(String.init))
  }

  func contains(_ key: String) -> Bool { keys.contains(key) }

  static func write(_ keys: [String], to path: String) throws(FileError) {
    try AtomicFile.write(Array(keys.joined(separator: "\n").utf8), to: path)
  }
}
