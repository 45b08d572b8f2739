internal import ByteIO
internal import GRDB

/// The catalog of a store: an SQLite database with one row per episode in the table `episodes`.
public enum Catalog {
  /// Writes the catalog of `dataset` to `path`, whole and in one pass, from rows in the order of their ordinals.
  ///
  /// `forEachRow` is given a function that takes one row at a time, so that they need not be in memory. The bytes
  /// depend on the rows and on the version of SQLite alone.
  ///
  /// - Throws: `StoreError`, `FileError`, and what `forEachRow` throws.
  public static func write(
    to path: String, dataset: String, forEachRow: ((CatalogRow) throws -> Void) throws -> Void
  ) throws {
    let temporary = path + ".partial"
    try Directory.remove(temporary)
    try Directory.remove(temporary + "-journal")
    do {
      var configuration = Configuration()
      configuration.prepareDatabase { database in
        try database.execute(sql: "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
      }
      let queue = try DatabaseQueue(path: temporary, configuration: configuration)
      try queue.write { database in
        try database.execute(sql: schema())
        let insert = try database.makeStatement(
          sql: "INSERT INTO episodes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        try forEachRow { row in
          try insert.execute(arguments: [
            row.ordinal, dataset, row.split, row.shard, row.position, row.firstStep, row.length, row.sourceFile,
            row.sourceRecord, row.sourceOffset, row.instruction, row.success, row.rewardSum, row.metadata,
          ])
        }
        try database.execute(sql: indices)
      }
      try queue.close()
    } catch let error as DatabaseError {
      try? Directory.remove(temporary)  // What went wrong before matters more.
      throw failure(error, path)
    }
    try Directory.synchronizeFile(temporary)
    try Directory.move(temporary, to: path)
    try Directory.synchronize(Directory.parent(of: path))
  }

  /// Calls `body` with each row, in the order of the ordinals.
  ///
  /// - Throws: `StoreError` where the file is no catalog, and what `body` throws.
  public static func read(_ path: String, _ body: (CatalogRow) throws -> Void) throws {
    guard Directory.entry(path) == .file else {
      throw StoreError(.inputMissing, file: path, "there is no catalog; ingest the dataset again")
    }
    do {
      var configuration = Configuration()
      configuration.readonly = true
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      try queue.read { database in
        let rows = try Row.fetchCursor(database, sql: "SELECT * FROM episodes ORDER BY ordinal")
        while let row = try rows.next() { try body(decode(row)) }
      }
    } catch let error as DatabaseError { throw failure(error, path) } catch let error as RowDecodingError {
      throw StoreError(file: path, "a row cannot be read: \(error)".replacing("\n", with: " "))
    }
  }

  /// Returns the row of the episode `ordinal`, nil where there is none.
  ///
  /// - Throws: `StoreError` where the file is no catalog.
  public static func row(_ path: String, ordinal: Int) throws -> CatalogRow? {
    guard Directory.entry(path) == .file else {
      throw StoreError(.inputMissing, file: path, "there is no catalog; ingest the dataset again")
    }
    do {
      var configuration = Configuration()
      configuration.readonly = true
      return try DatabaseQueue(path: path, configuration: configuration).read { database in
        try Row.fetchOne(database, sql: "SELECT * FROM episodes WHERE ordinal = ?", arguments: [ordinal]).map(decode)
      }
    } catch let error as DatabaseError { throw failure(error, path) } catch let error as RowDecodingError {
      throw StoreError(file: path, "a row cannot be read: \(error)".replacing("\n", with: " "))
    }
  }

  private static func decode(_ row: Row) throws -> CatalogRow {
    CatalogRow(
      ordinal: try row.decode(forColumn: "ordinal"), split: try row.decode(forColumn: "split"),
      shard: try row.decode(forColumn: "shard"), position: try row.decode(forColumn: "position"),
      firstStep: try row.decode(forColumn: "first_step"), length: try row.decode(forColumn: "length"),
      sourceFile: try row.decode(forColumn: "source_file"), sourceRecord: try row.decode(forColumn: "source_record"),
      sourceOffset: try row.decode(forColumn: "source_offset"), instruction: try row.decode(forColumn: "instruction"),
      success: try row.decode(forColumn: "success"), rewardSum: try row.decode(forColumn: "reward_sum"),
      metadata: try row.decode(forColumn: "metadata"))
  }

  static func failure(_ error: DatabaseError, _ path: String) -> StoreError {
    switch error.resultCode {
    case .SQLITE_FULL, .SQLITE_IOERR:
      StoreError(
        .inputOutput, file: path, "cannot be written (\(error.message ?? "no space")); free some space and run again")
    case .SQLITE_CANTOPEN, .SQLITE_READONLY:
      StoreError(.outputUnavailable, file: path, "cannot be opened: \(error.message ?? "")")
    default: StoreError(file: path, "is no catalog: \(error.message ?? "\(error.resultCode)")")
    }
  }

  /// The columns of `episodes` with their declarations.
  static let columns: [(name: String, declaration: String)] = [
    ("ordinal", "INTEGER PRIMARY KEY"), ("dataset", "TEXT NOT NULL"), ("split", "TEXT NOT NULL"),
    ("shard", "INTEGER NOT NULL"), ("position", "INTEGER NOT NULL"), ("first_step", "INTEGER NOT NULL"),
    ("length", "INTEGER NOT NULL"), ("source_file", "TEXT NOT NULL"), ("source_record", "INTEGER NOT NULL"),
    ("source_offset", "INTEGER NOT NULL"), ("instruction", "TEXT"), ("success", "BOOLEAN"), ("reward_sum", "DOUBLE"),
    ("metadata", "TEXT NOT NULL"),
  ]

  /// The statement that makes the table `episodes`, with further columns after its own.
  static func schema(further: [(name: String, type: String)] = []) -> String {
    let own = columns.map { "  \($0.name) \($0.declaration)" }
    let others = further.map { "  \($0.name.quotedDatabaseIdentifier) \($0.type)" }
    return "CREATE TABLE episodes (\n\((own + others).joined(separator: ",\n"))\n)"
  }

  static let indices = """
    CREATE INDEX episodes_by_instruction ON episodes (instruction);
    CREATE INDEX episodes_by_split ON episodes (split)
    """
}
