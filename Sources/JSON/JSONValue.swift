/// A JSON value (RFC 8259) that keeps the order of its members, so that equal values give equal bytes.
public indirect enum JSONValue: Equatable, Sendable {
  case null
  case bool(Bool)
  /// A number without fraction and exponent that fits 64 bits.
  case integer(Int64)
  /// Any other number.
  case real(Double)
  case string(String)
  case array([JSONValue])
  case object([Member])

  /// One name and its value in an object.
  public struct Member: Equatable, Sendable {
    public var name: String
    public var value: JSONValue

    public init(_ name: String, _ value: JSONValue) {
      self.name = name
      self.value = value
    }
  }

  /// Returns the member called `name`, or `nil` where there is none or this is no object: O(members).
  public subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  /// The members, when this is an object.
  public var members: [Member]? {
    guard case .object(let members) = self else { return nil }
    return members
  }

  /// The elements, when this is an array.
  public var elements: [JSONValue]? {
    guard case .array(let elements) = self else { return nil }
    return elements
  }

  /// The text, when this is a string.
  public var text: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  /// The number as an integer, when it is one, or a string of decimal digits as Protobuf's JSON writes 64-bit numbers.
  public var integer: Int? {
    switch self {
    case .integer(let value): Int(value)
    case .string(let text): Int(text)
    default: nil
    }
  }

  /// The number, when this is one.
  public var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .real(let value): value
    default: nil
    }
  }

  /// The truth value, when this is one.
  public var bool: Bool? {
    guard case .bool(let value) = self else { return nil }
    return value
  }
}

extension JSONValue: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral, ExpressibleByStringLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral, ExpressibleByFloatLiteral
{
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(elements.map { Member($0.0, $0.1) })
  }
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int64) { self = .integer(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(floatLiteral value: Double) { self = .real(value) }

  /// Wraps an integer.
  public init(_ value: Int) { self = .integer(Int64(value)) }
  /// Wraps a text, or null where there is none.
  public init(_ value: String?) { self = value.map { .string($0) } ?? .null }
  /// Wraps an array of numbers.
  public init(_ values: [Double]) { self = .array(values.map { .real($0) }) }
  /// Wraps an array of texts.
  public init(_ values: [String]) { self = .array(values.map { .string($0) }) }
}
