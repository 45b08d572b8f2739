internal import ByteIO
internal import EpisodeStore
internal import JSON
internal import ManifestSyntax
internal import Preferences

/// Reads rollouts' fields from the rows of a catalog, as a manifest maps them.
struct RolloutFields {
  /// Which fields were looked for, and found in at least one episode.
  struct Coverage: Sendable {
    var wanted: Set<String> = []
    var found: Set<String> = []
    /// Names that the metadata have, for suggestions.
    var names: Set<String> = []
  }

  private let manifest: PairManifest
  private(set) var coverage = Coverage()
  private var texts: [String: String] = [:]

  init(_ manifest: PairManifest) { self.manifest = manifest }

  /// The rollout of a row; its start is unknown where it is told by observations.
  ///
  /// - Throws: `PairBuildError` for a field of another kind than it must be.
  mutating func rollout(_ row: CatalogRow, dataset: String, catalog: String) throws -> Rollout {
    let metadata: JSONValue
    do { metadata = try JSONValue(parsing: Array(row.metadata.utf8), file: catalog) } catch {
      throw PairBuildError("\(catalog): episode \(row.ordinal): the metadata are no JSON; ingest the dataset again")
    }
    if coverage.names.count < 64 { for member in metadata.members ?? [] { coverage.names.insert(member.name) } }
    let fields = manifest.fields
    let place = "\(catalog): episode \(row.ordinal)"
    func fail(_ field: String, _ expected: String) -> PairBuildError {
      PairBuildError("\(place): metadata `\(field)` is no \(expected); name another field in the manifest")
    }
    func text(_ field: String) throws -> String? {
      guard let value = Self.value(field, metadata) else { return nil }
      switch value {
      case .string(let text): return text
      case .integer, .real, .bool: return value.serialized()
      default: throw fail(field, "text or number")
      }
    }
    func integer(_ field: String?) throws -> Int? {
      guard let field, let value = Self.value(field, metadata) else { return nil }
      guard let number = value.integer ?? value.double.flatMap({ Int(exactly: $0) }) else {
        throw fail(field, "whole number")
      }
      return number
    }
    let instruction = intern((row.instruction ?? "").trimmed)
    let task = try fields.task.map { try text($0) } ?? instruction
    let id = try fields.id.flatMap { try text($0) } ?? "\(dataset)/\(row.ordinal)"
    if fields.id != nil, try fields.id.flatMap({ try text($0) }) == nil {
      throw PairBuildError("\(place): it has no `\(fields.id ?? "")` to be called by; name another field as `id`")
    }
    var success = row.success
    if let field = fields.success {
      let value = Self.value(field, metadata)
      success = value?.bool ?? value?.double.flatMap { $0 == 0 ? false : $0 == 1 ? true : nil }
      if value != nil, success == nil { throw fail(field, "true or false") }
    }
    var termination: Rollout.Termination?
    if let field = fields.termination, let name = try text(field) {
      guard let known = Rollout.Termination(rawValue: name) else {
        throw PairBuildError(
          "\(place): metadata `\(field)` is \(quoted(name)); an ending is "
            + Rollout.Termination.allCases.map(\.rawValue).joined(separator: ", "))
      }
      termination = known
    }
    func numbers(_ field: String?) throws -> [Double] {
      guard let field, let value = Self.value(field, metadata) else { return [] }
      guard let elements = value.elements else {
        guard let number = value.double else { throw fail(field, "list of numbers") }
        return [number]
      }
      return try elements.map { element in
        guard let number = element.double else { throw fail(field, "list of numbers") }
        return number
      }
    }
    let score = try manifest.score.map { term throws -> Double? in
      switch term.name {
      case "success": return success.map { $0 ? term.weight : 0 }
      case "length": return term.weight * Double(row.length)
      case "return" where fields.returned == nil: return row.rewardSum.flatMap { $0.isFinite ? term.weight * $0 : nil }
      default:
        let field = term.name == "return" ? fields.returned ?? term.name : term.name
        guard let value = Self.value(field, metadata) else { return nil }
        guard let number = value.double ?? value.bool.map({ $0 ? 1 : 0 }) else { throw fail(field, "number") }
        return number.isFinite ? term.weight * number : nil
      }
    }
    let successStep = try integer(fields.successStep)
    if let successStep, !(0..<max(row.length, 1)).contains(successStep) {
      throw PairBuildError("\(place): it succeeds at step \(successStep), and has \(row.length); steps count from 0")
    }
    let flagged = try numbers(fields.flagged)
    let corrections = try numbers(fields.correction)
    note(fields, metadata)
    return Rollout(
      id: id, task: intern(task ?? instruction), instruction: instruction, start: try start(metadata),
      policy: intern(try fields.policy.flatMap { try text($0) } ?? "unknown"), success: success, length: row.length,
      bucket: try bucket(metadata, numbers), successStep: successStep, termination: termination,
      scoreTerms: score, stageEnds: try numbers(fields.stageEnds).map { Int(exactly: $0) ?? -1 },
      stageCosts: try numbers(fields.stageCosts),
      interventions: try Self.interventions(flagged, corrections, length: row.length, place))
  }

  /// Windows from lists of first and end steps.
  private static func interventions(
    _ flagged: [Double], _ corrections: [Double], length: Int, _ place: String
  ) throws -> [Rollout.Intervention] {
    if flagged.isEmpty, corrections.isEmpty { return [] }
    guard flagged.count == corrections.count, flagged.count.isMultiple(of: 2) else {
      throw PairBuildError(
        "\(place): \(flagged.count) and \(corrections.count) bounds of interventions; give a first and an end step "
          + "of each window, as many flagged as corrected")
    }
    func range(_ values: [Double], _ index: Int) throws -> Range<Int> {
      guard let first = Int(exactly: values[index]), let end = Int(exactly: values[index + 1]), first >= 0,
        first <= end, end <= length
      else {
        throw PairBuildError(
          "\(place): a window from \(values[index]) to \(values[index + 1]) of \(length) steps; bounds rise from 0")
      }
      return first..<end
    }
    return try stride(from: 0, to: flagged.count, by: 2).map {
      Rollout.Intervention(flagged: try range(flagged, $0), correction: try range(corrections, $0))
    }
  }

  /// A digest of the fields that tell the start; nil where one is missing.
  private func start(_ metadata: JSONValue) throws -> String? {
    guard case .fields(let names) = manifest.fields.start else { return nil }
    var parts: [JSONValue] = []
    for name in names {
      guard let value = Self.value(name, metadata) else { return nil }
      parts.append(value)
    }
    return SHA256Digest.hexadecimal(of: Array(JSONValue.array(parts).serialized().utf8))
  }

  /// The cell of the fields' numbers in a grid.
  private func bucket(_ metadata: JSONValue, _ numbers: (String?) throws -> [Double]) throws -> String? {
    if manifest.fields.bucket.isEmpty { return nil }
    var cells: [String] = []
    for name in manifest.fields.bucket {
      let values = try numbers(name)
      if values.isEmpty { return nil }
      for value in values {
        let cell = (value / manifest.fields.bucketWidth).rounded(.down)
        guard cell.isFinite, cell.magnitude < 1e15 else { return nil }
        cells.append(String(Int(cell)))
      }
    }
    return cells.joined(separator: ",")
  }

  /// The value of a field, whose name may have dots for objects within.
  private static func value(_ field: String, _ metadata: JSONValue) -> JSONValue? {
    var value = metadata
    for part in field.split(separator: ".", omittingEmptySubsequences: false) {
      guard let next = value[String(part)], next != .null else { return nil }
      value = next
    }
    return value
  }

  private mutating func note(_ fields: PairManifest.Fields, _ metadata: JSONValue) {
    var names =
      [
        fields.id, fields.success, fields.returned, fields.task, fields.policy, fields.successStep, fields.termination,
        fields.stageEnds, fields.stageCosts, fields.flagged, fields.correction,
      ].compactMap(\.self) + fields.bucket
    if case .fields(let start) = fields.start { names += start }
    for name in names where !coverage.found.contains(name) {
      coverage.wanted.insert(name)
      if Self.value(name, metadata) != nil { coverage.found.insert(name) }
    }
  }

  /// One copy of each text that many rollouts have.
  private mutating func intern(_ text: String) -> String {
    if let known = texts[text] { return known }
    texts[text] = text
    return text
  }
}

extension String {
  /// The text without white space at its ends.
  var trimmed: String {
    var rest = self[...]
    while let first = rest.first, first.isWhitespace { rest.removeFirst() }
    while let last = rest.last, last.isWhitespace { rest.removeLast() }
    return String(rest)
  }
}
