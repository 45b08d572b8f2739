/// A float32 as an unsigned number of the same order.
///
/// −0.0 comes just before +0.0, so that it takes its place among equals without a case of its own.
struct OrderedKey {
  /// The key of −0.0.
  static let negativeZero: UInt32 = 0x7FFF_FFFF
  /// The key of +0.0.
  static let positiveZero: UInt32 = 0x8000_0000

  /// Returns the key of the float32 with the given bit pattern.
  @inline(__always)
  static func key(ofBits bits: UInt32) -> UInt32 {
    bits ^ (UInt32(bitPattern: Int32(bitPattern: bits) >> 31) | 0x8000_0000)
  }

  /// Returns the float32 that has `key`.
  static func value(of key: UInt32) -> Float {
    Float(bitPattern: key >= positiveZero ? key ^ 0x8000_0000 : ~key)
  }
}
