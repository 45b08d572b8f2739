public import ByteIO
internal import JSON

/// A safetensors file mapped into memory; tensors are views into it.
///
/// Layout: header length (8 bytes, little-endian), header (JSON), data. The reader holds the file to the
/// format's rules before it touches data: a header of at most 100 MB, offsets without overlap or hole
/// that begin at 0 and end with the file, sizes that fit type and shape.
public final class SafetensorsFile: Sendable {
  /// The longest header, as in the reference implementation.
  public static let headerLimit = 100_000_000

  public let path: String
  /// The tensors in the order of their data.
  public let tensors: [TensorDeclaration]
  /// The header's free text entries.
  public let metadata: [String: String]
  private let ranges: [String: Range<Int>]
  private let declarations: [String: TensorDeclaration]
  private let file: MappedFile

  /// Opens the file at `path` and checks its header.
  ///
  /// - Throws: `TensorFileError`, `FileError`.
  /// - Complexity: O(header).
  public init(_ path: String) throws {
    self.path = path
    file = try MappedFile(path)
    let bytes = file.bytes
    func failure(_ reason: TensorFileError.Reason, _ tensor: String = "") -> TensorFileError {
      TensorFileError(reason, file: path, tensor: tensor)
    }
    guard bytes.count >= 8 else { throw failure(.tooShort(byteCount: bytes.count)) }
    let length = bytes.integer(at: 0, as: UInt64.self)
    guard length <= Self.headerLimit else { throw failure(.headerTooLong(length: length, limit: Self.headerLimit)) }
    guard length <= bytes.count - 8 else {
      throw failure(.headerBeyondFile(length: length, available: bytes.count - 8))
    }
    let dataStart = 8 + Int(length)
    guard length > 0, bytes[8] == UInt8(ascii: "{") else { throw failure(.badHeader("it does not begin with `{`")) }
    let header: JSONValue
    do { header = try JSONValue(parsing: bytes[8..<dataStart].array, file: path) } catch {
      throw failure(.badHeader("\(error.place): \(error.reason)"))
    }
    guard let members = header.members else { throw failure(.badHeader("it is no object")) }

    var metadata: [String: String] = [:]
    var entries: [(declaration: TensorDeclaration, begin: Int, end: Int)] = []
    for member in members {
      if member.name == "__metadata__" {
        guard let items = member.value.members else { throw failure(.badHeader("__metadata__ is no object")) }
        for item in items {
          guard let text = item.value.text else {
            throw failure(.badHeader("`\(item.name)` in __metadata__ is no text"))
          }
          metadata[item.name] = text
        }
        continue
      }
      let name = member.name
      guard let typeName = member.value["dtype"]?.text else { throw failure(.badHeader("dtype is missing"), name) }
      guard let dtype = DType(rawValue: typeName) else { throw failure(.unknownType(typeName), name) }
      guard let shape = Self.integers(member.value["shape"]) else {
        throw failure(.badHeader("shape is missing or no list of sizes"), name)
      }
      guard let offsets = Self.integers(member.value["data_offsets"]), offsets.count == 2, offsets[0] <= offsets[1]
      else { throw failure(.badHeader("data_offsets is missing or no pair"), name) }
      let declaration = TensorDeclaration(name, dtype, shape)
      guard let expected = declaration.byteCount else { throw failure(.sizeOverflow, name) }
      guard expected == offsets[1] - offsets[0] else {
        throw failure(.sizeMismatch(expected: expected, found: offsets[1] - offsets[0]), name)
      }
      entries.append((declaration, offsets[0], offsets[1]))
    }
    entries.sort { ($0.begin, $0.end) < ($1.begin, $1.end) }
    var next = 0
    for entry in entries {
      guard entry.begin == next else {
        throw failure(.hole(expected: next, found: entry.begin), entry.declaration.name)
      }
      next = entry.end
    }
    guard next == bytes.count - dataStart else {
      throw failure(.lengthMismatch(expected: next, found: bytes.count - dataStart))
    }
    tensors = entries.map(\.declaration)
    self.metadata = metadata
    declarations = Dictionary(uniqueKeysWithValues: entries.map { ($0.declaration.name, $0.declaration) })
    ranges = Dictionary(
      uniqueKeysWithValues: entries.map { ($0.declaration.name, dataStart + $0.begin..<dataStart + $0.end) })
  }

  private static func integers(_ value: JSONValue?) -> [Int]? {
    guard let elements = value?.elements else { return nil }
    var numbers: [Int] = []
    for element in elements {
      guard case .integer(let number) = element, number >= 0 else { return nil }
      numbers.append(Int(number))
    }
    return numbers
  }

  /// Returns the declaration of `name`, or `nil` where there is no such tensor.
  public func declaration(_ name: String) -> TensorDeclaration? { declarations[name] }

  /// Returns where the data of `name` lies in the file, or `nil` where there is no such tensor.
  public func range(_ name: String) -> Range<Int>? { ranges[name] }

  /// Returns the data of `name`, a view into the file.
  ///
  /// - Throws: `TensorFileError` where there is no such tensor.
  public func bytes(_ name: String) throws(TensorFileError) -> Bytes {
    guard let range = ranges[name] else { throw TensorFileError(.missing, file: path, tensor: name) }
    return file.bytes[range]
  }

  /// Returns the elements of `name`, which must have the type `dtype`.
  public func values<T: BitwiseCopyable>(_ name: String, _ dtype: DType, as type: T.Type) throws(TensorFileError) -> [T]
  {
    let bytes = try bytes(name)
    guard let found = declarations[name]?.dtype, found == dtype else {
      throw TensorFileError(
        .wrongType(expected: dtype.rawValue, found: declarations[name]?.dtype.rawValue ?? "nothing"),
        file: path, tensor: name)
    }
    return bytes.values(as: T.self)
  }

  /// Gives the pages of all tensors back to the system.
  public func releasePages() { file.releasePages(0..<file.byteCount) }

  /// Gives the pages of the tensor `name` back to the system.
  public func releasePages(_ name: String) {
    if let range = ranges[name] { file.releasePages(range) }
  }
}
