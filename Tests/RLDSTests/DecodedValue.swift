import ByteIO
import ImageCodec
import RLDS
import TensorFiles

/// One decoded value as the scripts in `Scripts/oracles` describe it: type, shape, hash, row lengths.
struct DecodedValue: Equatable {
  var dtype: String
  /// `nil` stands for a ragged dimension.
  var shape: [Int?]
  var hash: String
  /// One list for each ragged dimension, outermost first.
  var rowLengths: [[Int]]

  /// Returns what `column` has for each step, or for the episode as a whole when it is no step feature.
  static func rows(of column: FeatureColumn) throws -> [DecodedValue] {
    let isPerStep = column.feature.isPerStep
    let ranges = isPerStep ? column.rowRanges : [0..<column.count]
    return try ranges.enumerated().map { row, range in
      // The sequences that remain inside this value.
      let levels = isPerStep ? Array(column.lengths.dropFirst()) : column.lengths
      var sizes: [[Int]] = []
      var part = isPerStep ? row..<row + 1 : 0..<1
      for level in levels {
        let start = level[..<part.lowerBound].reduce(0, +)
        sizes.append(Array(level[part]))
        part = start..<start + level[part].reduce(0, +)
      }
      let (bytes, inner) = try content(of: column, range)
      var shape: [Int?] = sizes.first.map { [$0.first] } ?? []
      shape += sizes.dropFirst().map { _ in nil }
      return DecodedValue(
        dtype: column.feature.leaf.type.name, shape: shape + inner, hash: shortHash(bytes),
        rowLengths: Array(sizes.dropFirst()))
    }
  }

  /// Returns the bytes of the values in `range` one after another, and the shape of the last.
  private static func content(of column: FeatureColumn, _ range: Range<Int>) throws -> (bytes: [UInt8], shape: [Int?]) {
    switch column.items {
    case .numbers(let tensor):
      let size = tensor.shape[0] == 0 ? 0 : tensor.bytes.count / tensor.shape[0]
      return (
        tensor.bytes[range.lowerBound * size..<range.upperBound * size].array, tensor.shape.dropFirst().map(\.self)
      )
    case .strings(let strings, let perValue):
      let part = strings[range.lowerBound * perValue..<range.upperBound * perValue].map(\.array)
      let shape = column.feature.leaf.fixedShape ?? [perValue]
      return (Array(part.joined(separator: [0])), shape)
    case .images(let images):
      let tensors = try images[range].map { try column.feature.leaf.decodedImage($0) }
      return (tensors.flatMap(\.bytes.array), tensors.last?.shape ?? column.feature.leaf.shape)
    case .tensors(let tensors):
      return (tensors[range].flatMap(\.bytes.array), tensors[range].last?.shape ?? column.feature.leaf.shape)
    }
  }
}

/// Returns the first 16 hexadecimal digits of SHA-256.
func shortHash(_ bytes: [UInt8]) -> String { String(SHA256Digest.hexadecimal(of: bytes).prefix(16)) }
