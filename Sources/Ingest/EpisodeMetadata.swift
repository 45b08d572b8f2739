internal import ByteIO
internal import JSON
internal import RLDS
internal import TensorFiles

/// The features of an episode that do not belong to its steps, as one JSON object for the catalog.
///
/// `episode_metadata/` is left away, further keys become nested objects. Images, encoded tensors and lists of more than
/// 64 values are left out, as are texts of more than 4 KiB.
struct EpisodeMetadata {
  /// The most values of one feature that are kept.
  static let valueLimit = 64
  /// The longest text that is kept, in bytes: a simulator's model would be in every row of the catalog.
  static let textLimit = 4096

  let json: JSONValue

  init(_ episode: Episode, schema: EpisodeSchema) throws(EpisodeError) {
    var json = JSONValue.object([])
    for feature in schema.features where !feature.isPerStep && !feature.leaf.isImage && feature.leaf.form == .plain {
      let column: FeatureColumn
      do {
        guard let found = try episode.column(feature.path) else { continue }
        column = found
      } catch  where error.reason == .missingFeature { continue }
      guard let value = Self.value(column) else { continue }
      var path = feature.path.split(separator: "/").map(String.init)[...]
      if path.count > 1, path.first == "episode_metadata" { path = path.dropFirst() }
      json = Self.setting(value, at: path, in: json)
    }
    self.json = json
  }

  private static func value(_ column: FeatureColumn) -> JSONValue? {
    let isList = !column.lengths.isEmpty || !column.feature.leaf.shape.isEmpty
    var values: [JSONValue]
    switch column.items {
    case .strings(let strings, _):
      guard strings.count <= valueLimit, strings.allSatisfy({ $0.count <= textLimit }) else { return nil }
      values = strings.map { .string(String(decoding: $0.array, as: UTF8.self)) }
    case .numbers(let tensor):
      guard tensor.bytes.count / tensor.dtype.byteCount <= valueLimit else { return nil }
      values = numbers(tensor)
    case .images, .tensors: return nil
    }
    return isList ? .array(values) : values.first
  }

  private static func numbers(_ tensor: HostTensor) -> [JSONValue] {
    switch tensor.dtype {
    case .bool: tensor.doubles.map { .bool($0 != 0) }
    case .float16, .bfloat16, .float32, .float64: tensor.doubles.map { $0.isFinite ? .real($0) : .null }
    case .int64: tensor.bytes.values(as: Int64.self).map { .integer($0) }
    case .uint64:
      tensor.bytes.values(as: UInt64.self).map { Int64(exactly: $0).map { .integer($0) } ?? .string("\($0)") }
    default: tensor.doubles.map { .integer(Int64($0)) }
    }
  }

  /// Returns `object` with `value` at `path`; what is there already stays.
  private static func setting(_ value: JSONValue, at path: ArraySlice<String>, in object: JSONValue) -> JSONValue {
    guard let name = path.first, var members = object.members else { return object }
    let rest = path.dropFirst()
    if let index = members.firstIndex(where: { $0.name == name }) {
      members[index].value = rest.isEmpty ? members[index].value : setting(value, at: rest, in: members[index].value)
    } else {
      members.append(.init(name, rest.isEmpty ? value : setting(value, at: rest, in: .object([]))))
    }
    return .object(members)
  }
}
