/// Returns the UTF-8 form of Unicode code points up to the first 0.
///
/// Surrogates, numbers beyond U+10FFFF and noncharacters become U+FFFD, as in the reference.
func utf8(codePoints: some Sequence<Double>) -> [UInt8] {
  var bytes: [UInt8] = []
  for point in codePoints {
    if point == 0 { break }
    let value = UInt32(exactly: point) ?? 0xFFFF
    let isNoncharacter = value & 0xFFFE == 0xFFFE || (0xFDD0...0xFDEF).contains(value)
    let scalar = isNoncharacter ? nil : Unicode.Scalar(value)
    bytes.append(contentsOf: UTF8.encode(scalar ?? "\u{FFFD}").map { Array($0) } ?? [])
  }
  return bytes
}
