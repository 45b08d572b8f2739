import FoundationEssentials

/// The tensors of a small safetensors file, for comparing with expected values.
public struct SafetensorsFixture: Sendable {
  /// What a fixture may lack.
  public enum Problem: Error {
    case noTensor(String)
    case wrongType(String, found: String)
    case damaged
  }

  private struct Entry: Decodable {
    let dtype: String
    let shape: [Int]
    let offsets: [Int]

    enum CodingKeys: String, CodingKey {
      case dtype, shape
      case offsets = "data_offsets"
    }
  }

  private enum Value: Decodable {
    case tensor(Entry)
    case metadata([String: String])

    init(from decoder: any Decoder) throws {
      if let entry = try? Entry(from: decoder) {
        self = .tensor(entry)
      } else {
        self = .metadata(try [String: String](from: decoder))
      }
    }
  }

  /// The header's `__metadata__`.
  public let metadata: [String: String]
  private let entries: [String: Entry]
  private let data: [UInt8]

  /// Reads the file at `path`.
  public init(path: String) throws {
    let bytes = try readBytes(path)
    guard bytes.count >= 8 else { throw Problem.damaged }
    let headerCount = (0..<8).reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) }
    guard headerCount >= 0, headerCount <= bytes.count - 8 else { throw Problem.damaged }
    let header = try JSONDecoder().decode([String: Value].self, from: Data(bytes[8..<8 + headerCount]))
    data = Array(bytes[(8 + headerCount)...])
    var entries: [String: Entry] = [:]
    var metadata: [String: String] = [:]
    for (name, value) in header {
      switch value {
      case .tensor(let entry):
        guard entry.offsets.count == 2, entry.offsets[0] <= entry.offsets[1], entry.offsets[1] <= data.count
        else {
          throw Problem.damaged
        }
        entries[name] = entry
      case .metadata(let pairs): metadata = pairs
      }
    }
    self.entries = entries
    self.metadata = metadata
  }

  /// The tensors' names, sorted.
  public var names: [String] { entries.keys.sorted() }

  /// Whether there is a tensor called `name`.
  public func contains(_ name: String) -> Bool { entries[name] != nil }

  /// The shape of `name`.
  public func shape(_ name: String) throws -> [Int] { try entry(name).shape }

  /// The dtype of `name` as the header spells it, such as `F32`.
  public func dtype(_ name: String) throws -> String { try entry(name).dtype }

  /// The values of an F32 tensor.
  public func floats(_ name: String) throws -> [Float] {
    try words(name, "F32", width: 4).map { Float(bitPattern: UInt32($0)) }
  }

  /// The values of an F64 tensor.
  public func doubles(_ name: String) throws -> [Double] {
    try words(name, "F64", width: 8).map { Double(bitPattern: $0) }
  }

  /// The values of an I64 tensor.
  public func integers(_ name: String) throws -> [Int64] {
    try words(name, "I64", width: 8).map { Int64(bitPattern: $0) }
  }

  /// The values of a U64 tensor.
  public func unsignedIntegers(_ name: String) throws -> [UInt64] { try words(name, "U64", width: 8) }

  /// The values of an I32 tensor.
  public func shortIntegers(_ name: String) throws -> [Int32] {
    try words(name, "I32", width: 4).map { Int32(bitPattern: UInt32($0)) }
  }

  /// The values of a U8 or BOOL tensor.
  public func bytes(_ name: String) throws -> [UInt8] {
    let entry = try entry(name)
    guard entry.dtype == "U8" || entry.dtype == "BOOL" else {
      throw Problem.wrongType(name, found: entry.dtype)
    }
    return Array(data[entry.offsets[0]..<entry.offsets[1]])
  }

  private func entry(_ name: String) throws -> Entry {
    guard let entry = entries[name] else { throw Problem.noTensor(name) }
    return entry
  }

  private func words(_ name: String, _ dtype: String, width: Int) throws -> [UInt64] {
    let entry = try entry(name)
    guard entry.dtype == dtype else { throw Problem.wrongType(name, found: entry.dtype) }
    return stride(from: entry.offsets[0], to: entry.offsets[1], by: width).map { start in
      (0..<width).reduce(0) { $0 | UInt64(data[start + $1]) << UInt64(8 * $1) }
    }
  }
}
