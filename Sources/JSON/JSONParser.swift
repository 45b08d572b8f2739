internal import ByteIO

extension JSONValue {
  /// How deep arrays and objects may nest.
  public static let depthLimit = 200

  /// Parses `bytes`, the whole content of `file`.
  ///
  /// - Throws: `JSONError` with the offset of the first offending byte. Names that occur twice in
  ///   one object are refused; so are texts deeper than ``depthLimit``.
  /// - Complexity: O(*n*), in memory proportional to *n*.
  public init(parsing bytes: [UInt8], file: String) throws(JSONError) {
    var parser = JSONParser(bytes: bytes, file: file)
    self = try parser.document()
  }
}

private struct JSONParser {
  let bytes: [UInt8]
  let file: String
  var position = 0

  init(bytes: [UInt8], file: String) {
    self.bytes = bytes
    self.file = file
  }

  mutating func document() throws(JSONError) -> JSONValue {
    let value = try value(depth: 0)
    skipSpace()
    guard position == bytes.count else { throw failure(.trailingBytes) }
    return value
  }

  private func failure(_ reason: JSONError.Reason) -> JSONError {
    JSONError(reason, file: file, place: "byte \(position)")
  }

  private func unexpected() -> JSONError {
    guard position < bytes.count else { return failure(.endsEarly) }
    let byte = bytes[position]
    let shown = byte > 32 && byte < 127 ? "`\(Character(Unicode.Scalar(byte)))`" : "byte \(byte)"
    return failure(.unexpected(shown))
  }

  private mutating func skipSpace() {
    while position < bytes.count, [32, 10, 13, 9].contains(bytes[position]) { position += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    skipSpace()
    guard position < bytes.count else { throw failure(.endsEarly) }
    switch bytes[position] {
    case UInt8(ascii: "{"): return try object(depth: depth + 1)
    case UInt8(ascii: "["): return try array(depth: depth + 1)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "N"): return try word("NaN", .real(.nan))  // As Python writes it.
    default: return try number()
    }
  }

  private mutating func word(_ text: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
    for scalar in text.description.unicodeScalars {
      guard take(scalar) else { throw unexpected() }
    }
    return value
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
    guard depth <= JSONValue.depthLimit else { throw failure(.tooDeep(limit: JSONValue.depthLimit)) }
    position += 1
    var members: [JSONValue.Member] = []
    var names: Set<String> = []
    skipSpace()
    if take("}") { return .object(members) }
    repeat {
      skipSpace()
      guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { throw unexpected() }
      let name = try string()
      guard names.insert(name).inserted else { throw failure(.duplicateName(name)) }
      skipSpace()
      guard take(":") else { throw unexpected() }
      members.append(JSONValue.Member(name, try value(depth: depth)))
      skipSpace()
    } while take(",")
    guard take("}") else { throw unexpected() }
    return .object(members)
  }

  private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
    guard depth <= JSONValue.depthLimit else { throw failure(.tooDeep(limit: JSONValue.depthLimit)) }
    position += 1
    var elements: [JSONValue] = []
    skipSpace()
    if take("]") { return .array(elements) }
    repeat {
      elements.append(try value(depth: depth))
      skipSpace()
    } while take(",")
    guard take("]") else { throw unexpected() }
    return .array(elements)
  }

  private mutating func string() throws(JSONError) -> String {
    position += 1
    var text: [UInt8] = []
    while true {
      guard position < bytes.count else { throw failure(.endsEarly) }
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        guard let string = String(validating: text, as: UTF8.self) else { throw failure(.invalidUTF8) }
        return string
      case UInt8(ascii: "\\"):
        position += 1
        try escape(into: &text)
      case 0..<32: throw unexpected()
      default:
        text.append(byte)
        position += 1
      }
    }
  }

  private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
    guard position < bytes.count else { throw failure(.endsEarly) }
    let plain: [UInt8: UInt8] = [
      UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "\\"): UInt8(ascii: "\\"),
      UInt8(ascii: "/"): UInt8(ascii: "/"),
      UInt8(ascii: "b"): 8, UInt8(ascii: "f"): 12, UInt8(ascii: "n"): 10, UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9,
    ]
    if let byte = plain[bytes[position]] {
      text.append(byte)
      position += 1
      return
    }
    guard take("u") else { throw unexpected() }
    var code = UInt32(try hexadecimal())
    if code >= 0xD800, code < 0xDC00 {
      guard take("\\"), take("u") else { throw failure(.invalidUTF8) }
      let low = UInt32(try hexadecimal())
      guard low >= 0xDC00, low < 0xE000 else { throw failure(.invalidUTF8) }
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else { throw failure(.invalidUTF8) }
    text.append(contentsOf: Array(String(Character(scalar)).utf8))
  }

  private mutating func hexadecimal() throws(JSONError) -> UInt16 {
    var code: UInt16 = 0
    for _ in 0..<4 {
      guard position < bytes.count else { throw failure(.endsEarly) }
      guard let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue else { throw unexpected() }
      code = code << 4 | UInt16(digit)
      position += 1
    }
    return code
  }

  private mutating func number() throws(JSONError) -> JSONValue {
    let start = position
    var isReal = false
    _ = take("-")
    if take("I") {
      position -= 1
      return try word("Infinity", .real(bytes[start] == UInt8(ascii: "-") ? -.infinity : .infinity))
    }
    let firstDigit = position
    try digits()
    if bytes[firstDigit] == UInt8(ascii: "0"), position > firstDigit + 1 {
      position = firstDigit
      throw unexpected()
    }
    if take(".") {
      isReal = true
      try digits()
    }
    if take("e") || take("E") {
      isReal = true
      if !take("+") { _ = take("-") }
      try digits()
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if !isReal, let value = Int64(text) { return .integer(value) }
    guard let value = Double(text) else { throw unexpected() }
    return .real(value)
  }

  private mutating func digits() throws(JSONError) {
    let start = position
    while position < bytes.count, bytes[position] >= 48, bytes[position] <= 57 { position += 1 }
    guard position > start else { throw unexpected() }
  }
}
