internal import Actions
internal import ByteIO
internal import DatasetManifest
internal import EpisodeStore
internal import ManifestSyntax
internal import RLDS
internal import Sampling

/// Which episodes and frames of a store an entry of a mixture may draw.
struct EpisodeSelection: Sendable {
  /// The frames that are left.
  var frames = FrameIndex()
  /// Episodes and frames that a rule left out, by rule, in the order of the rules.
  var dropped: [(filter: String, count: Int)] = []
  /// How many distinct instructions the split had, and how many of them have no episode left.
  var taskCount = 0
  var emptiedTaskCount = 0

  /// The ordinals that an entry's own conditions leave, ascending; nil for all.
  static func ordinals(
    _ entry: MixtureEntry, _ store: StoreInput, lookup: (String) -> String?
  ) throws -> [Int]? {
    var kept: [Int]?
    if let condition = entry.condition {
      do {
        let found = try CatalogQuery(store.path + "/" + StoreIndex.catalogName).ordinals(where: condition)
        kept = Set(found).sorted()  // A condition could end the query early and give another order.
      } catch { throw MixtureError(error.kind, "\(place(entry)): \(error)") }
    }
    if let list = entry.episodes {
      let named: [Int]
      do { named = try KeepList(list.expanded(lookup)).ordinals } catch let error as MixtureError {
        throw MixtureError(error.kind, "\(place(list.place)): \(error)")
      }
      kept = kept.map { Set(named).intersection($0).sorted() } ?? named
    }
    if let kept, kept.isEmpty {
      throw MixtureError("\(place(entry)): its conditions leave no episode; loosen them or remove the entry")
    }
    return kept
  }

  /// Where an entry stands in its manifest.
  static func place(_ entry: MixtureEntry) -> String {
    self.place(entry.conditionPlace ?? entry.place)
  }

  /// A place in a manifest as errors give it.
  static func place(_ place: ManifestPlace) -> String {
    place.file + (place.line.map { ":\($0)" } ?? "") + (place.column.map { ":\($0)" } ?? "") + ": \(place.key)"
  }

  /// The split that an entry draws from: its own, or the reference's rule.
  static func split(_ entry: MixtureEntry, _ store: StoreInput) -> String {
    entry.split ?? (store.index.splits.contains { $0.name == "val" } ? "train" : "train[:95%]")
  }

  /// Goes through the episodes of `store`.
  ///
  /// - Throws: `MixtureError` for a split that there is not, `StoreError`, `FileError`.
  /// - Complexity: O(episodes); rules on actions, states, labels and frames read what they look at.
  init(
    _ entry: MixtureEntry, _ store: StoreInput, keeping ordinals: [Int]?, manifest: MixtureManifest,
    statistics: DatasetStatistics
  ) throws {
    let wanted: [SplitExpression.Selection]
    do {
      wanted = try SplitExpression(Self.split(entry, store), splits: store.splits, path: store.path).selections
    } catch { throw MixtureError("\(Self.place(entry)): \(error)") }
    var judge = try EpisodeJudge(store, manifest, statistics)
    var starts: [String: Int] = [:]
    var first = 0
    for split in store.index.splits {
      starts[split.name] = first
      first += split.episodeCount
    }
    let runs = wanted.map { selection in
      let start = starts[selection.split] ?? 0
      return selection.range.lowerBound + start..<selection.range.upperBound + start
    }
    var counts: [String: Int] = [:]
    var tasks: [UInt64: Bool] = [:]
    var position = 0
    var next = 0
    for (number, shard) in store.shards.enumerated() {
      judge.begin(shard)
      for episode in shard.ordinals.indices {
        defer { position += 1 }
        let steps = shard.episodeOffsets[episode]..<shard.episodeOffsets[episode + 1]
        let place = FrameIndex.Episode(
          shard: number, firstStep: steps.lowerBound, length: steps.count, ordinal: shard.ordinals[episode])
        guard runs.contains(where: { $0.contains(position) }) else { continue }
        if let ordinals {
          while next < ordinals.count, ordinals[next] < place.ordinal { next += 1 }
          guard next < ordinals.count, ordinals[next] == place.ordinal else {
            counts["where", default: 0] += 1
            if let task = try judge.task(steps) { tasks[task] = tasks[task] ?? false }
            continue
          }
        }
        let task = try judge.task(steps)
        var isDrawn = true
        switch try judge.verdict(steps) {
        case .all(let frameCount): frames.append(place, frames: frameCount)
        case .some(let kept):
          let left = kept.count { $0 }
          counts["frames", default: 0] += kept.count - left
          if left > 0 { frames.append(place, kept: kept) }
          isDrawn = left > 0
        case .none(let rule):
          counts[rule, default: 0] += 1
          isDrawn = false
        }
        if let task { tasks[task] = isDrawn || tasks[task] ?? false }
      }
    }
    for run in runs where run.upperBound > position {
      throw MixtureError("\(store.path): the shards have \(position) episodes, fewer than its splits; ingest it again")
    }
    dropped = counts.filter { $0.value > 0 }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    taskCount = tasks.count
    emptiedTaskCount = tasks.values.count { !$0 }
  }
}

/// A list of episodes to keep: one ordinal a line; empty lines and what follows `#` do not count.
struct KeepList {
  /// Ascending, each once.
  let ordinals: [Int]

  /// Reads the list at `path`.
  ///
  /// - Throws: `MixtureError` with the line, `FileError`.
  init(_ path: String) throws {
    guard Directory.entry(path) == .file else {
      throw MixtureError(.inputMissing, "\(path): there is no such list of episodes")
    }
    let text = String(decoding: try readFile(path), as: UTF8.self)
    var found: Set<Int> = []
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let content = line.prefix { $0 != "#" }.filter { !$0.isWhitespace }
      if content.isEmpty { continue }
      guard let ordinal = Int(content), ordinal >= 0 else {
        throw MixtureError("\(path):\(number + 1): `\(content)` is no episode's ordinal, as the catalog has it")
      }
      found.insert(ordinal)
    }
    ordinals = found.sorted()
  }
}
