internal import ByteIO
internal import JSON
public import PairShards
internal import Preferences
internal import Workers

/// Writes the pairs of a plan to a directory.
///
/// The bytes depend on manifest, stores, votes and statistics, not on the number of workers or the order in which stores
/// were given, and a build that was stopped goes on when it is run again.
public struct PairBuilder: Sendable {
  /// What a build did.
  public struct Report: Sendable {
    public let index: PairIndex
    public let byteCount: Int
    /// Whether the set was complete before.
    public let wasComplete: Bool
  }

  private let plan: PairPlan
  private let out: String
  private let workers: Int

  public init(_ plan: PairPlan, into out: String, workers: Int = 1) {
    self.plan = plan
    self.out = out
    self.workers = workers
  }

  private var work: String { out + "/.build" }

  /// A file to be written.
  private struct Part: Sendable {
    let name: String
    let content: Content

    enum Content: Sendable { case steps(Range<Int>), pairs(Range<Int>) }
  }

  /// Writes the set; `progress` is told the bytes of steps that were written.
  ///
  /// - Throws: `PairBuildError` where the directory holds something else, `StoreError`, `FileError`.
  public func run(_ progress: @escaping @Sendable (Int) -> Void) async throws -> Report {
    if let index = try complete() { return Report(index: index, byteCount: Self.byteCount(index), wasComplete: true) }
    let lock = try prepare()
    defer { withExtendedLifetime(lock) {} }
    let stepCuts = try StepShardBuild.cuts(plan)
    let pairCuts = PairShardBuild.cuts(plan.pairs.count)
    let parts =
      stepCuts.enumerated().map {
        Part(name: PairIndex.stepShardName($0.offset, of: stepCuts.count), content: .steps($0.element))
      }
      + pairCuts.enumerated().map {
        Part(name: PairIndex.pairShardName($0.offset, of: pairCuts.count), content: .pairs($0.element))
      }
    let (plan, out, work) = (plan, out, work)
    let pairs = PairShardBuild(plan)
    try await forEachIndex(below: parts.count, workers: workers) { number in
      let part = parts[number]
      if try Self.finished(part.name, out, work) != nil { return }
      let built: (byteCount: Int, sha256: String)
      switch part.content {
      case .steps(let range):
        built = try StepShardBuild(plan, plan.episodes[range]).write(to: out + "/" + part.name, progress)
      case .pairs(let range): built = try pairs.write(range, to: out + "/" + part.name)
      }
      let note: JSONValue = ["bytes": JSONValue(built.byteCount), "sha256": .string(built.sha256)]
      try AtomicFile.write(Array(note.serialized().utf8), to: work + "/" + part.name + ".json")
    }
    var files: [PairIndex.File] = []
    for part in parts {
      guard let file = try Self.finished(part.name, out, work) else {
        throw PairBuildError(.tryAgain, "\(out)/\(part.name): the shard went away while the set was built; run again")
      }
      files.append(file)
    }
    let index = try finish(stepCuts, pairCuts, files)
    return Report(index: index, byteCount: Self.byteCount(index), wasComplete: false)
  }

  private static func byteCount(_ index: PairIndex) -> Int {
    (index.stepShards + index.pairShards).reduce(0) { $0 + $1.file.byteCount }
      + index.files.reduce(0) { $0 + $1.byteCount }
  }

  // MARK: - Where a build stands

  /// What is noted of a shard, nil where it is not there as a whole.
  private static func finished(_ name: String, _ out: String, _ work: String) throws -> PairIndex.File? {
    let (note, file) = (work + "/" + name + ".json", out + "/" + name)
    guard Directory.entry(note) == .file, Directory.entry(file) == .file else { return nil }
    let root = try JSONNode(file: note, limit: 1 << 16)
    let found = PairIndex.File(
      name: name, byteCount: try root.member("bytes").count(), sha256: try root.member("sha256").string())
    return try Directory.status(file).byteCount == found.byteCount ? found : nil
  }

  private func complete() throws -> PairIndex? {
    guard Directory.entry(out + "/" + PairIndex.fileName) == .file else { return nil }
    let index = try PairSet(out).index
    guard index.planDigest == plan.digest else {
      throw PairBuildError(
        .outputUnavailable,
        "\(out): there is a set of other input (`\(index.name)`); remove it or choose another --out")
    }
    for file in (index.stepShards + index.pairShards).map(\.file) + index.files {
      let path = out + "/" + file.name
      guard Directory.entry(path) == .file, try Directory.status(path).byteCount == file.byteCount else {
        throw PairBuildError("\(path): the file is missing or was cut; remove \(PairIndex.fileName) to make it again")
      }
    }
    try Directory.remove(work)
    return index
  }

  private func prepare() throws -> DirectoryLock {
    try Directory.create(out)
    if Directory.entry(work) == .missing, let other = try Directory.names(out).first {
      throw PairBuildError(
        .outputUnavailable, "\(out): the directory holds `\(other)` and no pairs; choose an empty directory for --out")
    }
    try Directory.create(work)
    let lock = try DirectoryLock(work)
    let keyFile = work + "/plan"
    let key = Array(plan.digest.utf8)
    let known = Directory.entry(keyFile) == .file ? try readFile(keyFile, limit: 1 << 10) : []
    if known != key {
      for name in try Directory.names(out) where Self.isOwn(name) { try Directory.remove(out + "/" + name) }
      for name in try Directory.names(work) where name != "lock" { try Directory.remove(work + "/" + name) }
      try AtomicFile.write(key, to: keyFile)
    }
    return lock
  }

  /// Whether a build may have left a file of this name.
  private static func isOwn(_ name: String) -> Bool {
    name.hasPrefix("steps-") || name.hasPrefix("pairs") || name.hasPrefix("unpaired.jsonl")
      || name.hasPrefix(PairIndex.statisticsName)
  }

  /// Writes the lines, the statistics and at last the index.
  private func finish(
    _ stepCuts: [Range<Int>], _ pairCuts: [Range<Int>], _ shards: [PairIndex.File]
  ) throws -> PairIndex {
    let lines = PairShardBuild(plan)
    var files = [try lines.writeLines(to: out + "/" + PairIndex.rowsName)]
    if !plan.unpaired.isEmpty { files.append(try lines.writeUnpaired(to: out + "/" + PairIndex.unpairedName)) }
    let statistics = Array(plan.normalization.text.utf8)
    files.append(
      PairIndex.File(
        name: PairIndex.statisticsName, byteCount: statistics.count,
        sha256: try AtomicFile.write(statistics, to: out + "/" + PairIndex.statisticsName)))
    var stepShards: [PairIndex.Shard] = []
    var firstStep = 0
    for (cut, file) in zip(stepCuts, shards) {
      let steps = plan.episodes[cut].reduce(0) { $0 + $1.steps.count }
      stepShards.append(
        .init(file: file, first: cut.lowerBound, count: cut.count, firstStep: firstStep, stepCount: steps))
      firstStep += steps
    }
    let pairShards = zip(pairCuts, shards.dropFirst(stepCuts.count)).map { cut, file in
      PairIndex.Shard(file: file, first: cut.lowerBound, count: cut.count)
    }
    let index = plan.index(stepShards: stepShards, pairShards: pairShards, files: files)
    try AtomicFile.write(Array((index.json.serialized(.indented) + "\n").utf8), to: out + "/" + PairIndex.fileName)
    try Directory.remove(work)
    return index
  }
}
