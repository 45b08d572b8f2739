internal import ByteIO
internal import JSON
internal import SampleShards
internal import TensorFiles

/// Samples as MosaicML's Mosaic Data Shards, version 2 (mosaicml-streaming 0.13, `streaming/base/format/mds`).
///
/// A file: the number of samples n, U32; where each begins in the file, and the end, U32 [n+1]; the columns as JSON;
/// the samples. A sample: the size of each column that has no fixed one, U32; the columns' values. Columns are in the
/// order of their names' bytes.
struct MDSContainer: ExportContainer {
  private let columns: [Column]
  private let sizeLimit: Int
  private let configuration: [UInt8]

  private struct Column {
    let name: String
    let encoding: String
    /// nil where values differ in size.
    let size: Int?
    let value: Value
  }

  /// Where a column's values are in a record.
  private enum Value {
    case array(Int)
    case frame(Int)
    case text((ExportRecord) -> Bytes)
    case number((ExportRecord) -> [UInt8])
  }

  init(_ samples: SampleSet, byteLimit: Int) {
    func bytes<T: FixedWidthInteger>(_ number: T) -> [UInt8] {
      (0..<T.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
    let layout = samples.index.layout
    var columns: [Column] = []
    for (index, array) in ExportColumns.arrays(layout).enumerated() {
      let type = array.dtype == .float32 ? "float32" : "uint8"
      columns.append(
        Column(
          name: array.name, encoding: "ndarray:\(type):" + array.shape.map(String.init).joined(separator: ","),
          size: array.shape.reduce(array.dtype.byteCount, *), value: .array(index)))
    }
    for (index, name) in ExportColumns.frames(layout).enumerated() {
      columns.append(Column(name: name, encoding: "bytes", size: nil, value: .frame(index)))
    }
    columns.append(Column(name: "instruction", encoding: "str", size: nil, value: .text { $0.instruction }))
    columns.append(
      Column(name: "dataset", encoding: "str", size: nil, value: .text { Bytes(Array($0.provenance.dataset.utf8)) }))
    columns += [
      Column(
        name: "position", encoding: "uint64", size: 8, value: .number { bytes(UInt64($0.provenance.position)) }),
      Column(
        name: "dataset_index", encoding: "uint16", size: 2, value: .number { bytes($0.provenance.datasetIndex) }),
      Column(
        name: "episode_ordinal", encoding: "uint64", size: 8, value: .number { bytes($0.provenance.episodeOrdinal) }),
      Column(name: "step_index", encoding: "uint32", size: 4, value: .number { bytes($0.provenance.stepIndex) }),
    ]
    if layout.hasGoal {
      columns.append(
        Column(name: "goal_step", encoding: "uint32", size: 4, value: .number { bytes($0.provenance.goalStep ?? 0) }))
    }
    self.columns = columns.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    sizeLimit = min(byteLimit, Self.longestFile)
    configuration = Array(JSONValue.object(Self.members(self.columns, sizeLimit)).serialized().utf8)
  }

  /// Offsets in a file are U32.
  private static let longestFile = Int(UInt32.max)

  var byteLimit: Int { Self.longestFile }
  var bytesPerSample: Int { 4 }
  var tail: [UInt8] { [] }

  func fileName(_ number: Int) -> String { "shard.\(padded(number, 5)).mds" }

  func byteCount(_ sizes: [Int]) -> Int { sizes.reduce(headByteCount(sizes.count), +) }

  private func headByteCount(_ count: Int) -> Int { 4 + 4 * (count + 1) + configuration.count }

  func head(_ sizes: [Int]) -> [UInt8] {
    var head: [UInt8] = []
    func put(_ number: Int) { for shift in [0, 8, 16, 24] { head.append(UInt8(truncatingIfNeeded: number >> shift)) } }
    put(sizes.count)
    var offset = headByteCount(sizes.count)
    put(offset)
    for size in sizes {
      offset += size
      put(offset)
    }
    return head + configuration
  }

  func byteCount(_ record: ExportRecord) -> Int {
    columns.reduce(0) { $0 + ($1.size ?? 4 + variableSize($1, record)) }
  }

  func append(_ record: ExportRecord, to file: AtomicFile) throws {
    for column in columns where column.size == nil {
      try file.append(values: [UInt32(variableSize(column, record))])
    }
    for column in columns {
      switch column.value {
      case .array(let index): try record.arrays[index].append(to: file)
      case .frame(let index): try file.append(record.frames[index].bytes)
      case .text(let text): try file.append(text(record))
      case .number(let bytes): try file.append(bytes(record))
      }
    }
  }

  private func variableSize(_ column: Column, _ record: ExportRecord) -> Int {
    switch column.value {
    case .frame(let index): record.frames[index].bytes.count
    case .text(let text): text(record).count
    case .array, .number: 0
    }
  }

  func index(_ files: [SampleExport.Report.File]) -> JSONValue {
    [
      "shards": .array(
        files.map { file in
          .object(
            Self.members(columns, sizeLimit) + [
              .init(
                "raw_data",
                [
                  "basename": .string(file.name), "bytes": JSONValue(file.byteCount),
                  "hashes": ["sha256": .string(file.sha256)],
                ]),
              .init("samples", JSONValue(file.sampleCount)), .init("zip_data", .null),
            ])
        }),
      "version": 2,
    ]
  }

  /// What a file and the index say of the columns.
  private static func members(_ columns: [Column], _ sizeLimit: Int) -> [JSONValue.Member] {
    [
      .init("column_encodings", JSONValue(columns.map(\.encoding))),
      .init("column_names", JSONValue(columns.map(\.name))),
      .init("column_sizes", .array(columns.map { $0.size.map { JSONValue($0) } ?? .null })),
      .init("compression", .null), .init("format", "mds"), .init("hashes", ["sha256"]),
      .init("size_limit", JSONValue(sizeLimit)), .init("version", 2),
    ]
  }
}
