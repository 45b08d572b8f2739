internal import Actions
internal import ByteIO
internal import EpisodeStore
internal import JSON
internal import TensorFiles

/// A store opened for looking at its episodes: shards mapped into memory, and what the catalog says of each episode.
///
/// Only indices are held: about 60 bytes an episode and the distinct texts.
struct StoreContents: Sendable {
  /// Where an episode lies, and what the catalog says of it.
  struct Place: Sendable {
    let shard: Int
    let steps: Range<Int>
    let ordinal: Int
    /// The row of `splits`.
    let split: Int
    /// The row of `instructions`, −1 for none.
    let instruction: Int
    let success: Bool?
  }

  let path: String
  let index: StoreIndex
  let statistics: DatasetStatistics
  let shards: [EpisodeShard]
  /// The row of `instructions` of each text of a shard.
  let texts: [[Int]]
  /// By rising ordinal.
  let places: [Place]
  let splits: [String]
  let instructions: [String]
  var actionWidth: Int { index.actionDimension }
  var stateWidth: Int { index.proprioDimension }

  /// Opens the store at `path`.
  ///
  /// - Throws: `StoreError`, `JSONError`, `TensorFileError`, `FileError`, each with the file at fault.
  init(_ path: String) throws {
    self.path = path
    let index = try StoreVerifier.index(path)
    self.index = index
    let node = try JSONNode(file: path + "/" + StoreIndex.statisticsName)
    let statistics = try StatisticsFile.statistics(node, dataset: index.dataset)
    self.statistics = statistics
    guard statistics.action.dimension == index.actionDimension, index.actionDimension > 0 else {
      throw StoreError(
        file: path + "/" + StoreIndex.statisticsName,
        "it has \(statistics.action.dimension) action dimensions, the index \(index.actionDimension); "
          + "ingest the dataset again")
    }
    var shards: [EpisodeShard] = []
    var instructions = TextRows()
    var texts: [[Int]] = []
    for entry in index.shards {
      let shard = try Self.shard(path, entry, index)
      let offsets = try shard.file.values("instruction.offsets", .uint64, as: UInt64.self).map { Int($0) }
      let bytes = try shard.file.bytes("instruction.bytes")
      texts.append(
        zip(offsets, offsets.dropFirst()).map { start, end in
          instructions.row(String(decoding: bytes[start..<end].array, as: UTF8.self))
        })
      shard.file.releasePages()
      shards.append(shard)
    }
    var splits = TextRows()
    var places: [Place] = []
    var cursor = (shard: 0, position: 0)
    let file = path + "/" + StoreIndex.catalogName
    let foreign = "the row of episode"
    try Catalog.read(file) { row in
      while cursor.shard < shards.count, cursor.position == shards[cursor.shard].episodeCount {
        cursor = (cursor.shard + 1, 0)
      }
      guard cursor.shard < shards.count else {
        throw StoreError(file: file, "it has more rows than the shards have episodes; ingest the dataset again")
      }
      let shard = shards[cursor.shard]
      let steps = shard.episodeOffsets[cursor.position]..<shard.episodeOffsets[cursor.position + 1]
      guard shard.ordinals[cursor.position] == row.ordinal, steps.count == row.length else {
        throw StoreError(file: file, "\(foreign) \(row.ordinal) does not fit its shard; ingest the dataset again")
      }
      places.append(
        Place(
          shard: cursor.shard, steps: steps, ordinal: row.ordinal, split: splits.row(row.split),
          instruction: row.instruction.map { instructions.row($0) } ?? -1, success: row.success))
      cursor.position += 1
    }
    guard places.count == index.episodeCount, !places.isEmpty else {
      throw StoreError(
        file: file, "it has \(places.count) rows, the store \(index.episodeCount) episodes; ingest the dataset again")
    }
    self.shards = shards
    self.texts = texts
    self.places = places
    self.splits = splits.texts
    self.instructions = instructions.texts
  }

  private static func shard(
    _ path: String, _ entry: StoreIndex.Shard, _ index: StoreIndex
  ) throws -> EpisodeShard {
    let file = path + "/" + entry.file
    guard !entry.file.contains("/"), Directory.entry(file) == .file else {
      throw StoreError(.inputMissing, file: file, "the shard is missing; ingest the dataset again")
    }
    let shard = try EpisodeShard(file)
    let states = shard.file.declaration("proprio")
    let fits =
      states.map { $0.dtype == .float32 && $0.shape == [shard.stepCount, index.proprioDimension] }
      ?? (index.proprioDimension == 0)
    guard
      shard.stepCount == entry.stepCount, shard.episodeCount == entry.episodeCount, fits,
      shard.file.declaration("action")?.shape == [shard.stepCount, index.actionDimension]
    else { throw StoreError(file: file, "it does not fit the store's index; ingest the dataset again") }
    return shard
  }

  /// The values of an episode in a tensor of rows of `width` values; empty where the shard has no such tensor.
  func rows<T: BitwiseCopyable>(
    _ tensor: String, _ place: Place, width: Int = 1, as type: T.Type
  ) throws -> [T] {
    let shard = shards[place.shard]
    guard shard.file.declaration(tensor) != nil, width > 0 else { return [] }
    let stride = width * MemoryLayout<T>.stride
    let bytes = try shard.file.bytes(tensor)
    guard place.steps.upperBound * stride <= bytes.count else {
      throw StoreError(file: shard.file.path, "tensor `\(tensor)` is too short; ingest the dataset again")
    }
    return bytes[place.steps.lowerBound * stride..<place.steps.upperBound * stride].values(as: T.self)
  }

  /// Actions, [steps, A].
  func actions(_ place: Place) throws -> [Float] { try rows("action", place, width: actionWidth, as: Float.self) }

  /// States, [steps, P]; empty where the dataset has none.
  func states(_ place: Place) throws -> [Float] { try rows("proprio", place, width: stateWidth, as: Float.self) }

  /// Gives the pages that the episodes `range` lie on back to the system.
  func releasePages(_ range: Range<Int>) {
    guard let first = range.first, let last = range.last else { return }
    for shard in places[first].shard...places[last].shard { shards[shard].file.releasePages() }
  }
}

/// Distinct texts in the order in which they first occur.
struct TextRows {
  private(set) var texts: [String] = []
  private var rows: [String: Int] = [:]

  /// The row of `text`, a new one where it is new.
  mutating func row(_ text: String) -> Int {
    if let row = rows[text] { return row }
    rows[text] = texts.count
    texts.append(text)
    return texts.count - 1
  }
}
