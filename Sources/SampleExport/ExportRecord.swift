internal import ByteIO
internal import JSON
internal import SampleShards
internal import TensorFiles

/// One sample on its way into another format.
struct ExportRecord {
  /// Its numbers, and its frames where they are pixels.
  var arrays: [ExportArray] = []
  /// Its encoded frames by name (`image.primary`, or `image.primary.0` … for a window), empty where it has none.
  var frames: [(name: String, bytes: Bytes)] = []
  /// UTF-8, empty where it has none.
  var instruction = Bytes([])
  var provenance: Provenance

  /// Where a sample comes from.
  struct Provenance {
    let position: Int
    let dataset: String
    let datasetIndex: UInt16
    let episodeOrdinal: UInt64
    let stepIndex: UInt32
    let goalStep: UInt32?

    /// The provenance as JSON.
    var json: JSONValue {
      var members: [JSONValue.Member] = [
        .init("position", JSONValue(position)), .init("dataset", .string(dataset)),
        .init("dataset_index", JSONValue(Int(datasetIndex))),
        .init(
          "episode_ordinal", Int64(exactly: episodeOrdinal).map { .integer($0) } ?? .string(String(episodeOrdinal))),
        .init("step_index", JSONValue(Int(stepIndex))),
      ]
      if let goalStep { members.append(.init("goal_step", JSONValue(Int(goalStep)))) }
      return .object(members)
    }
  }
}

/// A tensor of one sample.
struct ExportArray {
  let name: String
  let dtype: DType
  /// Without the samples' dimension.
  let shape: [Int]
  let content: Content

  /// Where the elements are.
  enum Content {
    case stored(Bytes)
    /// Frames of equal size, each packed with zstd; empty ones are zeros.
    case packed([Bytes], frameByteCount: Int)
  }

  /// The size of the elements.
  var byteCount: Int {
    switch content {
    case .stored(let bytes): bytes.count
    case .packed(let frames, let frameByteCount): frames.count * frameByteCount
    }
  }

  /// Writes the elements to `file`.
  func append(to file: AtomicFile) throws {
    switch content {
    case .stored(let bytes): try file.append(bytes)
    case .packed(let frames, let frameByteCount):
      for frame in frames {
        try file.append(
          frame.count == 0
            ? [UInt8](repeating: 0, count: frameByteCount) : try Zstd.unpack(frame, byteCount: frameByteCount))
      }
    }
  }
}
