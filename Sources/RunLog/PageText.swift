/// How texts and numbers are spelled in the page, the same everywhere.
enum PageText {
  /// Returns `text` so that it is content or a quoted attribute of HTML and nothing else.
  ///
  /// Control characters but the tabulator and the line feed become U+FFFD.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\t", "\n": result.unicodeScalars.append(scalar)
      case "\u{0}"..<"\u{20}", "\u{7F}"..<"\u{A0}": result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// Returns whether `text` reads as a number: a sign, digits with points and commas, an exponent, a per cent.
  static func isNumber(_ text: String) -> Bool {
    text.contains { ("0"..."9").contains($0) }
      && text.allSatisfy { ("0"..."9").contains($0) || "+-−–.,%eE×/ ±\u{202F}\u{A0}".contains($0) }
  }

  /// Returns `value` with `decimals` digits after the point, rounded half away from zero, with a true minus sign.
  static func fixed(_ value: Double, decimals: Int) -> String {
    guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "−∞" : "∞" }
    let scaled = (abs(value) * powerOfTen(decimals)).rounded()
    guard scaled < 1e15 else { return "\(value)".replacingMinus }
    return decimal(value < 0 ? -Int(scaled) : Int(scaled), exponent: -decimals)
  }

  /// Returns `value` with about four significant digits.
  static func brief(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return fixed(value, decimals: 0) }
    let exponent = exponentOfTen(abs(value))
    if (-3..<5).contains(exponent) { return fixed(value, decimals: max(0, 3 - exponent)) }
    return fixed(value / powerOfTen(exponent), decimals: 2) + power(exponent)
  }

  /// Returns `step` with a narrow space between groups of three digits.
  static func grouped(_ step: Int) -> String {
    let digits = Array(String(step.magnitude))
    let text = digits.enumerated().map { index, digit in
      index > 0 && (digits.count - index) % 3 == 0 ? "\u{202F}\(digit)" : "\(digit)"
    }
    return (step < 0 ? "−" : "") + text.joined()
  }

  /// Returns `mantissa`·10^`exponent` in decimal digits, as many after the point as `exponent` is below 0.
  static func decimal(_ mantissa: Int, exponent: Int) -> String {
    var digits = String(mantissa.magnitude)
    if mantissa != 0, exponent > 0 { digits += String(repeating: "0", count: exponent) }
    if exponent < 0 {
      if digits.utf8.count <= -exponent {
        digits = String(repeating: "0", count: -exponent - digits.utf8.count + 1) + digits
      }
      let point = digits.index(digits.endIndex, offsetBy: exponent)
      digits = digits[..<point] + "." + digits[point...]
    }
    return (mantissa < 0 ? "−" : "") + digits
  }

  /// Returns `×10` with `exponent` in superscript.
  static func power(_ exponent: Int) -> String {
    let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
    return "×10" + (exponent < 0 ? "⁻" : "")
      + String(String(exponent.magnitude).compactMap { $0.wholeNumberValue.map { digits[$0] } })
  }

  /// Returns the double next to 10^`exponent`.
  static func powerOfTen(_ exponent: Int) -> Double { Double("1e\(exponent)") ?? 1 }

  /// Returns the largest exponent, −307…308, whose power of ten is not over `value`, which is over 0.
  static func exponentOfTen(_ value: Double) -> Int {
    var exponent = max(-307, min(308, Int((Double(value.exponent) * 0.30102999566398120).rounded(.down))))
    while exponent < 308, powerOfTen(exponent + 1) <= value { exponent += 1 }
    while exponent > -307, powerOfTen(exponent) > value { exponent -= 1 }
    return exponent
  }
}

extension String {
  /// The text with true minus signs.
  fileprivate var replacingMinus: String { String(map { $0 == "-" ? "−" : $0 }) }
}
