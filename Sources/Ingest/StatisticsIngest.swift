public import Actions
internal import ByteIO
public import DatasetManifest
internal import EpisodeStore
internal import JSON
public import RLDS
internal import Synchronization
internal import TFRecord
internal import Workers

/// The statistics of a dataset without a store: reads actions and proprio, and never looks at an image.
public struct StatisticsIngest: Sendable {
  /// What was read.
  public struct Report: Sendable {
    public let statistics: DatasetStatistics
    public let sourceByteCount: Int
    /// Episodes left out because they are bad.
    public let skippedCount: Int
    /// Episodes that filters dropped.
    public let droppedCount: Int
  }

  private let dataset: DatasetDirectory
  private let recipe: IngestRecipe
  private let options: IngestOptions

  /// Prepares to read `dataset` by `manifest`.
  ///
  /// - Throws: `ManifestError`, `DatasetError`, `IngestError` where they do not fit each other.
  public init(_ dataset: DatasetDirectory, by manifest: DatasetManifest, options: IngestOptions) throws {
    self.dataset = dataset
    self.options = options
    recipe = try IngestRecipe(manifest, dataset, options)
  }

  /// Reads the selected records once; rows are kept in a file in `scratch`, so that memory does not grow with them.
  public func run(
    scratch: String, begin: (Int) -> Void, progress: @Sendable @escaping (Int) -> Void
  ) async throws -> Report {
    let plan = try await IngestPlan(dataset, recipe, options)
    begin(plan.byteCount)
    let spool = RowSpool(try ScratchFile(in: scratch))
    let pieces = plan.sources.enumerated().flatMap { number, source in
      source.records.map { IngestPlan.Piece(source: number, records: $0) }
    }
    try await forEachIndex(below: pieces.count, workers: options.workers) { number in
      try read(plan.sources[pieces[number].source], pieces[number].records, into: spool, progress)
    }
    let counts = spool.counts
    let skipped = counts.skipped + plan.skipped.reduce(0) { $0 + $1.count }
    guard counts.rows > 0 else {
      throw IngestError(.badData, "\(dataset.path): no step is left for statistics; \(skipped) episodes are bad")
    }
    let pass = StatisticsPass(
      actionDimension: recipe.layout.actionDimension, proprioDimension: recipe.layout.proprioDimension,
      mask: recipe.manifest.masks.normalize)
    let contents = try spool.contents()
    let statistics = try pass.run(episodeCount: counts.episodes) { body in
      try spool.forEachBlock(contents, pass, body)
    }
    return Report(
      statistics: statistics, sourceByteCount: plan.byteCount, skippedCount: skipped, droppedCount: counts.dropped)
  }

  private func read(
    _ source: IngestPlan.Source, _ records: Range<Int>, into spool: RowSpool, _ progress: @Sendable (Int) -> Void
  ) throws {
    let mapping = try MappedFile(source.path)
    let converter = EpisodeConverter(recipe)
    for record in records {
      let range = source.index.range(of: record)
      do {
        var reader = RecordReader(mapping.bytes, file: source.path, offset: range.lowerBound, index: record)
        guard let content = try reader.next() else { return }
        let place = EpisodePlace(file: source.path, record: record, offset: range.lowerBound)
        switch try converter.standardize(content.payload, at: place).1 {
        case .kept(let episode): try spool.append(episode)
        case .dropped: spool.countDropped()
        }
      } catch let error as any Failure {
        guard error.kind == .badData, options.onError == .skip else { throw error }
        spool.countSkipped()
      }
      mapping.releasePages(range)
      progress(range.count)
    }
  }
}

/// The standardised rows of many episodes in a file; their order does not matter to the statistics.
private final class RowSpool: Sendable {
  struct Counts: Sendable {
    var episodes = 0
    var rows = 0
    var skipped = 0
    var dropped = 0
  }

  private struct State {
    var counts = Counts()
    var byteCount = 0
    /// The rows of each episode, in the order of the file.
    var lengths: [Int] = []
  }

  private let file: ScratchFile
  private let state = Mutex(State())

  init(_ file: ScratchFile) { self.file = file }

  var counts: Counts { state.withLock { $0.counts } }

  func append(_ episode: StandardizedEpisode) throws {
    let values = episode.action + (episode.proprio ?? [])
    let offset = state.withLock { state in
      state.lengths.append(episode.rows.count)
      state.counts.rows += episode.rows.count
      state.counts.episodes += 1
      state.byteCount += 4 * values.count
      return state.byteCount - 4 * values.count
    }
    try file.write(values, at: offset)
  }

  func countSkipped() { state.withLock { $0.counts.skipped += 1 } }
  func countDropped() { state.withLock { $0.counts.dropped += 1 } }

  func contents() throws -> InputFile { try file.contents() }

  func forEachBlock(_ file: InputFile, _ pass: StatisticsPass, _ body: (StatisticsPass.Block) throws -> Void) throws {
    let lengths = state.withLock { $0.lengths }
    var offset = 0
    func floats(_ count: Int) throws -> [Float] {
      let bytes = Bytes(try file.read(4 * count, at: offset))
      offset += 4 * count
      return bytes.values(as: Float.self)
    }
    for length in lengths {
      let action = try floats(length * pass.actionDimension)
      try body(StatisticsPass.Block(action: action, proprio: try floats(length * pass.proprioDimension)))
    }
  }
}
