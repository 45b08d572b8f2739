internal import ByteIO
internal import EpisodeStore
internal import JSON
internal import RLDS
internal import TFRecord
internal import Workers

/// Which records go into which shard: a function of the input and the options, not of the workers.
struct IngestPlan: Sendable {
  /// A source file with the records of it that are read.
  struct Source: Sendable {
    let path: String
    let name: String
    let split: String
    let index: RecordIndex
    /// Where its first record stands among all episodes of the dataset.
    let firstOrdinal: Int
    let modified: Int64
    /// The selected records, rising and without overlap.
    let records: [Range<Int>]
  }

  /// A run of records of one source.
  struct Piece: Equatable, Sendable {
    let source: Int
    let records: Range<Int>
  }

  let sources: [Source]
  /// One list of pieces for each shard.
  let shards: [[Piece]]
  /// Episodes that are known to be bad before any is read.
  let skipped: [StoreIndex.SkippedEpisodes]
  /// The bytes of all selected records.
  let byteCount: Int

  /// Indexes the files of the selected splits.
  ///
  /// - Throws: `DatasetError`, `RecordError`, `FileError`; under `skip`, broken files are cut where they break.
  init(_ dataset: DatasetDirectory, _ recipe: IngestRecipe, _ options: IngestOptions) async throws {
    let selected = try Self.selection(dataset, options)
    var found: [(shard: DatasetDirectory.Shard, split: String, firstOrdinal: Int, records: [Range<Int>])] = []
    var ordinal = 0
    for split in dataset.splits {
      for shard in split.shards {
        let whole = ordinal..<ordinal + shard.episodeCount
        let ranges = selected.compactMap { range -> Range<Int>? in
          let common = range.clamped(to: whole)
          return common.isEmpty ? nil : common.lowerBound - ordinal..<common.upperBound - ordinal
        }
        if !ranges.isEmpty { found.append((shard, split.name, ordinal, ranges)) }
        ordinal += shard.episodeCount
      }
    }
    let indexed = Slots<(source: Source, skipped: [StoreIndex.SkippedEpisodes])>(count: found.count)
    try await forEachIndex(below: found.count, workers: options.workers) { [found] number in
      let (shard, split, firstOrdinal, records) = found[number]
      indexed[number] = try Self.source(
        dataset, shard, split: split, firstOrdinal: firstOrdinal, records: records, onError: options.onError)
    }
    sources = indexed.filled.map(\.source)
    skipped = indexed.filled.flatMap(\.skipped)
    byteCount = sources.reduce(0) { total, source in
      total
        + source.records.reduce(0) {
          $0 + source.index.range(of: $1.upperBound - 1).upperBound - source.index.offsets[$1.lowerBound]
        }
    }
    let growth = Self.growth(sources, recipe)
    let target = Int(Double(options.shardByteCount) / max(growth, 1e-3) * 0.98)
    shards = Self.shards(sources, byteCount: max(target, 1))
  }

  /// Returns the ordinals that the selection names, rising and without overlap.
  private static func selection(_ dataset: DatasetDirectory, _ options: IngestOptions) throws -> [Range<Int>] {
    let lengths = dataset.splits.map { ($0.name, $0.shards.map(\.episodeCount)) }
    let expression = try SplitExpression(options.selection, splits: lengths, path: dataset.path)
    var starts: [String: Int] = [:]
    var total = 0
    for split in dataset.splits {
      starts[split.name] = total
      total += split.episodeCount
    }
    let ranges = expression.selections.filter { !$0.range.isEmpty }.map { selection in
      let start = starts[selection.split] ?? 0
      return start + selection.range.lowerBound..<start + selection.range.upperBound
    }.sorted { $0.lowerBound < $1.lowerBound }
    for (a, b) in zip(ranges, ranges.dropFirst()) where a.upperBound > b.lowerBound {
      throw DatasetError(.badExpression(options.selection, why: "it selects episodes twice"), path: dataset.path)
    }
    return ranges
  }

  private static func source(
    _ dataset: DatasetDirectory, _ shard: DatasetDirectory.Shard, split: String, firstOrdinal: Int,
    records: [Range<Int>], onError: IngestOptions.ErrorPolicy
  ) throws -> (source: Source, skipped: [StoreIndex.SkippedEpisodes]) {
    let path = try dataset.file(shard)
    let start = try InputFile(path).read(Record.headerByteCount, at: 0)
    guard Compression.detect(Bytes(start)) == .none else {
      throw DatasetError(.compressedShard(shard.file), path: dataset.path)
    }
    let index = try RecordIndex(path, atFault: onError == .fail ? .fail : .stop)
    var skipped: [StoreIndex.SkippedEpisodes] = []
    if index.count != shard.episodeCount {
      let mismatch = DatasetError(
        .shardCount(file: shard.file, declared: shard.episodeCount, found: index.count), path: dataset.path)
      if onError == .fail { throw mismatch }
      let why = index.fault?.description ?? mismatch.description
      skipped.append(
        StoreIndex.SkippedEpisodes(
          split: split, file: shard.file, record: min(index.count, shard.episodeCount),
          count: max(0, shard.episodeCount - index.count), error: withoutDirectory(why, of: path)))
    }
    let readable = records.compactMap { range -> Range<Int>? in
      let common = range.clamped(to: 0..<index.count)
      return common.isEmpty ? nil : common
    }
    let source = Source(
      path: path, name: shard.file, split: split, index: index, firstOrdinal: firstOrdinal,
      modified: try Directory.status(path).modified, records: readable)
    return (source, skipped)
  }

  /// Returns how many bytes in the store one byte of the source becomes, judged by the first good episode.
  private static func growth(_ sources: [Source], _ recipe: IngestRecipe) -> Double {
    let converter = EpisodeConverter(recipe)
    for source in sources.prefix(8) {
      guard let first = source.records.first?.lowerBound, let whole = try? MappedFile(source.path)
      else { continue }
      var reader = RecordReader(whole.bytes, file: source.path, offset: source.index.offsets[first], index: first)
      guard let record = try? reader.next(), record.payload.count > 0 else { continue }
      let place = EpisodePlace(file: source.path, record: first, offset: record.offset)
      let outcome = try? converter.convert(record.payload, at: place, ordinal: 0, whole: whole.bytes)
      if case .kept(let episode, _) = outcome, episode.stepCount > 0 {
        return Double(episode.byteCount) / Double(record.payload.count)
      }
    }
    return 1
  }

  /// Cuts the records into as few shards of at most about `target` bytes of source as will do, all about equally large.
  private static func shards(_ sources: [Source], byteCount target: Int) -> [[Piece]] {
    let total = sources.reduce(0) { total, source in
      total + source.records.reduce(0) { $0 + $1.reduce(0) { $0 + source.index.range(of: $1).count } }
    }
    let share = Double(total) / Double(max(1, (total + target - 1) / target))
    var shards: [[Piece]] = []
    var current: [Piece] = []
    var filled = 0
    var passed = 0
    for (number, source) in sources.enumerated() {
      for range in source.records {
        var start = range.lowerBound
        for record in range {
          let size = source.index.range(of: record).count
          if filled > 0, Double(passed) + Double(size) / 2 > share * Double(shards.count + 1) {
            if start < record { current.append(Piece(source: number, records: start..<record)) }
            shards.append(current)
            current = []
            filled = 0
            start = record
          }
          filled += size
          passed += size
        }
        if start < range.upperBound { current.append(Piece(source: number, records: start..<range.upperBound)) }
      }
    }
    if !current.isEmpty { shards.append(current) }
    return shards
  }
}

/// Returns `text` with the directory of `path` left away, so that it does not depend on where the data lie.
func withoutDirectory(_ text: String, of path: String) -> String {
  let directory = Directory.parent(of: path)
  return text.replacing(directory + "/", with: "")
}
