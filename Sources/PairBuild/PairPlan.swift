internal import Actions
internal import ByteIO
internal import EpisodeStore
internal import JSON
public import PairShards
public import Preferences
internal import Workers

/// The pairs that a manifest makes of stores, before anything is written.
public struct PairPlan: Sendable {
  /// What goes into a plan besides the manifest.
  public struct Inputs: Sendable {
    public var stores: [String]
    public var votes: [String] = []
    /// A file of statistics, and which of its keys; nil for those of the stores.
    public var statistics: String?
    public var normalizationKey: String?
    public var workers = 1
    /// Whether every file of the stores is compared with its digest.
    public var verifiesStores = false

    public init(stores: [String]) { self.stores = stores }
  }

  /// An episode of which steps are kept.
  struct Episode: Sendable {
    let rollout: Int
    /// The steps from the first to the last that a pair uses.
    let steps: Range<Int>
  }

  let manifest: PairManifest
  let stores: [RolloutStore]
  let table: RolloutTable
  let reader: StepReader
  let normalization: PairNormalization
  let absolute: [Bool]
  public let layout: PairLayout
  public let pairs: [PreferencePair]
  public let unpaired: [UnpairedItem]
  public let counts: FilterCounts
  let episodes: [Episode]
  let tasks: [PairIndex.Task]
  /// SHA-256 over everything that decides about the output.
  public let digest: String

  /// The rollouts that the filters left, in the order of their ids.
  public var rollouts: [Rollout] { table.rollouts }
  /// Starts of those, and starts with successes and failures.
  public var startCount: Int { tasks.reduce(0) { $0 + $1.startCount } }
  public var bothCount: Int { tasks.reduce(0) { $0 + $1.bothCount } }

  /// What is wrong with the rollouts as far as their numbers tell.
  public var warnings: [String] {
    var warnings: [String] = []
    if table.timing.isShifted {
      let (after, before) = (table.timing.followingCorrelation, table.timing.precedingCorrelation)
      warnings.append(
        "actions go with the motion before them (correlation \(Self.short(before))) rather than with the one that follows "
          + "(\(Self.short(after))): frames may have been recorded after the step that they belong to")
    }
    if !reader.normalizesStates {
      warnings.append(
        "states are kept as the stores have them: the statistics have \(normalization.statistics.proprio.dimension) "
          + "columns, states \(reader.proprioDimension)")
    }
    return warnings
  }

  /// The bytes of the stores' shards: what a set has at most, but for its tables.
  public var storeByteCount: Int { stores.reduce(0) { $0 + $1.shards.reduce(0) { $0 + $1.byteCount } } }

  private static func short(_ value: Double) -> String { String((value * 100).rounded() / 100) }

  /// Reads the stores and makes the pairs.
  ///
  /// - Throws: `PairBuildError`, `PreferenceError`, `ManifestError`, `StoreError`, `FileError`.
  /// - Complexity: memory for the rollouts, about half a kilobyte each, and the pairs; steps are read as they are needed.
  public init(_ manifest: PairManifest, _ inputs: Inputs) async throws {
    self.manifest = manifest
    guard (1...65_535).contains(inputs.stores.count) else {
      throw PairBuildError(.usage, "\(inputs.stores.count) stores were given; give 1 to 65,535")
    }
    var stores = try inputs.stores.map { try RolloutStore($0) }
    stores.sort { ($0.index.dataset, $0.digest) < ($1.index.dataset, $1.digest) }
    for (a, b) in zip(stores, stores.dropFirst()) where a.digest == b.digest {
      throw PairBuildError(.usage, "\(b.path): the store is given twice, also as \(a.path); name it once")
    }
    if inputs.verifiesStores { for store in stores { try store.verify { _ in } } }
    let normalization = try PairNormalization(
      manifest, stores, file: inputs.statistics, key: inputs.normalizationKey)
    let layout = try Self.layout(manifest, stores)
    let reader = try StepReader(stores, normalization)
    let table = try await RolloutTable(manifest, stores, reader, views: layout.views, workers: inputs.workers)
    let absolute = stores.first?.index.absoluteMask ?? []
    var counts = table.counts
    let votes = try Self.votes(manifest, inputs, table.rollouts, &counts)
    let made = try await Self.make(
      manifest, table, reader, layout, absolute, votes, workers: inputs.workers, counts: &counts)
    (pairs, unpaired, self.counts) = (made.pairs, made.unpaired, counts)
    guard !pairs.isEmpty || !unpaired.isEmpty else {
      let reasons = counts.all.filter { $0.count > 0 }.map { "\($0.count) by \($0.filter.rawValue)" }
      throw PairBuildError(
        "\(manifest.file): no pair is left of \(table.foundCount) rollouts"
          + (reasons.isEmpty ? "" : "; left out: " + reasons.joined(separator: ", ")))
    }
    episodes = Self.episodes(pairs, unpaired, table.rollouts)
    tasks = Self.tasks(pairs, table.rollouts)
    var sum = SHA256Digest()
    sum.update(Array((PairIndex.schema + "\n").utf8))
    for part in [SHA256Digest.hexadecimal(of: manifest.source)] + stores.map(\.digest)
      + [SHA256Digest.hexadecimal(of: Array(normalization.text.utf8))]
      + (try inputs.votes.map { try SHA256Digest.hexadecimal(ofFile: $0) }.sorted())
    {
      sum.update(Array((part + "\n").utf8))
    }
    digest = sum.hexadecimal()
    self.stores = stores
    self.normalization = normalization
    self.layout = layout
    self.reader = reader
    self.table = table
    self.absolute = absolute
  }

  /// The views that all stores have, or those that the manifest names.
  private static func layout(_ manifest: PairManifest, _ stores: [RolloutStore]) throws -> PairLayout {
    let first = stores[0]
    let known = first.views.keys.sorted()
    let wanted = manifest.views ?? known
    var views: [(name: String, form: PairLayout.Form)] = []
    for view in wanted {
      for store in stores {
        guard let form = store.views[view] else {
          throw PairBuildError("\(store.path): it has no view `\(view)`; list those that all stores have as `views`")
        }
        guard form == first.views[view] else {
          throw PairBuildError("\(store.path): it keeps view `\(view)` in another form than \(first.path)")
        }
      }
      if let form = first.views[view] { views.append((view, form)) }
    }
    return PairLayout(
      actionDimension: first.index.actionDimension, proprioDimension: first.index.proprioDimension, views: views)
  }

  private static func votes(
    _ manifest: PairManifest, _ inputs: Inputs, _ rollouts: [Rollout], _ counts: inout FilterCounts
  ) throws -> VoteIndex? {
    let users = manifest.strategies.filter(\.needsVotes)
    guard let first = users.first else {
      guard inputs.votes.isEmpty else {
        throw PairBuildError(.usage, "\(manifest.file): no strategy uses votes; add human_import or leave --votes out")
      }
      return nil
    }
    guard !inputs.votes.isEmpty else {
      throw PairBuildError(.usage, "\(manifest.file): \(first.name.rawValue) needs votes; give a file as --votes")
    }
    guard users.allSatisfy({ $0.ties == first.ties }) else {
      throw PairBuildError("\(manifest.file): strategies that use votes treat ties differently; give both the same")
    }
    let index = VoteIndex(try inputs.votes.flatMap { try VoteFile.votes($0) }, rollouts, ties: first.ties)
    counts.add(index.counts)
    for key in Set(users.map(\.key)) { counts.add(.voteKeyDiffers, index.crossingCount(rollouts, key: key)) }
    return index
  }

  /// Pairs the groups side by side, and balances what they made.
  private static func make(
    _ manifest: PairManifest, _ table: RolloutTable, _ reader: StepReader, _ layout: PairLayout, _ absolute: [Bool],
    _ votes: VoteIndex?, workers: Int, counts: inout FilterCounts
  ) async throws -> (pairs: [PreferencePair], unpaired: [UnpairedItem]) {
    let pairing = GroupPairing(
      manifest.strategies, filters: manifest.filters, split: manifest.split, successRate: manifest.successRate,
      absolute: absolute, seed: manifest.seed)
    let needsObservations =
      manifest.filters.mask.masksShared || manifest.strategies.contains(where: \.needsObservations)
    let parts = needsObservations ? ["proprio"] + layout.views.map { "image." + $0.name } : []
    var groups: [RolloutGroup] = []
    for key in GroupKey.allCases where manifest.strategies.contains(where: { $0.key == key }) {
      groups += RolloutGroup.groups(table.rollouts, by: key)
    }
    if manifest.strategies.contains(where: { $0.needsSuccess && $0.key == .start }) {
      for group in groups where group.key == .start {
        let outcomes = Set(group.members.compactMap { table.rollouts[$0].success })
        if outcomes.count < 2 { counts.add(.oneSided) }
      }
    }
    let size = 64
    let blockCount = (groups.count + size - 1) / size
    let outcomes = Slots<GroupPairing.Outcome>(count: blockCount)
    let all = groups
    try await forEachIndex(below: blockCount, workers: workers) { block in
      var sum = GroupPairing.Outcome()
      for group in all[block * size..<min((block + 1) * size, all.count)] {
        let cache = StepCache { index in
          try reader.table(
            table.places[index], length: table.rollouts[index].length, parts: parts, views: layout.views)
        }
        let made = try pairing.run(
          group, table.rollouts, votes: votes?.votes(in: group) ?? [], steps: { try cache.table($0) })
        sum.pairs += made.pairs
        sum.unpaired += made.unpaired
        sum.counts.add(made.counts)
      }
      outcomes[block] = sum
    }
    var (pairs, unpaired): ([PreferencePair], [UnpairedItem]) = ([], [])
    for outcome in outcomes.filled {
      pairs += outcome.pairs
      unpaired += outcome.unpaired
      counts.add(outcome.counts)
    }
    pairs = manifest.balance.apply(pairs, table.rollouts, seed: manifest.seed, counts: &counts)
    if let share = manifest.strategies.first(where: { $0.name == .unpaired })?.desirableShare {
      unpaired = PairBalance.balanced(
        unpaired, share: share, table.rollouts, seed: manifest.seed, counts: &counts)
    }
    return (pairs, unpaired)
  }

  /// The episodes that are used, in the order of task, start and id.
  private static func episodes(
    _ pairs: [PreferencePair], _ unpaired: [UnpairedItem], _ rollouts: [Rollout]
  ) -> [Episode] {
    var used: [Int: Range<Int>] = [:]
    for side in pairs.lazy.flatMap({ [$0.chosen, $0.rejected] }) + unpaired.map(\.side) {
      let old = used[side.rollout] ?? side.steps
      used[side.rollout] =
        min(old.lowerBound, side.steps.lowerBound)..<max(old.upperBound, side.steps.upperBound)
    }
    func key(_ episode: Episode) -> (String, String) {
      (rollouts[episode.rollout].task, rollouts[episode.rollout].start ?? "")
    }
    return used.map { Episode(rollout: $0.key, steps: $0.value) }.sorted { a, b in
      let (x, y) = (key(a), key(b))
      if x.0 != y.0 { return x.0.utf8.lexicographicallyPrecedes(y.0.utf8) }
      if x.1 != y.1 { return x.1.utf8.lexicographicallyPrecedes(y.1.utf8) }
      return a.rollout < b.rollout
    }
  }

  private static func tasks(_ pairs: [PreferencePair], _ rollouts: [Rollout]) -> [PairIndex.Task] {
    struct Tally {
      var rollouts = 0
      var successes = 0
      var starts: [String: (good: Bool, bad: Bool)] = [:]
      var pairs = 0
    }
    var tallies: [String: Tally] = [:]
    for rollout in rollouts {
      tallies[rollout.task, default: Tally()].rollouts += 1
      if rollout.success == true { tallies[rollout.task]?.successes += 1 }
      guard let start = rollout.start else { continue }
      let old = tallies[rollout.task]?.starts[start] ?? (false, false)
      tallies[rollout.task]?.starts[start] = (
        old.good || rollout.success == true, old.bad || rollout.success == false
      )
    }
    for pair in pairs { tallies[rollouts[pair.chosen.rollout].task]?.pairs += 1 }
    return tallies.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { name, tally in
      PairIndex.Task(
        name: name, rolloutCount: tally.rollouts, successCount: tally.successes, startCount: tally.starts.count,
        bothCount: tally.starts.values.count { $0.good && $0.bad }, pairCount: tally.pairs)
    }
  }
}
