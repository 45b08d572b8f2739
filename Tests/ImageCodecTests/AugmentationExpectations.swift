import Foundation
import TestSupport

@testable import ImageCodec

/// One line of `augmentation/expected.tsv`: what TensorFlow makes of an image.
struct AugmentationExpectation: CustomStringConvertible, Sendable {
  let file: String
  let operation: String
  let seed: SampleSeed
  let camera: Int
  /// What TensorFlow drew, or where a fixed crop lies.
  let drawn: [Float]
  /// The float32 values in 0…1.
  let floatChecksum: String
  let byteChecksum: String
  /// Twelve samples spread over the image.
  let samples: [UInt8]

  var description: String { "\(file) \(operation) \(seed.first) \(seed.second) camera \(camera)" }
  var image: Raster<UInt8> {
    get throws {
      try ImageDecoder().decode8(try readBytes(Repository.fixture("augmentation/\(file).png")))
    }
  }

  static func all() -> [AugmentationExpectation] {
    augmentationLines("expected").compactMap { fields in
      guard fields.count == 9, let first = Int32(fields[2]), let second = Int32(fields[3]),
        let camera = Int(fields[4])
      else { return nil }
      return AugmentationExpectation(
        file: fields[0], operation: fields[1], seed: SampleSeed(first, second), camera: camera,
        drawn: floats(fields[5]), floatChecksum: fields[6], byteChecksum: fields[7],
        samples: fields[8].split(separator: ",").compactMap { UInt8($0) })
    }
  }
}

/// The lines of a table among the augmentation fixtures, each as its fields.
func augmentationLines(_ table: String) -> [[String]] {
  let path = Repository.fixture("augmentation/\(table).tsv")
  let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
  return text.split(separator: "\n").map { line in
    line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
  }
}

/// The floats whose bits a field lists in hexadecimal digits.
func floats(_ field: String) -> [Float] {
  field.split(separator: ",").compactMap { UInt32($0, radix: 16).map(Float.init(bitPattern:)) }
}

/// The whole numbers that a field lists.
func wholes(_ field: String) -> [Int32] {
  field.split(separator: ",").compactMap { Int32($0) }
}
