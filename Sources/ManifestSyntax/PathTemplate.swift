internal import ByteIO

/// A path in a manifest, in which `${NAME}` stands for a variable.
public struct PathTemplate: Sendable, Equatable {
  private enum Part: Sendable, Equatable {
    case text(String)
    case variable(String)
  }

  /// The path as it is written.
  public let text: String
  /// Where it is written.
  public let place: ManifestPlace
  private let parts: [Part]

  public init(_ node: ManifestNode) throws(ManifestError) {
    text = try node.string()
    place = node.place
    var parts: [Part] = []
    var rest = text[...]
    while let start = Self.opening(in: rest) {
      if start > rest.startIndex { parts.append(.text(String(rest[..<start]))) }
      let inside = rest[rest.index(start, offsetBy: 2)...]
      guard let end = inside.firstIndex(of: "}") else {
        throw node.error("`${` without `}`; a variable is written `${NAME}`")
      }
      let name = String(inside[..<end])
      guard Self.isName(name) else {
        throw node.error("\(quoted(name)) is not a variable's name; it has letters, digits and `_`")
      }
      parts.append(.variable(name))
      rest = inside[inside.index(after: end)...]
    }
    if !rest.isEmpty { parts.append(.text(String(rest))) }
    self.parts = parts
  }

  /// The variables that the path needs, in order.
  public var variables: [String] {
    parts.compactMap { part in
      if case .variable(let name) = part { return name }
      return nil
    }
  }

  /// The path with every variable replaced by what `lookup` returns.
  /// - Throws: an error at the path's place when a variable is not set, or is empty.
  public func expanded(_ lookup: (String) -> String?) throws(ManifestError) -> String {
    var path = ""
    for part in parts {
      switch part {
      case .text(let text): path += text
      case .variable(let name):
        guard let value = lookup(name), !value.isEmpty else {
          throw ManifestError(
            .inputMissing, place: place, "the variable \(quoted(name)) is not set; set it to a directory")
        }
        path += value
      }
    }
    return path
  }

  private static func opening(in text: Substring) -> Substring.Index? {
    text.indices.first { text[$0...].hasPrefix("${") }
  }

  private static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, !(48...57).contains(first) else { return false }
    return text.utf8.allSatisfy { byte in
      (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 95
    }
  }
}
