internal import ByteIO
internal import EpisodeStore
internal import ImageCodec
internal import JSON
internal import TFRecord
internal import Workers

/// What an export writes: which episodes go where, and the features that hold all of them.
struct ExportPlan: Sendable {
  /// A shard file and its episodes.
  struct Shard: Sendable {
    let split: String
    let file: String
    let rows: [CatalogRow]
    /// The size of the file, framing included.
    let byteCount: Int
  }

  struct Split: Sendable {
    let name: String
    /// The size of all payloads.
    let byteCount: Int
    let shards: [Shard]
  }

  let name: String
  let splits: [Split]
  let steps: StepFeatures
  let metadata: MetadataColumns
  let addsSuccess: Bool
  let forms: [String: PictureForm]

  static let version = "1.0.0"

  var shards: [Shard] { splits.flatMap(\.shards) }
  var features: FeatureDescription { FeatureDescription(steps: steps, forms: forms, metadata: metadata) }

  init(_ store: StoreReader, _ options: ExportOptions) async throws {
    let catalog = store.path + "/" + StoreIndex.catalogName
    let dataset = store.index.dataset
    name = options.name ?? dataset
    let isPlain = name.utf8.allSatisfy {
      $0 == UInt8(ascii: "_") || ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A)
        || ($0 >= 0x30 && $0 <= 0x39)
    }
    guard isPlain, name.utf8.first.map({ $0 > 0x39 && $0 != UInt8(ascii: "_") }) ?? false else {
      throw ExportError(
        .usage, "dataset name `\(name)`", "TFDS takes a letter, then letters, digits and `_`; give one with --name")
    }
    if let split = options.split, !store.index.splits.contains(where: { $0.name == split }) {
      let known = store.index.splits.map(\.name).joined(separator: ", ")
      throw ExportError(.usage, store.path, "there is no split `\(split)`; it has \(known)")
    }
    let chosen = try options.condition.map { Set(try CatalogQuery(catalog).ordinals(where: $0)) }
    var rows: [CatalogRow] = []
    try Catalog.read(catalog) { row in
      if chosen?.contains(row.ordinal) ?? true, options.split ?? row.split == row.split { rows.append(row) }
    }
    guard let first = rows.first else {
      throw ExportError(.badData, store.path, "no episode is selected; ask for more with --where or --split")
    }
    steps = try StepFeatures(store.shard(first.shard), store.index)
    (metadata, addsSuccess) = try Self.metadata(rows, catalog)
    let measured = try await Self.measure(rows, store, steps, metadata, addsSuccess, options.workers)
    forms = measured.forms
    var splits: [Split] = []
    for split in store.index.splits {
      let places = rows.indices.filter { rows[$0].split == split.name }
      guard !places.isEmpty else { continue }
      let bytes = places.reduce(0) { $0 + measured.sizes[$1] }
      let count = ShardRule.shardCount(byteCount: bytes, episodeCount: places.count)
      let digits = max(5, String(count).count)
      func padded(_ number: Int) -> String {
        String(repeating: "0", count: max(0, digits - String(number).count)) + String(number)
      }
      let ranges = ShardRule.ranges(episodeCount: places.count, shardCount: count)
      let name = name
      splits.append(
        Split(
          name: split.name, byteCount: bytes,
          shards: ranges.enumerated().map { number, range in
            Shard(
              split: split.name, file: "\(name)-\(split.name).tfrecord-\(padded(number))-of-\(padded(count))",
              rows: places[range].map { rows[$0] },
              byteCount: places[range].reduce(0) { $0 + measured.sizes[$1] + 16 })
          }))
    }
    self.splits = splits
    guard splits.reduce(0, { $0 + $1.shards.reduce(0) { $0 + $1.rows.count } }) == rows.count else {
      throw ExportError(store.path, "the catalog names splits that the index does not; ingest the dataset again")
    }
  }

  /// The metadata of an episode as it is exported.
  static func document(_ row: CatalogRow, _ catalog: String, addsSuccess: Bool) throws -> JSONValue {
    let value = try JSONValue(parsing: Array(row.metadata.utf8), file: "\(catalog): episode \(row.ordinal)")
    guard var members = value.members else {
      throw ExportError(catalog, "the metadata of episode \(row.ordinal) is no object; ingest the dataset again")
    }
    if value["file_path"] == nil { members.append(.init("file_path", .string(row.sourceFile))) }
    if addsSuccess, let success = row.success { members.append(.init("success", .bool(success))) }
    return .object(members)
  }

  private static func metadata(_ rows: [CatalogRow], _ catalog: String) throws -> (MetadataColumns, Bool) {
    var addsSuccess = rows.allSatisfy { $0.success != nil }
    for row in rows where addsSuccess {
      addsSuccess = try document(row, catalog, addsSuccess: false)["success"] == nil
    }
    var survey = MetadataColumns.Survey()
    for row in rows { survey.add(try document(row, catalog, addsSuccess: addsSuccess)) }
    return (survey.columns(), addsSuccess)
  }

  /// Returns the record of an episode.
  func example(_ row: CatalogRow, _ store: StoreReader) throws -> ExampleMessage {
    try Self.example(row, store, steps, metadata, addsSuccess).example
  }

  private static func example(
    _ row: CatalogRow, _ store: StoreReader, _ steps: StepFeatures, _ metadata: MetadataColumns, _ addsSuccess: Bool
  ) throws -> (example: ExampleMessage, place: String) {
    let episode = try store.episode(row)
    let catalog = store.path + "/" + StoreIndex.catalogName
    let document = try document(row, catalog, addsSuccess: addsSuccess)
    return (ExampleMessage(try steps.values(episode) + metadata.values(document)), episode.place)
  }

  private struct Measured {
    var sizes: [Int]
    var forms: [String: PictureForm]
  }

  /// Finds the size of each record and the form of each picture; of images only the headers are read.
  private static func measure(
    _ rows: [CatalogRow], _ store: StoreReader, _ steps: StepFeatures, _ metadata: MetadataColumns,
    _ addsSuccess: Bool, _ workers: Int
  ) async throws -> Measured {
    let piece = 16
    let results = Slots<Measured>(count: (rows.count + piece - 1) / piece)
    try await forEachIndex(below: (rows.count + piece - 1) / piece, workers: workers) { number in
      var measured = Measured(sizes: [], forms: [:])
      for row in rows[number * piece..<min(rows.count, (number + 1) * piece)] {
        let (example, place) = try example(row, store, steps, metadata, addsSuccess)
        guard example.byteCount < 1 << 31 else {
          throw ExportError(
            place, "its record would have \(example.byteCount) bytes, which no Example may; leave it out")
        }
        measured.sizes.append(example.byteCount)
        for picture in steps.pictures where picture.pixels == nil {
          guard case .strings(let frames) = example.features.first(where: { $0.name == picture.path })?.values else {
            continue
          }
          for (step, frame) in frames.enumerated() {
            let header: ImageHeader
            do { header = try frame.withSpan { span throws(ImageError) in try ImageHeader.probe(span) } } catch {
              throw ExportError(
                place, "`\(picture.tensor)`, step \(step): \(error); leave the episode out with --where")
            }
            let form = PictureForm(header, isDepth: picture.tensor.hasPrefix("depth."))
            try merge(form, picture, into: &measured.forms, place)
          }
        }
      }
      results[number] = measured
    }
    var whole = Measured(sizes: [], forms: [:])
    for part in results.filled {
      whole.sizes += part.sizes
      for picture in steps.pictures {
        if let form = part.forms[picture.path] { try merge(form, picture, into: &whole.forms, store.path) }
      }
    }
    for picture in steps.pictures where picture.pixels == nil && whole.forms[picture.path] == nil {
      throw ExportError(store.path, "`\(picture.tensor)` has no frame in the episodes selected; select others")
    }
    return whole
  }

  private static func merge(
    _ form: PictureForm, _ picture: StepFeatures.Picture, into forms: inout [String: PictureForm], _ place: String
  ) throws {
    guard var known = forms[picture.path] else {
      forms[picture.path] = form
      return
    }
    guard known == form || known.merge(form) else {
      throw ExportError(
        place,
        "frames of `\(picture.tensor)` differ in channels or bits, which no image feature can declare; "
          + "select episodes that agree with --where")
    }
    forms[picture.path] = known
  }
}
