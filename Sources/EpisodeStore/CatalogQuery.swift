internal import ByteIO
internal import GRDBSQLite
internal import Glibc

/// A condition on the episodes of a store, in SQL, that can do nothing but read.
///
/// The database is opened read-only, and an authorizer refuses everything but reading the catalog's own tables: no
/// pragma, no recursion, and no function whose result is not that of its arguments alone.
public struct CatalogQuery: Sendable {
  private let path: String

  /// Prepares to ask the catalog at `path`.
  public init(_ path: String) { self.path = path }

  /// The ordinals of the episodes that satisfy `condition`, ascending.
  ///
  /// - Throws: `StoreError` where the catalog is missing, or the condition is no expression or does more than read.
  /// - Complexity: O(rows).
  public func ordinals(where condition: String) throws(StoreError) -> [Int] {
    var ordinals: [Int] = []
    try unsafe forEachRow(
      "SELECT ordinal FROM episodes WHERE (\(condition)\n) ORDER BY ordinal", "condition `\(condition)`"
    ) { statement in unsafe ordinals.append(Int(sqlite3_column_int64(statement, 0))) }
    return ordinals
  }

  /// The text of `expression` for every episode, by ordinal; episodes for which it is NULL are left out.
  ///
  /// - Throws: as ``ordinals(where:)``.
  /// - Complexity: O(rows).
  public func texts(of expression: String) throws(StoreError) -> [Int: String] {
    var texts: [Int: String] = [:]
    try unsafe forEachRow(
      "SELECT ordinal, CAST((\(expression)\n) AS TEXT) FROM episodes ORDER BY ordinal", "expression `\(expression)`"
    ) { statement in
      guard let text = unsafe sqlite3_column_text(statement, 1) else { return }
      unsafe texts[Int(sqlite3_column_int64(statement, 0))] = String(cString: text)
    }
    return texts
  }

  /// The columns and rows of a SELECT statement.
  ///
  /// - Throws: as ``ordinals(where:)``; anything but one SELECT is refused.
  public func rows(
    of select: String
  ) throws(StoreError) -> (columns: [String], rows: [[CatalogAnnotation.Value]]) {
    var columns: [String] = []
    var rows: [[CatalogAnnotation.Value]] = []
    try unsafe forEachRow(select, "statement `\(select)`", columns: { columns = $0 }) { statement in
      unsafe rows.append(
        (0..<sqlite3_column_count(statement)).map { column in
          switch unsafe sqlite3_column_type(statement, column) {
          case SQLITE_INTEGER: return unsafe .integer(Int(sqlite3_column_int64(statement, column)))
          case SQLITE_FLOAT: return unsafe .real(sqlite3_column_double(statement, column))
          case SQLITE_NULL: return .null
          default:
            guard let text = unsafe sqlite3_column_text(statement, column) else { return .null }
            return unsafe .text(String(cString: text))
          }
        })
    }
    return (columns, rows)
  }

  /// Calls `body` with each row of `sql`, which holds what errors call `what`.
  private func forEachRow(
    _ sql: String, _ what: String, columns: ([String]) -> Void = { _ in }, _ body: (OpaquePointer?) -> Void
  ) throws(StoreError) {
    guard Directory.entry(path) == .file else {
      throw StoreError(.inputMissing, file: path, "there is no catalog; ingest the dataset again")
    }
    var connection: OpaquePointer?
    let opened = unsafe sqlite3_open_v2(path, &connection, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nil)
    defer { _ = unsafe sqlite3_close_v2(connection) }
    guard opened == SQLITE_OK else { throw unsafe failure(connection, "it cannot be opened") }
    unsafe sqlite3_set_authorizer(connection, authorize, nil)
    var statement: OpaquePointer?
    var rest = 0
    let prepared = unsafe sql.withCString { text in
      var tail: UnsafePointer<CChar>?
      let code = unsafe sqlite3_prepare_v2(connection, text, -1, &statement, &tail)
      rest = unsafe tail.map { unsafe strlen($0) } ?? 0
      return code
    }
    defer { _ = unsafe sqlite3_finalize(statement) }
    guard prepared == SQLITE_OK else { throw unsafe failure(connection, "the \(what) is not valid") }
    guard rest == 0 else { throw StoreError(file: path, "the \(what) is more than one statement") }
    guard unsafe sqlite3_column_count(statement) > 0 else {
      throw StoreError(file: path, "the \(what) selects nothing; write a SELECT statement")
    }
    columns(
      unsafe (0..<sqlite3_column_count(statement)).map { column in
        unsafe sqlite3_column_name(statement, column).map { unsafe String(cString: $0) } ?? ""
      })
    while true {
      switch unsafe sqlite3_step(statement) {
      case SQLITE_ROW: unsafe body(statement)
      case SQLITE_DONE: return
      default: throw unsafe failure(connection, "the \(what) cannot be evaluated")
      }
    }
  }

  private func failure(_ connection: OpaquePointer?, _ what: String) -> StoreError {
    let reason = unsafe sqlite3_errmsg(connection).map { unsafe String(cString: $0) } ?? "unknown"
    return StoreError(file: path, "\(what): \(reason)".replacing("\n", with: " "))
  }
}

/// Functions that reach beyond the database, or whose results differ from call to call.
private let refusedFunctions: Set<String> = [
  "load_extension", "random", "randomblob", "date", "time", "datetime", "julianday", "unixepoch", "strftime",
  "timediff",
  "current_date", "current_time", "current_timestamp", "changes", "total_changes", "last_insert_rowid",
]

/// Allows selecting, reading the catalog's own tables and calling functions; refuses the rest.
private func authorize(
  _: UnsafeMutableRawPointer?, _ action: Int32, _ first: UnsafePointer<CChar>?, _ second: UnsafePointer<CChar>?,
  _: UnsafePointer<CChar>?, _: UnsafePointer<CChar>?
) -> Int32 {
  switch action {
  case SQLITE_SELECT: return SQLITE_OK
  case SQLITE_READ:
    let table = unsafe first.map { unsafe String(cString: $0) } ?? ""
    return table.hasPrefix("sqlite_") || table.hasPrefix("pragma_") ? SQLITE_DENY : SQLITE_OK
  case SQLITE_FUNCTION:
    let name = unsafe second.map { unsafe String(cString: $0) } ?? ""
    return refusedFunctions.contains(name.lowercased()) ? SQLITE_DENY : SQLITE_OK
  default: return SQLITE_DENY
  }
}
