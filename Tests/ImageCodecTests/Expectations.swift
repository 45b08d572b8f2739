import Foundation
import ImageCodec
import TestSupport

/// One line of `expected.tsv`: what TensorFlow makes of a file.
struct Expectation: CustomStringConvertible, Sendable {
  let file: String
  let operation: String
  let argument: String
  let shape: ImageShape
  let checksum: String

  var description: String { "\(file) \(operation) \(argument)" }
  var bytes: [UInt8] { get throws { try readBytes(Repository.fixture("Images/" + file)) } }
  var isRefused: Bool { checksum == "refused" }

  /// The argument as "height x width".
  var size: ImageSize? {
    let sides = argument.split(separator: "x").compactMap { Int($0) }
    return sides.count == 2 ? ImageSize(height: sides[0], width: sides[1]) : nil
  }

  /// The argument as a number of channels.
  var channels: ChannelRequest? { Int(argument).flatMap(ChannelRequest.init(rawValue:)) }

  static func all(_ operations: String...) -> [Expectation] {
    let path = Repository.fixture("Images/expected.tsv")
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: "\t").map(String.init)
      guard fields.count == 7, let height = Int(fields[3]), let width = Int(fields[4]),
        let channels = Int(fields[5]),
        operations.contains(fields[1])
      else { return nil }
      return Expectation(
        file: fields[0], operation: fields[1], argument: fields[2],
        shape: ImageShape(height: height, width: width, channels: channels), checksum: fields[6])
    }
  }
}

private let checksumTable: [UInt32] = (0..<256).map { byte in
  var sum = UInt32(byte)
  for _ in 0..<8 { sum = sum & 1 == 1 ? 0xEDB8_8320 ^ (sum >> 1) : sum >> 1 }
  return sum
}

/// CRC-32, bit-reflected polynomial 0xEDB88320, written apart from the library's own.
func checksum<Sample>(_ samples: [Sample]) -> String {
  var sum = ~UInt32(0)
  samples.withUnsafeBytes { bytes in
    for byte in bytes { sum = checksumTable[Int((sum ^ UInt32(byte)) & 0xFF)] ^ (sum >> 8) }
  }
  let digits = String(~sum, radix: 16)
  return String(repeating: "0", count: 8 - digits.count) + digits
}

/// The bytes of a fixture, decoded as 8-bit samples.
func decoded(_ file: String) throws -> Raster<UInt8> {
  try ImageDecoder().decode8(try readBytes(Repository.fixture("Images/" + file)))
}

/// As in the library, from arrays.
extension ImageDecoder {
  func decode8(_ bytes: [UInt8]) throws(ImageError) -> Raster<UInt8> { try decode8(bytes.span.bytes) }
  func decode16(_ bytes: [UInt8]) throws(ImageError) -> Raster<UInt16> { try decode16(bytes.span.bytes) }
  func decodeUnitFloat(_ bytes: [UInt8]) throws(ImageError) -> Raster<Float> {
    try decodeUnitFloat(bytes.span.bytes)
  }
  func decodeFloatBits(_ bytes: [UInt8]) throws(ImageError) -> Raster<Float> {
    try decodeFloatBits(bytes.span.bytes)
  }
}

extension ImageHeader {
  static func probe(_ bytes: [UInt8]) throws(ImageError) -> ImageHeader { try probe(bytes.span.bytes) }
}
