internal import Actions
public import ByteIO
public import SampleShards
internal import Sampling
internal import Synchronization

/// The samples of a mixture that is a plan only (`build --virtual`), drawn from the stores when they are asked for.
///
/// Every sample equals that of the built mixture: values, bins, frames in the mixture's form, text and provenance. Memory:
/// the plan, and for each task that reads at a time the files that it keeps open.
public final class VirtualSamples: SampleProvider {
  public let path: String
  public let index: MixtureIndex
  public var hasSamples: Bool { true }
  private let plan: MixturePlan
  private let tokenizer: ActionTokenizer
  private let views: [String]
  private let drawers = Mutex<[Drawer]>([])

  /// The files that one task keeps open.
  private static let openLimit = 64

  /// What a task needs of its own; it goes from one task to the next through the pool's lock, and never serves two.
  private final class Drawer: @unchecked Sendable {
    let source: SampleSource
    var form: FrameForm

    init(_ plan: MixturePlan) {
      source = SampleSource(plan, openLimit: VirtualSamples.openLimit)
      form = FrameForm(plan.manifest.form)
    }
  }

  /// Opens the plan at `path` and the stores that it draws from, and checks that they are those that it was made of.
  ///
  /// Stores are looked for as the mixture's manifest says, relative paths from here or beside the plan, those of named
  /// datasets in `storeDirectories`. With `.digests` every file of the stores is read on `workers` tasks.
  /// - Throws: `MixtureError` naming a store that is not the one of the plan or whose files were altered;
  ///   `SampleShardError` where there is no mixture; `StoreError`, `FileError` for a store that is missing.
  public init(
    _ path: String, lookup: (String) -> String?, storeDirectories: [String] = [],
    check: MixtureBuilder.StoreCheck = .sizes, workers: Int = 1
  ) async throws {
    self.path = path
    index = try SampleSet(path).index
    let text = Array(index.manifestText.utf8)
    let file = path + "/" + MixtureIndex.fileName
    guard SHA256Digest.hexadecimal(of: text) == index.manifestDigest else {
      throw SampleShardError(file: file, "the manifest's text does not fit its digest; build the plan again")
    }
    let plan = try MixturePlan(
      MixtureManifest(bytes: text, file: file), lookup: lookup, storeDirectories: storeDirectories)
    try Self.compare(plan, with: index, path)
    if check == .digests {
      _ = try await StoreDigests(plan).compare(workers: workers, isKnown: { _ in false }, progress: { _ in })
    }
    self.plan = plan
    tokenizer = try ActionTokenizer(vocabularySize: 256)
    views = SampleShardBuild.views(plan.layout)
  }

  private static func compare(_ plan: MixturePlan, with index: MixtureIndex, _ path: String) throws(MixtureError) {
    guard plan.digest != index.planDigest || plan.layout != index.layout else { return }
    for (entry, record) in zip(plan.entries, index.entries) {
      for (what, found, due) in [
        ("its store.json", entry.record.storeDigest, record.storeDigest),
        ("its statistics", entry.record.statisticsDigest, record.statisticsDigest),
      ] where found != due {
        throw MixtureError(
          "\(entry.store.path): it changed since \(path) was planned: the SHA-256 of \(what) is \(found), \(due) is due; "
            + "give the store that was planned with, or plan again")
      }
    }
    for (entry, record) in zip(plan.entries, index.entries) where entry.record != record {
      throw MixtureError(
        "\(entry.store.path): the episodes that are drawn changed since \(path) was planned; plan again")
    }
    throw MixtureError(
      "\(path): what its manifest names gives another plan than when it was made (a list of episodes, a variable, or "
        + "another version of this program); plan again")
  }

  public func samples(at positions: [Int]) throws -> [StoredSample] {
    try drawing { drawer in try positions.map { try sample(at: $0, drawer) } }
  }

  public func origin(at position: Int) throws -> SampleOrigin {
    let origin = try drawing { try $0.source.origin(of: position) }
    return SampleOrigin(
      datasetIndex: UInt16(origin.entry), episodeOrdinal: UInt64(origin.episode.ordinal),
      stepIndex: UInt32(origin.step))
  }

  public func instructions() throws -> [Bytes] {
    var texts: Set<[UInt8]> = []
    for entry in plan.entries {
      let shards = Set((0..<entry.selection.frames.episodeCount).map { entry.selection.frames.episode($0).shard })
      for shard in shards { texts.formUnion(entry.store.shards[shard].texts) }
    }
    return texts.map { Bytes($0) }
  }

  public func frames(at position: Int) throws -> [[Bytes]] {
    try drawing { drawer in try frames(of: drawer.source.origin(of: position), drawer) }
  }

  private func drawing<Result>(_ body: (Drawer) throws -> Result) rethrows -> Result {
    let drawer = drawers.withLock { $0.popLast() } ?? Drawer(plan)
    defer { drawers.withLock { $0.append(drawer) } }
    return try body(drawer)
  }

  private func sample(at position: Int, _ drawer: Drawer) throws -> StoredSample {
    let layout = plan.layout
    let origin = try drawer.source.origin(of: position)
    let (numbers, row) = try drawer.source.numbers(of: origin)
    let shard = drawer.source.shard(of: origin)
    return StoredSample(
      action: numbers.action, actionBins: Bytes(numbers.action.map { UInt8(tokenizer.bin(of: $0)) }),
      actionValid: Bytes(numbers.actionValid), proprio: numbers.proprio,
      observationValid: layout.window > 1 ? Bytes(numbers.observationValid) : Bytes([]),
      goalStep: layout.hasGoal ? UInt32(origin.goal ?? origin.step) : nil,
      instruction: Bytes(shard.texts.indices.contains(Int(row)) ? shard.texts[Int(row)] : []),
      datasetIndex: UInt16(origin.entry), episodeOrdinal: UInt64(origin.episode.ordinal),
      stepIndex: UInt32(origin.step), frames: try frames(of: origin, drawer), file: shard.path,
      name: "episode \(origin.episode.ordinal), step \(origin.step)")
  }

  private func frames(of origin: SampleSource.Origin, _ drawer: Drawer) throws -> [[Bytes]] {
    try plan.layout.pictures.enumerated().map { number, picture in
      try (0..<picture.framesPerSample).map { frame in
        let step = drawer.source.step(ofFrame: frame, isGoal: number >= plan.layout.views.count, origin)
        return Bytes(try drawer.source.frame(views[number], step: step, origin, &drawer.form))
      }
    }
  }
}

/// Opens the mixture at `path`: its samples where it was built, else its plan with the stores that it draws from.
///
/// - Throws: as `SampleSet` and ``VirtualSamples``.
public func openSamples(
  _ path: String, lookup: (String) -> String?, storeDirectories: [String],
  check: MixtureBuilder.StoreCheck = .sizes, workers: Int
) async throws -> any SampleProvider {
  let set = try SampleSet(path)
  if set.hasSamples { return set }
  return try await VirtualSamples(
    path, lookup: lookup, storeDirectories: storeDirectories, check: check, workers: workers)
}
