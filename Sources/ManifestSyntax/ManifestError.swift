public import ByteIO

/// What is wrong with a manifest, or with the data that it is applied to.
public struct ManifestError: Failure, Equatable {
  /// What kind of failure this is: `badData`, or `inputMissing` for a file that is not there.
  public let kind: FailureKind
  /// The manifest's file name as it was given.
  public let file: String
  /// The line in the manifest, from 1, when one is to blame.
  public let line: Int?
  /// The column in that line, from 1, when known.
  public let column: Int?
  /// The manifest key, as in `drop.first` or `action[1]`.
  public let key: String?
  /// What is wrong and what would mend it.
  public let problem: String

  /// An error at `place`.
  public init(_ kind: FailureKind = .badData, place: ManifestPlace, _ problem: String) {
    self.kind = kind
    file = place.file
    line = place.line
    column = place.column
    key = place.key.isEmpty ? nil : place.key
    self.problem = problem
  }

  /// One line: `file:line:column: key: what is wrong; what would mend it`.
  public var description: String {
    var place = file
    if let line { place += ":\(line)" }
    if line != nil, let column { place += ":\(column)" }
    if let key { place += ": \(key)" }
    return place + ": " + problem
  }
}

/// A place in a manifest, carried along so that every error can name it.
public struct ManifestPlace: Sendable, Equatable {
  /// The file's name as it was given.
  public var file: String
  /// The line, from 1.
  public var line: Int?
  /// The column, from 1.
  public var column: Int?
  /// The keys down to the value, joined by dots.
  public var key = ""

  /// A place in `file`.
  public init(file: String, line: Int? = nil, column: Int? = nil) {
    self.file = file
    self.line = line
    self.column = column
  }

  /// The same place, some characters further right.
  public func advanced(by offset: Int) -> ManifestPlace {
    var place = self
    place.column = column.map { $0 + offset }
    return place
  }
}

/// Returns `text` in backticks on one line, cut when long.
public func quoted(_ text: String) -> String {
  let clean = text.prefix(80).unicodeScalars.map { $0.value < 32 || $0.value == 127 ? " " : Character($0) }
  return "`" + String(clean) + (text.count > 80 ? "…" : "") + "`"
}
