internal import ByteIO
internal import JSON
internal import TFRecord

/// The metadata of all episodes as typed features: what every episode has, with one type; the rest as JSON text.
struct MetadataColumns {
  /// The type of a feature.
  enum Kind: Equatable { case text, flag, integer, real }

  struct Column: Equatable {
    /// Keys from `episode_metadata` down.
    let path: [String]
    let kind: Kind
    /// Whether it is a list, whose length may differ from episode to episode.
    let isList: Bool

    var name: String { "episode_metadata/" + path.joined(separator: "/") }
  }

  /// What an episode's leftovers are called.
  static let leftovers = "armature_other"
  let columns: [Column]
  let hasLeftovers: Bool

  /// Gathers the forms of `documents`, one JSON object an episode.
  struct Survey {
    private var forms: [[String]: (kind: Kind?, isList: Bool, count: Int)] = [:]
    private var refused: Set<[String]> = []
    private var episodes = 0

    mutating func add(_ document: JSONValue) {
      episodes += 1
      for (path, value) in MetadataColumns.leaves(document) {
        guard let (kind, isList) = MetadataColumns.form(value) else {
          refused.insert(path)
          continue
        }
        guard var form = forms[path] else {
          forms[path] = (kind, isList, 1)
          continue
        }
        if form.isList != isList || (kind != nil && form.kind != nil && kind != form.kind) { refused.insert(path) }
        form.kind = form.kind ?? kind
        form.count += 1
        forms[path] = form
      }
    }

    func columns() -> MetadataColumns {
      var columns: [Column] = []
      var hasLeftovers = !refused.isEmpty
      for (path, form) in forms {
        guard !refused.contains(path), form.count == episodes, let kind = form.kind,
          path.allSatisfy({ !$0.isEmpty && !$0.contains("/") }), path != [MetadataColumns.leftovers]
        else {
          hasLeftovers = true
          continue
        }
        columns.append(Column(path: path, kind: kind, isList: form.isList))
      }
      return MetadataColumns(
        columns: columns.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }, hasLeftovers: hasLeftovers)
    }
  }

  /// The values below `object` that are no objects, with their keys.
  private static func leaves(_ object: JSONValue, _ path: [String] = []) -> [(path: [String], value: JSONValue)] {
    (object.members ?? []).flatMap { member in
      member.value.members.map { $0.isEmpty ? [] : leaves(member.value, path + [member.name]) }
        ?? [(path + [member.name], member.value)]
    }
  }

  /// The type of a value; no type for an empty list, `nil` where a feature cannot hold it exactly.
  private static func form(_ value: JSONValue) -> (kind: Kind?, isList: Bool)? {
    switch value {
    case .string: return (.text, false)
    case .bool: return (.flag, false)
    case .integer: return (.integer, false)
    case .real(let number): return Double(Float(number)) == number ? (.real, false) : nil
    case .null, .object: return nil
    case .array(let elements):
      var kind: Kind?
      for element in elements {
        guard let (found, isList) = form(element), !isList, kind == nil || kind == found else { return nil }
        kind = found
      }
      return (kind, true)
    }
  }

  /// The values of one episode.
  func values(_ document: JSONValue) -> [(name: String, values: ExampleValues)] {
    let leaves = Self.leaves(document)
    var values: [(name: String, values: ExampleValues)] = []
    for column in columns {
      guard let value = leaves.first(where: { $0.path == column.path })?.value else { continue }
      let elements = value.elements ?? [value]
      switch column.kind {
      case .text:
        values.append((column.name, .strings(elements.map { Bytes(Array(($0.text ?? "").utf8)) })))
      case .flag: values.append((column.name, .integers(elements.map { $0.bool == true ? 1 : 0 })))
      case .integer: values.append((column.name, .integers(elements.map { Int64($0.integer ?? 0) })))
      case .real: values.append((column.name, .floats(Bytes(values: elements.map { Float($0.double ?? 0) }))))
      }
    }
    if hasLeftovers {
      let known = Set(columns.map(\.path))
      let rest = leaves.filter { !known.contains($0.path) }
      let object = JSONValue.object(rest.map { JSONValue.Member($0.path.joined(separator: "/"), $0.value) })
      values.append(
        ("episode_metadata/" + Self.leftovers, .strings([Bytes(Array(object.serialized().utf8))])))
    }
    return values
  }
}
