internal import ByteIO

/// A value inside a JSON file together with its place, for reading typed content with exact errors.
public struct JSONNode: Sendable {
  public let value: JSONValue
  /// The file that it comes from.
  public let file: String
  /// Where it lies: `splits[0].name`; empty for the whole file.
  public let path: String

  public init(_ value: JSONValue, file: String, path: String = "") {
    self.value = value
    self.file = file
    self.path = path
  }

  /// Parses the file at `path`, which may have at most `limit` bytes.
  public init(file path: String, limit: Int = 1 << 28) throws {
    self.init(try JSONValue(parsing: try readFile(path, limit: limit), file: path), file: path)
  }

  /// Returns an error at this place.
  public func failure(_ reason: JSONError.Reason) -> JSONError { JSONError(reason, file: file, place: path) }

  /// Returns the member called `name`, or `nil` where it is absent or null.
  public func optional(_ name: String) -> JSONNode? {
    guard let member = value[name], member != .null else { return nil }
    return JSONNode(member, file: file, path: path.isEmpty ? name : "\(path).\(name)")
  }

  /// Returns the member called `name`.
  public func member(_ name: String) throws(JSONError) -> JSONNode {
    guard value.members != nil else { throw failure(.notA("an object")) }
    guard let node = optional(name) else { throw failure(.missing(name)) }
    return node
  }

  /// The elements of an array.
  public func array() throws(JSONError) -> [JSONNode] {
    guard let elements = value.elements else { throw failure(.notA("an array")) }
    return elements.enumerated().map { JSONNode($0.element, file: file, path: "\(path)[\($0.offset)]") }
  }

  /// The members of an object, in order.
  public func members() throws(JSONError) -> [(name: String, node: JSONNode)] {
    guard let members = value.members else { throw failure(.notA("an object")) }
    return members.map {
      ($0.name, JSONNode($0.value, file: file, path: path.isEmpty ? $0.name : "\(path).\($0.name)"))
    }
  }

  /// The text of a string.
  public func string() throws(JSONError) -> String {
    guard let text = value.text else { throw failure(.notA("a string")) }
    return text
  }

  /// An integer, written as a number or, as Protobuf does, as a string of digits.
  public func integer() throws(JSONError) -> Int {
    guard let number = value.integer else { throw failure(.notA("an integer")) }
    return number
  }

  /// An integer that is not negative.
  public func count() throws(JSONError) -> Int {
    let number = try integer()
    guard number >= 0 else { throw failure(.notA("a count of 0 or more")) }
    return number
  }

  /// A number.
  public func double() throws(JSONError) -> Double {
    guard let number = value.double else { throw failure(.notA("a number")) }
    return number
  }
}
