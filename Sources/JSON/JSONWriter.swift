extension JSONValue {
  /// How a text is laid out.
  public enum Layout: Sendable {
    /// Everything on one line, without spaces.
    case compact
    /// One member or element a line, indented by two spaces a level, as Python's `json.dump(indent=2)`.
    case indented
  }

  /// Returns the value as JSON text.
  ///
  /// Real numbers have the fewest digits that read back to the same `Double`, as in Python; NaN and
  /// infinities are spelled as Python does, since JSON has no words for them.
  public func serialized(_ layout: Layout = .compact) -> String {
    var text = ""
    write(to: &text, layout, level: 0)
    return text
  }

  private func write(to text: inout String, _ layout: Layout, level: Int) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .real(let value):
      switch abs(value) {
      case _ where value.isNaN: text += "NaN"
      case .infinity: text += value < 0 ? "-Infinity" : "Infinity"
      case 0x1p53..<1e16: text += "\(Int64(value)).0"  // Swift would use an exponent, Python does so from 1e16 on.
      default: text += "\(value)"
      }
    case .string(let value): Self.write(value, to: &text)
    case .array(let elements):
      Self.write(elements.count, "[", "]", to: &text, layout, level) { index, text in
        elements[index].write(to: &text, layout, level: level + 1)
      }
    case .object(let members):
      Self.write(members.count, "{", "}", to: &text, layout, level) { index, text in
        Self.write(members[index].name, to: &text)
        text += layout == .compact ? ":" : ": "
        members[index].value.write(to: &text, layout, level: level + 1)
      }
    }
  }

  private static func write(
    _ count: Int, _ opening: String, _ closing: String, to text: inout String, _ layout: Layout, _ level: Int,
    item: (Int, inout String) -> Void
  ) {
    text += opening
    for index in 0..<count {
      if index > 0 { text += "," }
      if layout == .indented { text += "\n" + String(repeating: "  ", count: level + 1) }
      item(index, &text)
    }
    if layout == .indented, count > 0 { text += "\n" + String(repeating: "  ", count: level) }
    text += closing
  }

  private static func write(_ string: String, to text: inout String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{0}"..<"\u{20}", "\u{7F}":
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
