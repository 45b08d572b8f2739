internal import ByteIO
internal import EpisodeStore
public import JSON

/// Episodes chosen for keeping or dropping, each with the reason, and what would be left of the dataset.
public struct EpisodeChoice: Sendable {
  /// One chosen episode.
  public struct Entry: Sendable, Equatable {
    public let ordinal: Int
    public let reason: String
    /// The check whose finding it was; nil for a condition.
    public let check: String?
  }

  /// By rising ordinal.
  public let entries: [Entry]
  private let rows: [CatalogRow]
  private let store: String

  /// The episodes that satisfy `condition`, in SQL.
  ///
  /// - Throws: `StoreError` where the store cannot be read or the condition is none.
  public init(_ store: String, where condition: String, reason: String? = nil) throws {
    let ordinals = try CatalogQuery(Self.catalog(store)).ordinals(where: condition)
    try self.init(
      store, entries: Set(ordinals).sorted().map { Entry(ordinal: $0, reason: reason ?? condition, check: nil) })
  }

  /// The episodes that have findings of `checks`, or of `classes`.
  ///
  /// - Throws: `StoreError` where the store cannot be read, `CurationError` where it was not checked.
  public init(_ store: String, checks: [Check], classes: [CheckClass], reason: String? = nil) throws {
    let names = checks.map { "\"check\" = '\($0.id)'" } + classes.map { "class = '\($0.rawValue)'" }
    let sql =
      "SELECT episode, \"check\", message FROM findings WHERE episode IS NOT NULL AND "
      + "(\(names.joined(separator: " OR "))) ORDER BY finding"
    let found: [[CatalogAnnotation.Value]]
    do { found = try CatalogQuery(Self.catalog(store)).rows(of: sql).rows } catch let error as StoreError {
      guard error.problem.contains("no such table") else { throw error }
      throw CurationError(.badData, "\(store): it was not checked yet; run `armature curate check \(store)`")
    }
    var entries: [Int: Entry] = [:]
    for row in found {
      guard row.count == 3, case .integer(let episode) = row[0], case .text(let check) = row[1],
        case .text(let message) = row[2], entries[episode] == nil
      else { continue }
      entries[episode] = Entry(ordinal: episode, reason: reason ?? message, check: check)
    }
    try self.init(store, entries: entries.values.sorted { $0.ordinal < $1.ordinal })
  }

  private init(_ store: String, entries: [Entry]) throws {
    self.store = store
    self.entries = entries
    var rows: [CatalogRow] = []
    try Catalog.read(Self.catalog(store)) { rows.append($0) }
    self.rows = rows
  }

  private static func catalog(_ store: String) throws -> String {
    _ = try StoreVerifier.index(store)
    return store + "/" + StoreIndex.catalogName
  }

  /// What dropping the chosen episodes, or all others, would do that somebody should agree to; empty for nothing.
  ///
  /// Episodes that were dropped before count as dropped.
  public func losses(_ use: Use) throws -> [String] {
    let chosen = Set(entries.map(\.ordinal))
    let before = try Self.dropped(store)
    func isLeft(_ row: CatalogRow) -> Bool {
      use == .keep ? chosen.contains(row.ordinal) : !chosen.contains(row.ordinal) && before[row.ordinal] == nil
    }
    let left = rows.filter(isLeft)
    var losses: [String] = []
    if 2 * left.count < rows.count {
      losses.append("more than half of the dataset goes: \(rows.count - left.count) of \(rows.count) episodes")
    }
    var counts: [String: (all: Int, left: Int)] = [:]
    var order: [String] = []
    for row in rows {
      let task = row.instruction ?? ""
      if counts[task] == nil { order.append(task) }
      counts[task, default: (0, 0)].all += 1
      if isLeft(row) { counts[task, default: (0, 0)].left += 1 }
    }
    for task in order {
      guard let count = counts[task], count.left == 0 else { continue }
      losses.append(
        "no episode is left of \(task.isEmpty ? "those without an instruction" : "the task `\(task)`"), "
          + "which has \(count.all)")
    }
    return losses
  }

  /// What the chosen episodes are chosen for.
  public enum Use: Sendable {
    case keep
    case drop
  }

  /// Writes the chosen episodes to `path`: as JSON lines or YAML where its name ends in jsonl, json, yaml or yml, else one
  /// ordinal a line, as `episodes:` of a mixture reads it.
  ///
  /// - Throws: `FileError`.
  public func write(to path: String, _ use: Use) throws {
    func has(_ suffixes: String...) -> Bool { suffixes.contains { path.lowercased().hasSuffix("." + $0) } }
    let key = use == .keep ? "keep" : "drop"
    var text = ""
    if has("jsonl", "json") {
      for entry in entries { text += entry.json.serialized() + "\n" }
    } else if has("yaml", "yml") {
      text = "store: \(JSONValue.string(store).serialized())\n\(key):" + (entries.isEmpty ? " []\n" : "\n")
      // JSON is YAML: its strings need no further care.
      for entry in entries { text += "  - \(entry.json.serialized())\n" }
    } else {
      text = "# \(key): \(entries.count) of \(rows.count) episodes\n"
      for entry in entries {
        text += "\(entry.ordinal)  # \(String(entry.reason.map { $0.isNewline ? " " : $0 }))\n"
      }
    }
    try AtomicFile.write(Array(text.utf8), to: path)
  }

  /// Notes in the catalog's column `dropped` why episodes are dropped; the others keep what was noted before, or, where
  /// the chosen ones are kept, are dropped as not chosen.
  ///
  /// - Throws: `StoreError`, `FileError`.
  public func record(_ use: Use) throws {
    let reasons = Dictionary(uniqueKeysWithValues: entries.map { ($0.ordinal, $0.reason) })
    let before = try Self.dropped(store)
    let values: [CatalogAnnotation.Value] = rows.map { row in
      switch use {
      case .keep: return reasons[row.ordinal] == nil ? .text("not kept") : .null
      case .drop: return (reasons[row.ordinal] ?? before[row.ordinal]).map { .text($0) } ?? .null
      }
    }
    try CatalogAnnotation(columns: [.init("dropped", "TEXT", values)]).apply(to: store)
  }

  /// The episodes that were dropped before, with the reasons.
  private static func dropped(_ store: String) throws -> [Int: String] {
    let query = CatalogQuery(try catalog(store))
    guard try query.rows(of: "SELECT * FROM episodes LIMIT 1").columns.contains("dropped") else { return [:] }
    return try query.texts(of: "dropped")
  }
}

extension EpisodeChoice.Entry {
  /// The entry as JSON, for programs.
  public var json: JSONValue {
    ["episode": JSONValue(ordinal), "reason": .string(reason), "check": JSONValue(check)]
  }
}
