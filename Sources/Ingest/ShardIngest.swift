internal import ByteIO
internal import EpisodeStore
internal import RLDS
internal import TFRecord

/// Makes one shard of the records that the plan gives it.
struct ShardIngest {
  let plan: IngestPlan
  let recipe: IngestRecipe
  let onError: IngestOptions.ErrorPolicy
  /// Is told how many bytes of the source were read.
  let progress: @Sendable (Int) -> Void

  /// Writes shard `number` to `path`, with `scratch` as a directory to use on the way.
  ///
  /// - Throws: `RecordError`, `EpisodeError`, `IngestError` at the first bad episode unless they are skipped; `FileError`.
  func run(_ number: Int, to path: String, scratch: String) throws -> IngestPart {
    let builder = ShardBuilder(recipe.layout, scratch: scratch)
    let converter = EpisodeConverter(recipe)
    var part = IngestPart(
      shard: StoreIndex.Shard(file: Directory.name(of: path), byteCount: 0, sha256: "", stepCount: 0, episodeCount: 0),
      rows: [], skipped: [], dropped: [:])
    for piece in plan.shards[number] {
      let source = plan.sources[piece.source]
      let mapping = try MappedFile(source.path)
      guard mapping.byteCount == source.index.byteCount else {
        throw IngestError(.tryAgain, "\(source.path): the file changed while it was read; run the same command again")
      }
      for record in piece.records {
        let range = source.index.range(of: record)
        do {
          try append(record, of: source, range, mapping, converter, to: builder, &part, shard: number)
        } catch let error as any Failure {
          guard error.kind == .badData, onError == .skip else { throw error }
          part.skipped.append(
            StoreIndex.SkippedEpisodes(
              split: source.split, file: source.name, record: record, count: 1,
              error: withoutDirectory(error.description, of: source.path)))
        }
        mapping.releasePages(range)
        progress(range.count)
      }
    }
    let written = try builder.write(to: path)
    part.shard.byteCount = written.byteCount
    part.shard.sha256 = written.sha256
    part.shard.stepCount = builder.stepCount
    part.shard.episodeCount = builder.episodeCount
    return part
  }

  private func append(
    _ record: Int, of source: IngestPlan.Source, _ range: Range<Int>, _ mapping: MappedFile,
    _ converter: EpisodeConverter, to builder: ShardBuilder, _ part: inout IngestPart, shard: Int
  ) throws {
    var reader = RecordReader(mapping.bytes, file: source.path, offset: range.lowerBound, index: record)
    guard let content = try reader.next() else { return }
    let place = EpisodePlace(file: source.path, record: record, offset: range.lowerBound)
    let ordinal = source.firstOrdinal + record
    let outcome = try converter.convert(
      content.payload, at: place, ordinal: ordinal, whole: mapping.bytes)
    switch outcome {
    case .dropped(let reason):
      let filter = String(reason.prefix { $0 != ":" })
      part.dropped[filter, default: 0] += 1
    case .kept(let episode, let facts):
      let row = CatalogRow(
        ordinal: ordinal, split: source.split, shard: shard, position: builder.episodeCount,
        firstStep: builder.stepCount, length: episode.stepCount, sourceFile: source.name, sourceRecord: record,
        sourceOffset: range.lowerBound, instruction: facts.instruction, success: nil, rewardSum: facts.rewardSum,
        metadata: facts.metadata)
      try builder.append(episode)
      part.rows.append(IngestPart.Row(row: row, facts: facts))
    }
  }
}
