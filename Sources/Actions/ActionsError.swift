public import ByteIO

/// An error of the action arithmetic: rows that do not fit, or values that have no meaning there.
public struct ActionsError: Failure, Equatable {
  /// What kind of failure this is.
  public let kind: FailureKind
  /// One line: the place, what is wrong and what would mend it.
  public let description: String

  init(_ kind: FailureKind, _ description: String) {
    self.kind = kind
    self.description = description
  }

  /// Rows whose number of values is not a multiple of their width.
  static func raggedRows(count: Int, dimension: Int) -> ActionsError {
    ActionsError(
      .badData,
      "rows: \(count) values do not divide into rows of \(dimension); give whole rows [N, \(dimension)]")
  }

  /// Statistics whose columns do not match the rows.
  static func width(_ what: String, found: Int, expected: Int) -> ActionsError {
    ActionsError(.badData, "\(what): has \(found) columns where \(expected) are expected")
  }
}
