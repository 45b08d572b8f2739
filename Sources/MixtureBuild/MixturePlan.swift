internal import Actions
internal import ByteIO
internal import EpisodeStore
internal import JSON
internal import ManifestSyntax
public import SampleShards
public import Sampling

/// What a mixture will hold: the frames of each entry, its quota, and the order of all samples.
///
/// A function of the manifest, the stores and the seed. Memory: about 45 bytes an episode and the distinct instructions,
/// plus one bit a step where a rule leaves single frames out; none for the order.
public struct MixturePlan: Sendable {
  /// One entry with everything that was found for it.
  public struct Entry: Sendable {
    let store: StoreInput
    let selection: EpisodeSelection
    /// The statistics that its rows are normalised with.
    let statistics: DatasetStatistics
    let statisticsDigest: String
    /// Which frames may be drawn, as a digest.
    let selectionDigest: String
    /// What the index says of it.
    public let record: MixtureIndex.Entry
  }

  public let manifest: MixtureManifest
  public let entries: [Entry]
  public let order: SampleOrder
  public let layout: SampleLayout
  /// The samples that count as one epoch; nil where the amount is a number and no entry measures an epoch.
  public let epochSampleCount: Int?
  /// What a user should know before building, a line each.
  public let warnings: [String]
  /// About how many bytes a sample takes.
  public let sampleByteCount: Double

  /// Plans `manifest`: opens its stores and selects episodes; nothing is written.
  ///
  /// `lookup` gives the variables of paths, `storeDirectories` where stores of named datasets are looked for when the
  /// manifest has no `stores`.
  /// - Throws: `MixtureError`, `ManifestError`, `SamplingError`, `StoreError`, `FileError`.
  public init(_ manifest: MixtureManifest, lookup: (String) -> String?, storeDirectories: [String] = []) throws {
    var opened: [String: StoreInput] = [:]
    var paths: [String] = []
    var conditions: [[Int]?] = []
    for entry in manifest.entries {
      let path = try Self.path(entry, manifest, lookup, storeDirectories)
      let store: StoreInput
      if let known = opened[path] { store = known } else { store = try StoreInput(path) }
      opened[path] = store
      paths.append(path)
      conditions.append(try EpisodeSelection.ordinals(entry, store, lookup: lookup))
    }
    let statistics = try Self.statistics(manifest, paths, conditions, opened)
    var selections: [EpisodeSelection] = []
    for (number, entry) in manifest.entries.enumerated() {
      guard let store = opened[paths[number]] else { continue }
      let selection = try EpisodeSelection(
        entry, store, keeping: conditions[number], manifest: manifest, statistics: statistics[number].value)
      if selection.frames.frameCount == 0, entry.weight > 0 {
        let why = selection.dropped.map { "\($0.count) by \($0.filter)" }.joined(separator: ", ")
        throw MixtureError(
          "\(EpisodeSelection.place(entry)): no frame of \(store.path) is left"
            + (why.isEmpty ? "" : " (left out: \(why))") + "; loosen the filters or remove the entry")
      }
      selections.append(selection)
    }
    let stores = paths.compactMap { opened[$0] }
    layout = try Self.layout(manifest, stores)
    let amounts = try MixtureAmounts(
      manifest, sizes: statistics.map(\.value.transitionCount), lookup: lookup,
      drawable: selections.map { $0.frames.frameCount > 0 })
    order = try SampleOrder(
      entries: zip(selections, amounts.quotas).map {
        SampleOrder.Entry(frameCount: $0.frames.frameCount, quota: $1)
      }, seed: manifest.seed)
    epochSampleCount = amounts.epochSampleCount
    var entries: [Entry] = []
    for (number, entry) in manifest.entries.enumerated() {
      let (store, selection) = (stores[number], selections[number])
      let record = MixtureIndex.Entry(
        dataset: store.index.dataset, store: Self.written(entry), storeDigest: store.digest,
        statisticsDigest: statistics[number].digest, split: EpisodeSelection.split(entry, store),
        condition: entry.condition, weight: entry.weight, share: amounts.shares[number],
        quota: amounts.quotas[number], frameCount: selection.frames.frameCount,
        episodeCount: selection.frames.episodeCount, transitionCount: statistics[number].value.transitionCount,
        proprioDimension: store.index.proprioDimension,
        views: manifest.form.views.filter { store.views[$0] != nil }, licence: store.index.source.licence,
        citation: store.index.source.citation, dropped: selection.dropped)
      entries.append(
        Entry(
          store: store, selection: selection, statistics: statistics[number].value,
          statisticsDigest: statistics[number].digest, selectionDigest: selection.frames.digest, record: record))
    }
    self.manifest = manifest
    self.entries = entries
    sampleByteCount = SampleSize(manifest, layout).bytes(entries)
    warnings = Self.warnings(manifest, entries)
  }

  /// The number of samples.
  public var sampleCount: Int { order.count }

  /// About how many bytes all samples take.
  var estimatedByteCount: Int { Int(exactly: (sampleByteCount * Double(sampleCount)).rounded()) ?? .max }

  /// A digest of everything that decides about the samples.
  public var digest: String {
    let json: JSONValue = [
      "order": "armature.order/1", "manifest": .string(SHA256Digest.hexadecimal(of: manifest.source)),
      "datasets": .array(entries.map(\.record.json)),
      // A list of episodes lies outside of the manifest and the stores.
      "selections": JSONValue(entries.map(\.selectionDigest)),
    ]
    return SHA256Digest.hexadecimal(of: Array(json.serialized().utf8))
  }

  /// The statistics of all entries, one key for each dataset, as OpenVLA writes them.
  var statisticsText: String {
    var members: [JSONValue.Member] = []
    for entry in entries where !members.contains(where: { $0.name == entry.record.dataset }) {
      members += StatisticsFile.json(entry.statistics, dataset: entry.record.dataset).members ?? []
    }
    return JSONValue.object(members).serialized(.indented)
  }

  // MARK: - Parts of planning

  private static func path(
    _ entry: MixtureEntry, _ manifest: MixtureManifest, _ lookup: (String) -> String?, _ directories: [String]
  ) throws -> String {
    if case .dataset(let name) = entry.source, manifest.stores == nil {
      for directory in directories where Directory.entry(directory + "/" + name) == .directory {
        return directory + "/" + name
      }
      let places = directories.isEmpty ? "any place named" : directories.joined(separator: ", ")
      let known = directories.flatMap { (try? Directory.names($0)) ?? [] }
      let way =
        NearestName.hint(name, among: known)
        ?? "ingest the dataset, or say where its store lies with `store:`, `stores:`, --stores or ARMATURE_STORES"
      throw MixtureError(
        .inputMissing, "\(EpisodeSelection.place(entry)): there is no store `\(name)` in \(places); \(way)")
    }
    let path = try manifest.storePath(of: entry, lookup)
    let beside = Directory.parent(of: manifest.file) + "/" + path
    return !path.hasPrefix("/") && Directory.entry(path) == .missing && Directory.entry(beside) == .directory
      ? beside : path
  }

  /// The store's path as the manifest writes it.
  private static func written(_ entry: MixtureEntry) -> String? {
    if case .store(let path) = entry.source { return path.text }
    return nil
  }

  /// The statistics of each entry: the store's, or those of the episodes that the conditions of all its entries leave.
  private static func statistics(
    _ manifest: MixtureManifest, _ paths: [String], _ conditions: [[Int]?], _ stores: [String: StoreInput]
  ) throws -> [(value: DatasetStatistics, digest: String)] {
    var found: [String: (value: DatasetStatistics, digest: String)] = [:]
    var owners: [String: String] = [:]
    for (number, path) in paths.enumerated() {
      guard found[path] == nil, let store = stores[path] else { continue }
      if let other = owners[store.index.dataset] {
        throw MixtureError(
          "\(EpisodeSelection.place(manifest.entries[number])): \(path) and \(other) are both stores of "
            + "`\(store.index.dataset)`, whose statistics would have one key; ingest one under another name")
      }
      owners[store.index.dataset] = path
      let own = paths.indices.filter { paths[$0] == path }.map { conditions[$0] }
      let kept = own.contains { $0 == nil } ? nil : Set(own.compactMap(\.self).flatMap(\.self))
      found[path] = try StoreStatistics(store).statistics(keeping: kept)
    }
    return paths.compactMap { found[$0] }
  }

  private static func layout(_ manifest: MixtureManifest, _ stores: [StoreInput]) throws -> SampleLayout {
    let form = manifest.form
    if let other = stores.first(where: { $0.index.actionDimension != stores[0].index.actionDimension }) {
      throw MixtureError(
        "\(manifest.file): the actions of `\(stores[0].index.dataset)` have \(stores[0].index.actionDimension) "
          + "dimensions, those of `\(other.index.dataset)` \(other.index.actionDimension); a mixture needs them equal")
    }
    return SampleLayout(
      window: form.chunk.window, chunk: form.chunk.chunk, actionDimension: stores[0].index.actionDimension,
      proprioDimension: stores.map(\.index.proprioDimension).max() ?? 0, views: form.views,
      form: try frameForm(manifest, stores), hasGoal: form.goal != .none)
  }

  private static func frameForm(_ manifest: MixtureManifest, _ stores: [StoreInput]) throws -> SampleLayout.Form {
    switch manifest.form.image {
    case .jpeg, .png: return .encoded
    case .raw(let size):
      return manifest.form.compressionLevel == nil
        ? .pixels(height: size.height, width: size.width) : .packedPixels(height: size.height, width: size.width)
    case .keep:
      var forms: [(form: StoreInput.Frames, dataset: String)] = []
      for store in stores {
        for view in manifest.form.views {
          if let form = store.views[view] { forms.append((form, store.index.dataset)) }
        }
      }
      guard let first = forms.first else { return .encoded }
      if let other = forms.first(where: { $0.form != first.form }) {
        throw MixtureError(
          "\(manifest.file): `\(first.dataset)` and `\(other.dataset)` keep their frames in different forms; "
            + "give one with `image:`, such as {form: jpeg, size: [224, 224]}")
      }
      switch first.form {
      case .encoded: return .encoded
      case .pixels(let height, let width): return .pixels(height: height, width: width)
      }
    }
  }

  private static func warnings(_ manifest: MixtureManifest, _ entries: [Entry]) -> [String] {
    var lines: [String] = []
    for (entry, described) in zip(manifest.entries, entries) {
      let record = described.record
      let repeats = record.frameCount == 0 ? 0 : Double(record.quota) / Double(record.frameCount)
      if repeats > 10 {
        let times = Double(Int(repeats * 10)) / 10
        lines.append(
          "`\(record.dataset)` repeats \(times) times; lower its weight, or its frames will be learnt by heart")
      }
      let missing = manifest.form.views.filter { !record.views.contains($0) }
      if !missing.isEmpty {
        lines.append("`\(record.dataset)` has no view \(missing.joined(separator: ", ")); its samples are black there")
      }
      let selection = described.selection
      if selection.emptiedTaskCount > 0 {
        lines.append(
          "`\(record.dataset)`: the filters leave no episode of \(selection.emptiedTaskCount) of its "
            + "\(selection.taskCount) tasks")
      }
      if entry.weight == 0 { lines.append("`\(record.dataset)` has a weight of 0 and is never drawn") }
    }
    return lines
  }
}
