internal import Yams

/// One value of a manifest with its key and place, read with errors that name both.
public struct ManifestNode {
  let node: Node
  /// Where it stands.
  public let place: ManifestPlace

  init(node: Node, place: ManifestPlace) {
    self.node = node
    var place = place
    if let mark = node.mark { (place.line, place.column) = (mark.line, mark.column) }
    self.place = place
  }

  /// An error at this value.
  public func error(_ problem: String) -> ManifestError { ManifestError(place: place, problem) }

  /// An error that says what was expected and what was found.
  public func wrongType(_ expected: String) -> ManifestError {
    let found: String
    switch node {
    case .mapping: found = "a mapping"
    case .sequence: found = "a list"
    case .scalar(let scalar): found = scalar.string.isEmpty ? "nothing" : quoted(scalar.string)
    case .alias: found = "an alias"
    }
    return error("expected \(expected), found \(found)")
  }

  /// The values of a mapping by key, in order; keys that are not in `allowed` are errors.
  public func mapping(allowing allowed: [String]) throws(ManifestError) -> ManifestMapping {
    try mapping(of: "a mapping with keys among \(allowed.joined(separator: ", "))", allowing: allowed)
  }

  /// The values of a mapping by key, in order, where keys are names that the user chooses.
  public func mappingOfNames(_ expected: String) throws(ManifestError) -> ManifestMapping {
    try mapping(of: expected, allowing: nil)
  }

  private func mapping(of expected: String, allowing allowed: [String]?) throws(ManifestError) -> ManifestMapping {
    guard case .mapping(let mapping) = node else { throw wrongType(expected) }
    var entries: [(key: String, node: ManifestNode)] = []
    for (keyNode, value) in mapping {
      var keyPlace = place
      if let mark = keyNode.mark { (keyPlace.line, keyPlace.column) = (mark.line, mark.column) }
      guard case .scalar(let scalar) = keyNode, allowed?.contains(scalar.string) ?? !scalar.string.isEmpty else {
        let name = keyNode.scalar?.string ?? "…"
        guard let allowed else { throw ManifestError(place: keyPlace, "a key is a name, found \(quoted(name))") }
        let mend = NearestName.hint(name, among: allowed) ?? "the keys are \(allowed.joined(separator: ", "))"
        throw ManifestError(place: keyPlace, "unknown key \(quoted(name)); \(mend)")
      }
      // An empty value has its mark after the key, perhaps on the next line: the key's place serves better.
      var child = place.child(scalar.string)
      (child.line, child.column) = (keyPlace.line, keyPlace.column)
      var node = ManifestNode(node: value, place: child)
      if case .scalar(let inner) = value, inner.string.isEmpty { node = ManifestNode(node: value, at: child) }
      entries.append((scalar.string, node))
    }
    return ManifestMapping(entries: entries, place: place)
  }

  private init(node: Node, at place: ManifestPlace) {
    self.node = node
    self.place = place
  }

  /// The entries of a list, keyed by their index as in `name[0]`.
  public func list() throws(ManifestError) -> [ManifestNode] {
    guard case .sequence(let sequence) = node else { throw wrongType("a list") }
    return sequence.enumerated().map { index, value in
      var child = place
      child.key += "[\(index)]"
      return ManifestNode(node: value, place: child)
    }
  }

  /// Whether the value is a list.
  public var isList: Bool {
    if case .sequence = node { return true }
    return false
  }

  /// A text that is not empty.
  public func string() throws(ManifestError) -> String {
    guard case .scalar(let scalar) = node, node.null == nil || scalar.style != .plain, !scalar.string.isEmpty
    else {
      throw wrongType("a text")
    }
    return scalar.string
  }

  /// A whole number within `range`.
  public func integer(in range: ClosedRange<Int>) throws(ManifestError) -> Int {
    guard isPlain, let value = node.int else { throw wrongType("a whole number") }
    guard range.contains(value) else {
      throw error("\(value) is out of range; give \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// A finite number.
  public func number() throws(ManifestError) -> Double {
    guard isPlain, let value = node.float, value.isFinite else { throw wrongType("a number") }
    return value
  }

  /// `true` or `false`.
  public func bool() throws(ManifestError) -> Bool {
    guard isPlain, let value = node.bool else { throw wrongType("true or false") }
    return value
  }

  /// One of the cases of a type named by strings.
  public func choice<Choice: RawRepresentable & CaseIterable>(
    of type: Choice.Type
  ) throws(ManifestError) -> Choice where Choice.RawValue == String {
    let names = type.allCases.map(\.rawValue)
    let text = try string()
    guard let choice = Choice(rawValue: text) else {
      let mend = NearestName.hint(text, among: names) ?? "the names are \(names.joined(separator: ", "))"
      throw error("unknown name \(quoted(text)); \(mend)")
    }
    return choice
  }

  /// The text's first character as seen from the value's place: 1 inside quotes.
  public var textOffset: Int {
    guard case .scalar(let scalar) = node else { return 0 }
    return scalar.style == .singleQuoted || scalar.style == .doubleQuoted ? 1 : 0
  }

  /// Whether the value is a text, number or truth value rather than a list or a mapping.
  public var isScalar: Bool {
    if case .scalar = node { return true }
    return false
  }

  /// Whether the value is a mapping.
  public var isMapping: Bool {
    if case .mapping = node { return true }
    return false
  }

  private var isPlain: Bool {
    if case .scalar(let scalar) = node { return scalar.style == .plain }
    return false
  }
}

/// The entries of a mapping.
public struct ManifestMapping {
  /// Keys and values in the order of the file.
  public let entries: [(key: String, node: ManifestNode)]
  /// Where the mapping stands.
  public let place: ManifestPlace

  /// The value of `key`, or nil.
  public subscript(key: String) -> ManifestNode? { entries.first { $0.key == key }?.node }

  /// The value of `key`, or an error.
  public func required(_ key: String, _ why: String) throws(ManifestError) -> ManifestNode {
    guard let node = self[key] else {
      throw ManifestError(place: place, "missing key \(quoted(key)); \(why)")
    }
    return node
  }
}

extension ManifestPlace {
  /// The same place under a further key.
  public func child(_ name: String) -> ManifestPlace {
    var place = self
    place.key += (place.key.isEmpty ? "" : ".") + name
    return place
  }
}
