internal import Actions
internal import ByteIO
internal import EpisodeStore
internal import ManifestSyntax
internal import PairShards
internal import Preferences
internal import Workers

/// The rollouts of all stores that may be paired, in the order of their ids, and where their steps lie.
struct RolloutTable: Sendable {
  var rollouts: [Rollout]
  var places: [RolloutPlace]
  /// The rollouts that the stores have, and those that filters left out.
  var foundCount: Int
  var counts: FilterCounts
  /// How actions and motions go together, over all rollouts.
  let timing: MotionTiming

  /// What is found by reading a rollout's steps.
  private struct Content: Sendable {
    var isFinite: Bool
    var tokens: UInt64
    var otherTokens: UInt64
    var start: UInt64?
  }

  /// Reads the catalogs of `stores` and the numbers of all their episodes.
  ///
  /// - Throws: `PairBuildError` where a field that the manifest names is in no episode, or ids are not unique;
  ///   `StoreError`, `FileError`.
  init(
    _ manifest: PairManifest, _ stores: [RolloutStore], _ reader: StepReader,
    views: [(name: String, form: PairLayout.Form)], workers: Int
  ) async throws {
    var fields = RolloutFields(manifest)
    var found: [(Rollout, RolloutPlace)] = []
    for (number, store) in stores.enumerated() {
      let catalog = store.path + "/" + StoreIndex.catalogName
      try Catalog.read(catalog) { row in
        guard row.ordinal >= 0, store.shards.indices.contains(row.shard), row.firstStep >= 0,
          (0..<1 << 31).contains(row.length),
          row.firstStep <= store.shards[row.shard].stepCount,
          row.length <= store.shards[row.shard].stepCount - row.firstStep
        else {
          throw StoreError(file: catalog, "episode \(row.ordinal) does not fit its shard; ingest the dataset again")
        }
        found.append(
          (
            try fields.rollout(row, dataset: store.index.dataset, catalog: catalog),
            RolloutPlace(store: number, shard: row.shard, firstStep: row.firstStep, ordinal: row.ordinal)
          ))
      }
    }
    foundCount = found.count
    counts = FilterCounts()
    found.sort { $0.0.id.utf8.lexicographicallyPrecedes($1.0.id.utf8) }
    for (a, b) in zip(found, found.dropFirst()) where a.0.id == b.0.id {
      throw PairBuildError(
        "\(stores[b.1.store].path): episode \(b.1.ordinal) is called \(quoted(b.0.id)) as another one is; "
          + "name a metadata field that is unique as `rollouts.id`")
    }
    try Self.check(manifest, fields.coverage, found.map(\.0), stores)
    let (contents, timing) = try await Self.contents(manifest, found, reader, views: views, workers: workers)
    self.timing = timing
    (rollouts, places) = ([], [])
    keep(manifest, found, contents)
  }

  /// Refuses fields that no episode has, and rules for which nothing is known of any episode.
  private static func check(
    _ manifest: PairManifest, _ coverage: RolloutFields.Coverage, _ rollouts: [Rollout], _ stores: [RolloutStore]
  ) throws {
    let path = stores.first?.path ?? ""
    for name in coverage.wanted.subtracting(coverage.found).sorted() {
      throw PairBuildError(
        "\(manifest.file): no episode has metadata `\(name)`; "
          + (NearestName.hint(name, among: coverage.names.sorted())
            ?? "\(path) has \(coverage.names.sorted().joined(separator: ", "))"))
    }
    if manifest.strategies.contains(where: \.needsSuccess), !rollouts.contains(where: { $0.success != nil }) {
      throw PairBuildError(
        "\(path): no episode says whether it succeeded; name a metadata field that does as `rollouts.success`")
    }
    if manifest.strategies.contains(where: \.needsScore), !rollouts.contains(where: { $0.score != nil }) {
      throw PairBuildError(
        "\(path): no episode has a finite score of \(manifest.score.map(\.name).joined(separator: ", ")); "
          + "name fields that have numbers under `score`")
    }
  }

  /// Reads the steps of all rollouts, in the order in which they lie.
  private static func contents(
    _ manifest: PairManifest, _ found: [(Rollout, RolloutPlace)], _ reader: StepReader,
    views: [(name: String, form: PairLayout.Form)], workers: Int
  ) async throws -> (contents: [Content], timing: MotionTiming) {
    let order = found.indices.sorted {
      let (a, b) = (found[$0].1, found[$1].1)
      return (a.store, a.shard, a.firstStep) < (b.store, b.shard, b.firstStep)
    }
    let parts: [String]
    if case .observation(let names) = manifest.fields.start { parts = names } else { parts = [] }
    for name in parts where name != "proprio" && !views.contains(where: { "image." + $0.name == name }) {
      throw PairBuildError(
        "\(manifest.file): `start` names \(quoted(name)), which the stores do not have; their views are "
          + views.map(\.name).joined(separator: ", "))
    }
    if parts.contains("proprio"), reader.proprioDimension == 0 {
      throw PairBuildError("\(manifest.file): `start` names `proprio`, which the stores do not have")
    }
    let size = 256
    let blocks = Slots<[Content]>(count: (order.count + size - 1) / size)
    let timings = Slots<MotionTiming>(count: (order.count + size - 1) / size)
    let (lengths, places) = (found.map(\.0.length), found.map(\.1))
    try await forEachIndex(below: (order.count + size - 1) / size, workers: workers) { block in
      var contents: [Content] = []
      var timing = MotionTiming()
      for index in order[block * size..<min((block + 1) * size, order.count)] {
        let values = try reader.actions(places[index], 0..<lengths[index])
        let states = try reader.rawStates(places[index], 0..<lengths[index])
        timing.add(
          actions: values, actionDimension: reader.actionDimension, states: states,
          stateDimension: reader.proprioDimension, stepCount: lengths[index])
        let bins = Bytes(reader.bins(values))
        var (first, second) = (ObservationDigest(), ObservationDigest())
        first.update(bins)
        second.update(Bytes([1]))
        second.update(bins)
        let start =
          parts.isEmpty || lengths[index] == 0
          ? nil : try reader.observations(places[index], 0..<1, parts: parts, views: views).first
        contents.append(
          Content(
            isFinite: values.allSatisfy(\.isFinite) && states.allSatisfy(\.isFinite), tokens: first.value,
            otherTokens: second.value, start: start))
      }
      blocks[block] = contents
      timings[block] = timing
    }
    var timing = MotionTiming()
    for part in timings.filled { timing.add(part) }
    var result = [Content?](repeating: nil, count: found.count)
    for (place, content) in blocks.filled.joined().enumerated() { result[order[place]] = content }
    return (result.compactMap(\.self), timing)
  }

  /// Takes the rollouts that the filters leave.
  private mutating func keep(_ manifest: PairManifest, _ found: [(Rollout, RolloutPlace)], _ contents: [Content]) {
    struct Copy: Hashable {
      let task, start: String
      let length: Int
      let tokens, otherTokens: UInt64
    }
    var seen: Set<Copy> = []
    let needsSuccess = manifest.strategies.contains(where: \.needsSuccess)
    let needsScore = manifest.strategies.contains(where: \.needsScore)
    let needsStart = manifest.strategies.contains { $0.key == .start }
    for (index, content) in contents.enumerated() {
      var (rollout, place) = found[index]
      if let start = content.start {
        let digits = String(start, radix: 16)
        rollout.start = String(repeating: "0", count: 16 - digits.count) + digits
      }
      if let filter = Self.exclusion(rollout, content, manifest) {
        counts.add(filter)
        continue
      }
      if let start = rollout.start {
        let copy = Copy(
          task: rollout.task, start: start, length: rollout.length, tokens: content.tokens,
          otherTokens: content.otherTokens)
        guard seen.insert(copy).inserted else {
          counts.add(.duplicateEpisode)
          continue
        }
      } else if needsStart {
        counts.add(.startUnknown)
      }
      if needsSuccess, rollout.success == nil { counts.add(.successUnknown) }
      if needsScore, rollout.score == nil { counts.add(.scoreUnknown) }
      rollouts.append(rollout)
      places.append(place)
    }
  }

  /// Why a rollout is left out whatever the rules.
  private static func exclusion(_ rollout: Rollout, _ content: Content, _ manifest: PairManifest) -> Filter? {
    if !content.isFinite { return .notFinite }
    if rollout.length < manifest.filters.minimumSteps { return .tooShort }
    if let ending = rollout.termination {
      let wanted = manifest.terminations ?? [.success, .timeout, .safety]
      if !wanted.contains(ending) { return .termination }
    }
    if manifest.split.heldOutPolicies.contains(rollout.policy), manifest.split.split(rollout) != .test {
      return .policyHeldOut
    }
    return nil
  }
}
