internal import ByteIO
internal import EpisodeStore
internal import ImageCodec
internal import JSON
internal import RLDS
internal import TFRecord
internal import TensorFiles
internal import Workers

/// How one feature of an export compares with the store.
public struct FeatureComparison: Sendable {
  public let feature: String
  /// Rows compared: steps, or episodes for what belongs to them.
  public internal(set) var rowCount = 0
  /// Episodes whose digests differ.
  public internal(set) var differenceCount = 0
  /// Where the first difference is: file, record, step.
  public internal(set) var firstDifference: String?
}

extension RLDSExport {
  /// Reads every record back and compares each feature with the store, by the SHA-256 of its values in the episode.
  ///
  /// Records are read by the reader of RLDS, checksums included. Numbers and image files must be equal bit by bit; an
  /// absent instruction is the empty text.
  ///
  /// - Throws: `ExportError` where a split or a record is missing, `RecordError`, `EpisodeError`, `FileError`.
  public func verify(progress: @Sendable @escaping (Int) -> Void = { _ in }) async throws -> [FeatureComparison] {
    let dataset = try DatasetDirectory(directory)
    guard let features = dataset.features else {
      throw ExportError(.inputMissing, directory, "features.json is missing; export again")
    }
    let lengths = dataset.splits.map { split in "\(split.name): \(split.shards.map(\.episodeCount))" }
    let expected = plan.splits.map { split in "\(split.name): \(split.shards.map(\.rows.count))" }
    guard lengths == expected else {
      throw ExportError(directory, "it has the episodes \(lengths), the store \(expected); export again")
    }
    let schema = EpisodeSchema(features)
    let shards = plan.shards
    let results = Slots<[FeatureComparison]>(count: shards.count)
    try await forEachIndex(below: shards.count, workers: workerCount) { number in
      results[number] = try compare(shards[number], schema)
      progress(shards[number].byteCount)
    }
    var total: [FeatureComparison] = []
    for part in results.filled { Self.add(part, to: &total) }
    for feature in features where !total.contains(where: { $0.feature == feature.path }) {
      total.append(
        FeatureComparison(feature: feature.path, differenceCount: 1, firstDifference: "the store has no such feature"))
    }
    return total
  }

  private static func add(_ part: [FeatureComparison], to total: inout [FeatureComparison]) {
    for comparison in part {
      guard let index = total.firstIndex(where: { $0.feature == comparison.feature }) else {
        total.append(comparison)
        continue
      }
      total[index].rowCount += comparison.rowCount
      total[index].differenceCount += comparison.differenceCount
      total[index].firstDifference = total[index].firstDifference ?? comparison.firstDifference
    }
  }

  private func compare(_ shard: ExportPlan.Shard, _ schema: EpisodeSchema) throws -> [FeatureComparison] {
    let path = directory + "/" + shard.file
    let file = try RecordFile(path)
    let decoder = FeatureDecoder()
    var total: [FeatureComparison] = []
    for row in shard.rows {
      guard let record = try file.next() else {
        throw ExportError(path, "it ends before episode \(row.ordinal) of the store; export again")
      }
      let place = EpisodePlace(file: path, record: record.index, offset: record.offset)
      let episode = try Episode(record.payload, at: place, schema: schema, decoder: decoder)
      var part: [FeatureComparison] = []
      for (name, values) in try plan.example(row, store).features {
        let column = try episode.column(name)
        var comparison = FeatureComparison(feature: name, rowCount: name.hasPrefix("steps/") ? row.length : 1)
        let found = column.map { ComparedValues($0) }
        let wanted = ComparedValues(values)
        if found?.digest != wanted.digest {
          comparison.differenceCount = 1
          let row = found.map { wanted.firstDifference($0, rows: comparison.rowCount) } ?? 0
          comparison.firstDifference = "\(shard.file), record \(record.index), step \(row)"
        }
        part.append(comparison)
      }
      Self.add(part, to: &total)
    }
    guard try file.next() == nil else { throw ExportError(path, "it has more records than the store; export again") }
    return total
  }
}

/// Values of one feature in one episode, in a form that both sides come to.
private struct ComparedValues {
  private let pieces: [Bytes]

  init(_ values: ExampleValues) {
    switch values {
    case .floats(let bytes): pieces = [bytes]
    case .flags(let bytes): pieces = [Bytes(values: bytes.array.map { Int64($0) })]
    case .integers(let numbers): pieces = [Bytes(values: numbers)]
    case .strings(let strings): pieces = strings
    }
  }

  init(_ column: FeatureColumn) {
    switch column.items {
    case .images(let images): pieces = images
    case .strings(let strings, _): pieces = strings
    case .tensors(let tensors): pieces = tensors.map(\.bytes)
    case .numbers(let tensor):
      switch tensor.dtype {
      case .float32: pieces = [tensor.bytes]
      case .float64: pieces = [Bytes(values: tensor.bytes.values(as: Double.self).map { Float($0) })]
      case .bool, .uint8: pieces = [Bytes(values: tensor.bytes.array.map { Int64($0) })]
      case .uint16: pieces = [Bytes(values: tensor.bytes.values(as: UInt16.self).map { Int64($0) })]
      case .int32: pieces = [Bytes(values: tensor.bytes.values(as: Int32.self).map { Int64($0) })]
      default: pieces = [tensor.bytes]  // The plan declares no other types than int64.
      }
    }
  }

  /// SHA-256 over all values, each with its length before it.
  var digest: String {
    var digest = SHA256Digest()
    for piece in pieces {
      digest.update((0..<8).map { UInt8(truncatingIfNeeded: piece.count >> (8 * $0)) })
      unsafe piece.withUnsafeBytes { (buffer: UnsafeRawBufferPointer) in unsafe digest.update(buffer) }
    }
    return digest.hexadecimal()
  }

  /// The row, of `rows`, of the first value that differs.
  func firstDifference(_ other: ComparedValues, rows: Int) -> Int {
    if pieces.count == 1, other.pieces.count == 1 {
      let (a, b) = (pieces[0].array, other.pieces[0].array)
      let width = max(1, a.count / max(1, rows))
      return (zip(a, b).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(a.count, b.count)) / width
    }
    return zip(pieces, other.pieces).enumerated().first { $0.element.0 != $0.element.1 }?.offset
      ?? min(pieces.count, other.pieces.count)
  }
}
