public import ByteIO

/// A JSON text that cannot be used, with its place.
public struct JSONError: Failure, Equatable {
  /// What is wrong.
  public enum Reason: Equatable, Sendable {
    case endsEarly
    case unexpected(String)
    case tooDeep(limit: Int)
    case duplicateName(String)
    case invalidUTF8
    case trailingBytes
    case missing(String)
    case notA(String)
  }

  public let reason: Reason
  public let file: String
  /// Where: `byte 17` for the text, `splits[0].name` for the content.
  public let place: String

  public init(_ reason: Reason, file: String, place: String) {
    self.reason = reason
    self.file = file
    self.place = place
  }

  public var kind: FailureKind { .badData }

  public var description: String {
    let what =
      switch reason {
      case .endsEarly: "the JSON text ends early; the file is cut, copy it again"
      case .unexpected(let found): "unexpected \(found) in the JSON text"
      case .tooDeep(let limit): "nested deeper than \(limit) levels"
      case .duplicateName(let name): "the name `\(name)` occurs twice"
      case .invalidUTF8: "a string is not UTF-8"
      case .trailingBytes: "something follows the end of the JSON text"
      case .missing(let name): "`\(name)` is missing"
      case .notA(let expected): "\(expected) expected"
      }
    return place.isEmpty ? "\(file): \(what)" : "\(file): \(place): \(what)"
  }
}
