import ByteIO
import JSON
import TestSupport
import Testing

@Suite struct JSONParserTests {
  private func parse(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8), file: "a.json") }

  private func refusal(_ bytes: [UInt8]) -> JSONError? {
    let error = #expect(throws: JSONError.self) { try JSONValue(parsing: bytes, file: "a.json") }
    #expect(error?.kind == .badData)
    #expect(error?.description.hasPrefix("a.json: byte ") == true)
    #expect(error?.description.contains("\n") == false)
    return error
  }

  @Test func `white space is skipped`() throws {
    #expect(try parse(" \t\r\n{ \"a\" :\n[ 1 , 2 ] , \"b\":{ } } \n") == ["a": [1, 2], "b": [:]])
  }

  static let numbers: [(String, JSONValue)] = [
    ("0", 0), ("-0", 0), ("-1", -1), ("9223372036854775807", .integer(.max)),
    ("-9223372036854775808", .integer(.min)), ("9223372036854775808", .real(9223372036854775808)), ("1.0", .real(1)),
    ("1e2", .real(100)), ("1E+2", .real(100)), ("1e-05", .real(1e-05)), ("-0.0", .real(-0.0)),
    ("5e-324", .real(.leastNonzeroMagnitude)),
    ("1e400", .real(.infinity)), ("1e-400", .real(0)), ("Infinity", .real(.infinity)), ("-Infinity", .real(-.infinity)),
    ("123456789012345678901234567890", .real(123456789012345677877719597056)),
  ]

  @Test(arguments: numbers) func `numbers have their value`(_ text: String, _ value: JSONValue) throws {
    #expect(try parse(text) == value)
  }

  @Test func `escapes stand for their characters`() throws {
    #expect(
      try parse(#""\"\\\/\b\f\n\r\t\u0041\u00e9\u20AC\ud83e\udd16""#)
        == .string("\"\\/\u{8}\u{C}\n\r\tAé€\u{1F916}"))
  }

  /// Broken texts, the offset of the first byte that offends, and the reason.
  static let broken: [(String, Int, JSONError.Reason)] = [
    ("", 0, .endsEarly), ("  ", 2, .endsEarly), ("{", 1, .endsEarly), ("[", 1, .endsEarly), ("[1", 2, .endsEarly),
    ("[1,]", 3, .unexpected("`]`")), ("[,1]", 1, .unexpected("`,`")), ("[1 2]", 3, .unexpected("`2`")),
    ("{a:1}", 1, .unexpected("`a`")), (#"{"a" 1}"#, 5, .unexpected("`1`")), (#"{"a":1,}"#, 7, .unexpected("`}`")),
    (#"{"a":}"#, 5, .unexpected("`}`")), ("tru", 3, .endsEarly), ("trux", 3, .unexpected("`x`")),
    ("nul", 3, .endsEarly), ("Nan", 2, .unexpected("`n`")), ("01", 0, .unexpected("`0`")), ("-", 1, .endsEarly),
    ("-x", 1, .unexpected("`x`")), ("1.", 2, .endsEarly), (".5", 0, .unexpected("`.`")), ("1e", 2, .endsEarly),
    ("1e+", 3, .endsEarly), ("+1", 0, .unexpected("`+`")), ("1 1", 2, .trailingBytes), ("{} x", 3, .trailingBytes),
    ("'a'", 0, .unexpected("`'`")), (#""a"#, 2, .endsEarly), ("\"a\nb\"", 2, .unexpected("byte 10")),
    ("\"a\u{1}b\"", 2, .unexpected("byte 1")), (#""\x""#, 2, .unexpected("`x`")), (#""\u12"#, 5, .endsEarly),
    (#""\u12g4""#, 5, .unexpected("`g`")), (#""\ud83e""#, 7, .invalidUTF8), (#""\ud83ex""#, 7, .invalidUTF8),
    (#""\ud83e\u0041""#, 13, .invalidUTF8), (#""\udd16""#, 7, .invalidUTF8), ("\u{FEFF}1", 0, .unexpected("byte 239")),
    ("// x\n1", 0, .unexpected("`/`")),
  ]

  @Test(arguments: broken)
  func `a broken text is refused at the byte that offends`(_ text: String, _ offset: Int, _ reason: JSONError.Reason) {
    let error = refusal(Array(text.utf8))
    #expect(error?.place == "byte \(offset)")
    #expect(error?.reason == reason)
  }

  @Test func `a string that is not UTF-8 is refused`() {
    for bytes in [[0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xC0, 0x80], [0xF5, 0x80, 0x80, 0x80]] as [[UInt8]] {
      #expect(refusal([0x22] + bytes + [0x22])?.reason == .invalidUTF8)
    }
  }

  @Test func `a name that occurs twice is refused`() {
    #expect(refusal(Array(#"{"a": 1, "b": 2, "a": 3}"#.utf8))?.reason == .duplicateName("a"))
    #expect(refusal(Array(#"{"a": 1, "\u0061": 3}"#.utf8))?.reason == .duplicateName("a"))
    #expect(throws: Never.self) { try parse(#"{"a": {"a": 1}}"#) }
  }

  @Test func `nesting is bounded`() throws {
    let limit = JSONValue.depthLimit
    func arrays(_ depth: Int) -> [UInt8] {
      [UInt8](repeating: UInt8(ascii: "["), count: depth) + [UInt8](repeating: UInt8(ascii: "]"), count: depth)
    }
    #expect(throws: Never.self) { try JSONValue(parsing: arrays(limit), file: "a.json") }
    #expect(refusal(arrays(limit + 1))?.reason == .tooDeep(limit: limit))
    #expect(refusal(arrays(10_000))?.reason == .tooDeep(limit: limit))
    #expect(refusal([UInt8](repeating: UInt8(ascii: "["), count: 1_000_000))?.reason == .tooDeep(limit: limit))
    let objects = String(repeating: #"{"a":"#, count: 10_000)
    #expect(refusal(Array(objects.utf8))?.description == "a.json: byte 1000: nested deeper than 200 levels")
  }

  @Test func `every prefix of a document is refused at its end`() throws {
    let text = #"{"a": [1, -2.5e-3, true, false, null, "x\n\u00e9\ud83e\udd16é"], "b": {"c": {}}, "d": NaN}"#
    #expect(throws: Never.self) { try parse(text) }
    let bytes = Array(text.utf8)
    for count in 0..<bytes.count {
      let error = refusal(Array(bytes[..<count]))
      // A surrogate without its other half is the one fault that is found before the end.
      #expect(error?.reason == .endsEarly || error?.reason == .invalidUTF8, "\(count)")
      #expect(error?.place == "byte \(count)", "\(count)")
    }
  }

  @Test func `random bytes are survived`() {
    var generator = SeededGenerator(8)
    let alphabet = Array(#"{}[]",:0123456789.eE+-truefalsn\u dN"#.utf8)
    for round in 0..<3000 {
      let bytes = generator.bytes(round % 30).map { round.isMultiple(of: 3) ? $0 : alphabet[Int($0) % alphabet.count] }
      let result = Result { try JSONValue(parsing: bytes, file: "a.json") }
      if case .success(let value) = result {
        let again = try? JSONValue(parsing: Array(value.serialized().utf8), file: "a.json")
        #expect(again?.serialized() == value.serialized())
      }
    }
  }
}
