internal import ByteIO
internal import GRDB
internal import JSON

/// Columns and tables that are put into a store's catalog beside what ingest wrote, in place of those of the same names.
public struct CatalogAnnotation: Sendable {
  /// A value of a cell.
  public enum Value: Equatable, Sendable {
    case null
    case integer(Int)
    case real(Double)
    case text(String)
  }

  /// A column of `episodes` with one value for each, by rising ordinal.
  public struct Column: Sendable {
    public let name: String
    /// SQLite's type: INTEGER, DOUBLE, TEXT.
    public let type: String
    /// The value of an episode by its place among all, from 0.
    public let value: @Sendable (Int) -> Value

    /// - Precondition: `name` is a plain word.
    public init(_ name: String, _ type: String, _ values: [Value]) {
      self.init(name, type) { $0 < values.count ? values[$0] : .null }
    }

    /// - Precondition: `name` is a plain word.
    public init(_ name: String, _ type: String, value: @escaping @Sendable (Int) -> Value) {
      self.name = name
      self.type = type
      self.value = value
    }
  }

  /// A table with its rows in order.
  public struct Table: Sendable {
    public let name: String
    public let columns: [(name: String, type: String)]
    public let rowCount: Int
    /// A row by its number, from 0.
    public let row: @Sendable (Int) -> [Value]

    /// - Precondition: names are plain words, and rows as long as `columns`.
    public init(
      _ name: String, _ columns: [(name: String, type: String)], rowCount: Int,
      row: @escaping @Sendable (Int) -> [Value]
    ) {
      self.name = name
      self.columns = columns
      self.rowCount = rowCount
      self.row = row
    }
  }

  public var columns: [Column]
  public var tables: [Table]
  /// Columns of `episodes` that go, whoever wrote them, unless they are among `columns`.
  public var removed: [String]
  /// Columns of texts that are there afterwards, empty where they were not there before.
  public var ensured: [String]

  public init(columns: [Column] = [], tables: [Table] = [], removed: [String] = [], ensured: [String] = []) {
    self.ensured = ensured
    self.columns = columns
    self.tables = tables
    self.removed = removed
  }

  /// The columns that ingest writes; they cannot be replaced.
  public static let ownColumns = Set(Catalog.columns.map(\.name))

  /// Writes a new catalog for the store at `store`, and its digest into the store's index.
  ///
  /// The catalog is made anew beside the old one, so that its bytes depend on its content alone. The index that is to come
  /// is written beside the old one too; then the catalog and the index take their places. Whoever opens the store after
  /// a power failure between the two gives the index its place.
  ///
  /// - Precondition: each column has a value for each episode, and none is one of ``ownColumns``.
  /// - Throws: `StoreError`, `JSONError`, `FileError`.
  public func apply(to store: String) throws {
    var index = try StoreVerifier.index(store)
    let path = store + "/" + StoreIndex.catalogName
    guard Directory.entry(path) == .file else {
      throw StoreError(.inputMissing, file: path, "there is no catalog; ingest the dataset again")
    }
    let temporary = path + ".partial"
    try Directory.remove(temporary)
    try Directory.remove(temporary + "-journal")
    do { try write(from: path, to: temporary) } catch let error as DatabaseError {
      try? Directory.remove(temporary)  // What went wrong before matters more.
      throw Catalog.failure(error, path)
    }
    try Directory.synchronizeFile(temporary)
    index.catalogDigest = try SHA256Digest.hexadecimal(ofFile: temporary)
    let text = Array((index.json.serialized(.indented) + "\n").utf8)
    try AtomicFile.write(text, to: store + "/" + StoreIndex.nextName)
    try Directory.move(temporary, to: path)
    try Directory.synchronize(store)
    try AtomicFile.write(text, to: store + "/" + StoreIndex.fileName)
    try Directory.remove(store + "/" + StoreIndex.nextName)
  }

  private func write(from path: String, to temporary: String) throws {
    var configuration = Configuration()
    configuration.prepareDatabase { database in
      try database.execute(sql: "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
    }
    var reading = Configuration()
    reading.readonly = true
    let old = try DatabaseQueue(path: path, configuration: reading)
    let queue = try DatabaseQueue(path: temporary, configuration: configuration)
    try old.read { source in
      try queue.write { database in
        try copyEpisodes(source, database)
        try copyTables(source, database)
        for table in tables { try write(table, database) }
        try database.execute(sql: Catalog.indices)
      }
    }
    try queue.close()
    try old.close()
  }

  private func copyEpisodes(_ source: Database, _ database: Database) throws {
    let replaced = Set(columns.map(\.name) + removed)
    let foreign = try source.columns(in: "episodes").filter {
      !Self.ownColumns.contains($0.name) && !replaced.contains($0.name)
    }
    // In the same order whether they were there before or not.
    let kept = foreign.filter { !ensured.contains($0.name) }
    let texts = ensured.filter { !replaced.contains($0) }
    let present = Set(foreign.map(\.name))
    let further =
      kept.map { ($0.name, $0.type) } + texts.map { ($0, "TEXT") } + columns.map { ($0.name, $0.type) }
    try database.execute(sql: Catalog.schema(further: further))
    let names = Catalog.columns.map(\.name) + kept.map(\.name)
    let count = names.count + texts.count + columns.count
    let marks = Array(repeating: "?", count: count).joined(separator: ", ")
    let insert = try database.makeStatement(sql: "INSERT INTO episodes VALUES (\(marks))")
    let selected =
      names.map(\.quotedDatabaseIdentifier)
      + texts.map { present.contains($0) ? $0.quotedDatabaseIdentifier : "NULL" }
    let quotedNames = selected.joined(separator: ", ")
    let rows = try Row.fetchCursor(source, sql: "SELECT \(quotedNames) FROM episodes ORDER BY ordinal")
    var number = 0
    while let row = try rows.next() {
      let values = columns.map { $0.value(number).database }
      try insert.execute(arguments: StatementArguments(Array(row.databaseValues) + values))
      number += 1
    }
  }

  private func copyTables(_ source: Database, _ database: Database) throws {
    let written = Set(tables.map(\.name) + ["episodes"])
    let found = try Row.fetchAll(
      source,
      sql: "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    for table in found {
      let name: String = table["name"]
      guard !written.contains(name), let sql: String = table["sql"] else { continue }
      try database.execute(sql: sql)
      let rows = try Row.fetchCursor(source, sql: "SELECT * FROM \(name.quotedDatabaseIdentifier)")
      while let row = try rows.next() {
        let marks = Array(repeating: "?", count: row.count).joined(separator: ", ")
        try database.execute(
          sql: "INSERT INTO \(name.quotedDatabaseIdentifier) VALUES (\(marks))",
          arguments: StatementArguments(Array(row.databaseValues)))
      }
    }
  }

  private func write(_ table: Table, _ database: Database) throws {
    let columns = table.columns.map { "\($0.name.quotedDatabaseIdentifier) \($0.type)" }.joined(separator: ", ")
    try database.execute(sql: "CREATE TABLE \(table.name.quotedDatabaseIdentifier) (\(columns))")
    let marks = Array(repeating: "?", count: table.columns.count).joined(separator: ", ")
    let insert = try database.makeStatement(
      sql: "INSERT INTO \(table.name.quotedDatabaseIdentifier) VALUES (\(marks))")
    for number in 0..<table.rowCount {
      try insert.execute(arguments: StatementArguments(table.row(number).map(\.database)))
    }
  }
}

extension CatalogAnnotation.Value {
  fileprivate var database: DatabaseValue {
    switch self {
    case .null: .null
    case .integer(let value): value.databaseValue
    case .real(let value): value.databaseValue
    case .text(let value): value.databaseValue
    }
  }
}
