internal import ByteIO
internal import Foundation
internal import Yams

/// The text of a manifest, refused when it is large or nested enough to cost more than a manifest should.
public struct ManifestText {
  /// The most bytes a manifest may have.
  public static let maximumSize = 1 << 20
  /// The most columns of indentation, and so levels of block nesting.
  public static let maximumIndentation = 64
  /// The most opening brackets and braces in a file.
  public static let maximumBrackets = 512

  /// The bytes, as they stand in the file.
  public let bytes: [UInt8]
  /// The file name that errors give.
  public let file: String

  /// Takes the bytes of a manifest; `file` is the name that errors give.
  public init(bytes: [UInt8], file: String) throws(ManifestError) {
    self.bytes = bytes
    self.file = file
    guard bytes.count <= Self.maximumSize else { throw Self.tooLarge(file) }
    try check()
  }

  /// Reads a file, and no more of it than a manifest may have.
  public init(path: String) throws(ManifestError) {
    let place = ManifestPlace(file: path)
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else {
      throw ManifestError(
        .inputMissing, place: place, "there is no such file; give the path of a manifest")
    }
    guard attributes[.type] as? FileAttributeType == .typeRegular else {
      throw ManifestError(
        .inputMissing, place: place, "this is not a file; give the path of a manifest")
    }
    guard let handle = FileHandle(forReadingAtPath: path),
      let data = try? handle.read(upToCount: Self.maximumSize + 1)
    else {
      throw ManifestError(.inputOutput, place: place, "the file cannot be read; check its permissions")
    }
    try self.init(bytes: [UInt8](data), file: path)
  }

  /// The tree of nodes.
  public func root() throws(ManifestError) -> ManifestNode {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ManifestError(place: ManifestPlace(file: file), "the file is not UTF-8")
    }
    do {
      guard let node = try Yams.compose(yaml: text, .default, .default, .utf8) else {
        throw ManifestError(
          place: ManifestPlace(file: file),
          "the file is empty; a manifest is a mapping of keys")
      }
      return ManifestNode(node: node, place: ManifestPlace(file: file, line: 1, column: 1))
    } catch let error as ManifestError {
      throw error
    } catch {
      throw Self.translated(error, file: file)
    }
  }

  private static func tooLarge(_ file: String) -> ManifestError {
    ManifestError(
      place: ManifestPlace(file: file), "the file is larger than 1 MiB; a manifest is not that long")
  }

  private func check() throws(ManifestError) {
    var (line, column, brackets) = (1, 0, 0)
    var inIndentation = true
    var previous = UInt8(ascii: "\n")
    for (i, byte) in bytes.enumerated() {
      if byte == UInt8(ascii: "\n") {
        (line, column, inIndentation, previous) = (line + 1, 0, true, byte)
        continue
      }
      column += 1
      let place = ManifestPlace(file: file, line: line, column: column)
      inIndentation = inIndentation && " -?:\t".utf8.contains(byte)
      if inIndentation, column > Self.maximumIndentation {
        throw ManifestError(
          place: place,
          "indented by more than \(Self.maximumIndentation) columns; a manifest is not that deep")
      }
      if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") { brackets += 1 }
      guard brackets <= Self.maximumBrackets else {
        throw ManifestError(
          place: place, "more than \(Self.maximumBrackets) brackets; a manifest is not that deep")
      }
      let isMark = byte == UInt8(ascii: "&") || byte == UInt8(ascii: "*")
      let next = i + 1 < bytes.count ? bytes[i + 1] : UInt8(ascii: " ")
      if isMark, "\n \t[{,-:?".utf8.contains(previous), !"\n\r \t".utf8.contains(next) {
        throw ManifestError(
          place: place, "anchors and aliases are not part of the language; write the value out")
      }
      previous = byte
    }
  }

  private static func translated(_ error: any Error, file: String) -> ManifestError {
    var place = ManifestPlace(file: file)
    func at(_ mark: Mark) { (place.line, place.column) = (mark.line, mark.column) }
    guard let error = error as? YamlError else { return ManifestError(place: place, "not YAML: \(error)") }
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      at(mark)
      return ManifestError(place: place, "not YAML: \(problem)")
    case .reader(let problem, _, _, _):
      return ManifestError(place: place, "not YAML: \(problem)")
    case .duplicatedKeysInMapping(let duplicates, let context):
      at(context.mark)
      place.key = duplicates.first.map { String($0.prefix(80)) } ?? ""
      return ManifestError(place: place, "this key is given more than once; keep one")
    default:
      return ManifestError(place: place, "not YAML")
    }
  }
}
