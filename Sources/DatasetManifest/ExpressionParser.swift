internal import ManifestSyntax

/// Reads expressions: feature paths, slices of the last axis and calls.
///
///     expression := ( call | path ) slice*
///     call       := name "(" argument { "," argument } ")"
///     slice      := "[" [ int ] ":" [ int ] "]" | "[" int "]"
struct ExpressionParser {
  /// How deep calls may be nested.
  static let maximumDepth = 32

  private let text: [Character]
  private let place: ManifestPlace
  private var at = 0

  /// Reads the whole of `text`, which starts at `place`.
  static func parse(_ text: String, at place: ManifestPlace) throws(ManifestError) -> ManifestPart {
    guard text.utf8.count <= 4096 else {
      throw ManifestError(place: place, "an expression of more than 4,096 bytes; split it into parts")
    }
    var parser = ExpressionParser(text: Array(text), place: place)
    let expression = try parser.expression(depth: 0)
    parser.skipSpaces()
    if let rest = parser.current {
      throw parser.error("unexpected \(quoted(String(rest))) after the expression")
    }
    return ManifestPart(expression: expression, place: place)
  }

  private init(text: [Character], place: ManifestPlace) {
    self.text = text
    self.place = place
  }

  private var current: Character? { at < text.count ? text[at] : nil }

  private func error(_ problem: String, at offset: Int? = nil) -> ManifestError {
    ManifestError(place: place.advanced(by: offset ?? at), problem)
  }

  private mutating func skipSpaces() {
    while current == " " { at += 1 }
  }

  private mutating func take(_ character: Character) -> Bool {
    skipSpaces()
    guard current == character else { return false }
    at += 1
    return true
  }

  private mutating func expect(_ character: Character, _ where: String) throws(ManifestError) {
    if !take(character) {
      let found = current.map { quoted(String($0)) } ?? "the end"
      throw error("expected `\(character)` \(`where`), found \(found)")
    }
  }

  private mutating func expression(depth: Int) throws(ManifestError) -> Expression {
    guard depth < Self.maximumDepth else {
      throw error("calls are nested deeper than \(Self.maximumDepth); split the expression into parts")
    }
    skipSpaces()
    let start = at
    var result: Expression
    let name = try path()
    skipSpaces()
    if current == "(" {
      result = try call(name, from: start, depth: depth)
    } else {
      result = Expression(form: .feature(FeaturePath(manifestForm: name)), offset: start)
    }
    while take("[") { result = try slice(of: result) }
    return result
  }

  /// A feature path or function name; parts with odd characters stand in quotes.
  private mutating func path() throws(ManifestError) -> String {
    let start = at
    var name = ""
    while let character = current {
      if character == "\"" || character == "'" {
        at += 1
        let opening = at
        while let inner = current, inner != character {
          name.append(inner)
          at += 1
        }
        guard current != nil else { throw error("the quote is not closed", at: opening - 1) }
        at += 1
      } else if character.isLetter || character.isNumber || "_-./".contains(character) {
        name.append(character)
        at += 1
      } else {
        break
      }
    }
    guard let first = name.first else {
      let found = current.map { quoted(String($0)) } ?? "the end"
      throw error("expected a feature path or a function, found \(found)")
    }
    if text[start] != "\"" && text[start] != "'", first.isNumber || "-.".contains(first) {
      throw error("expected a feature path or a function, found \(quoted(name))", at: start)
    }
    return name
  }

  private mutating func call(_ name: String, from start: Int, depth: Int) throws(ManifestError) -> Expression {
    guard let operation = Operation(rawValue: name) else {
      let names = Operation.allCases.map(\.rawValue)
      let mend = NearestName.hint(name, among: names) ?? "the functions are \(names.joined(separator: ", "))"
      throw error("unknown function \(quoted(name)); \(mend)", at: start)
    }
    at += 1
    var values: [Expression] = []
    var numbers: [Double] = []
    var count = 0
    if !take(")") {
      repeat {
        skipSpaces()
        switch parameter(count, of: operation) {
        case nil: throw arityError(operation, at: at)
        case .value: values.append(try expression(depth: depth + 1))
        case .number: numbers.append(try number(.number, of: operation))
        case .count: numbers.append(try number(.count, of: operation))
        }
        count += 1
      } while take(",")
      try expect(")", "after the arguments of \(operation.rawValue)")
    }
    guard count >= operation.parameters.count else { throw arityError(operation, at: start) }
    if operation == .clip, !(numbers[0] <= numbers[1]) {
      throw error("clip has low \(numbers[0]) above high \(numbers[1]); give low first", at: start)
    }
    return Expression(form: .call(operation, values: values, numbers: numbers), offset: start)
  }

  private func parameter(_ index: Int, of operation: Operation) -> Operation.Parameter? {
    if operation == .concat { return .value }
    return index < operation.parameters.count ? operation.parameters[index] : nil
  }

  private func arityError(_ operation: Operation, at offset: Int) -> ManifestError {
    error(
      "wrong number of arguments for \(operation.rawValue); it is called \(quoted(operation.usage))",
      at: offset)
  }

  private mutating func number(
    _ parameter: Operation.Parameter, of operation: Operation
  ) throws(ManifestError) -> Double {
    let start = at
    while let character = current, character.isNumber || character.isLetter || "+-.".contains(character) {
      at += 1
    }
    let written = String(text[start..<at])
    guard let value = Double(written), value.isFinite else {
      throw error(
        "\(operation.rawValue) takes \(parameter.rawValue) here, found \(quoted(written)); "
          + "it is called \(quoted(operation.usage))", at: start)
    }
    if parameter == .count, Int(exactly: value).map({ (1...4096).contains($0) }) != true {
      throw error("\(operation.rawValue) takes \(parameter.rawValue), found \(written)", at: start)
    }
    return value
  }

  private mutating func slice(of base: Expression) throws(ManifestError) -> Expression {
    let start = at - 1
    let first = try integer()
    if take(":") {
      let stop = try integer()
      if take(":") { throw error("bad slice: a stride is not part of the language; use `[a:b]`", at: start) }
      try expect("]", "at the end of a slice `[a:b]`")
      return Expression(form: .slice(base, start: first, stop: stop), offset: start)
    }
    guard let first else { throw error("bad slice; write `[a:b]`, `[a:]`, `[:b]` or `[i]`", at: start) }
    try expect("]", "at the end of an index `[i]`")
    return Expression(form: .index(base, first), offset: start)
  }

  private mutating func integer() throws(ManifestError) -> Int? {
    skipSpaces()
    let start = at
    if current == "-" { at += 1 }
    while let character = current, character.isASCII, character.isNumber { at += 1 }
    if at == start { return nil }
    let written = String(text[start..<at])
    guard let value = Int(written), value.magnitude <= 1 << 20 else {
      throw error("bad slice: \(quoted(written)) is not a column number", at: start)
    }
    return value
  }
}
