/// An exact signed integer of any width, for sums that must not depend on the order of their terms.
///
/// The magnitude is kept in 32-bit limbs, least significant first, without leading zero limbs.
struct WideInteger: Equatable {
  private(set) var limbs: [UInt32]
  private(set) var isNegative: Bool

  static let zero = WideInteger(limbs: [], isNegative: false)

  private init(limbs: [UInt32], isNegative: Bool) {
    var limbs = limbs
    while limbs.last == 0 { limbs.removeLast() }
    self.limbs = limbs
    self.isNegative = isNegative && !limbs.isEmpty
  }

  /// The value `magnitude` × 2^`shift`, negated when asked.
  init(magnitude: UInt64, shift: Int = 0, isNegative: Bool = false) {
    var limbs = [UInt32](repeating: 0, count: shift / 32 + 3)
    let wide = UInt128(magnitude) << UInt128(shift % 32)
    for part in 0..<3 {
      limbs[shift / 32 + part] = UInt32(truncatingIfNeeded: wide >> UInt128(32 * part))
    }
    self.init(limbs: limbs, isNegative: isNegative)
  }

  static func + (a: WideInteger, b: WideInteger) -> WideInteger {
    if a.isNegative == b.isNegative {
      return WideInteger(limbs: sum(a.limbs, b.limbs), isNegative: a.isNegative)
    }
    return precedes(a.limbs, b.limbs)
      ? WideInteger(limbs: difference(b.limbs, a.limbs), isNegative: b.isNegative)
      : WideInteger(limbs: difference(a.limbs, b.limbs), isNegative: a.isNegative)
  }

  static func - (a: WideInteger, b: WideInteger) -> WideInteger {
    a + WideInteger(limbs: b.limbs, isNegative: !b.isNegative)
  }

  static func * (a: WideInteger, b: WideInteger) -> WideInteger {
    var product = [UInt32](repeating: 0, count: a.limbs.count + b.limbs.count)
    for (i, x) in a.limbs.enumerated() {
      var carry: UInt64 = 0
      for (j, y) in b.limbs.enumerated() {
        let term = UInt64(x) * UInt64(y) + UInt64(product[i + j]) + carry
        product[i + j] = UInt32(truncatingIfNeeded: term)
        carry = term >> 32
      }
      product[i + b.limbs.count] = UInt32(truncatingIfNeeded: carry)
    }
    return WideInteger(limbs: product, isNegative: a.isNegative != b.isNegative)
  }

  /// The float64 nearest to this integer × 2^`exponent`, for results in float64's normal range.
  ///
  /// Bits below the top 64 are folded into the lowest one, which keeps the rounding that of the whole.
  func scaled(byPowerOfTwo exponent: Int) -> Double {
    guard let top = limbs.last else { return 0 }
    let bitCount = limbs.count * 32 - top.leadingZeroBitCount
    let dropped = Swift.max(0, bitCount - 64)
    var head: UInt64 = 0
    for position in stride(from: bitCount - 1, through: dropped, by: -1) {
      head = head << 1 | UInt64(limbs[position / 32] >> UInt32(position % 32) & 1)
    }
    if (0..<dropped).contains(where: { limbs[$0 / 32] >> UInt32($0 % 32) & 1 == 1 }) { head |= 1 }
    let magnitude = Double(sign: .plus, exponent: dropped + exponent, significand: Double(head))
    return isNegative ? -magnitude : magnitude
  }

  private static func sum(_ a: [UInt32], _ b: [UInt32]) -> [UInt32] {
    var result: [UInt32] = []
    var carry: UInt64 = 0
    for i in 0..<Swift.max(a.count, b.count) + 1 {
      let term = UInt64(i < a.count ? a[i] : 0) + UInt64(i < b.count ? b[i] : 0) + carry
      result.append(UInt32(truncatingIfNeeded: term))
      carry = term >> 32
    }
    return result
  }

  /// Returns a − b for a ≥ b.
  private static func difference(_ a: [UInt32], _ b: [UInt32]) -> [UInt32] {
    var result: [UInt32] = []
    var borrow: Int64 = 0
    for i in 0..<a.count {
      let term = Int64(a[i]) - Int64(i < b.count ? b[i] : 0) - borrow
      result.append(UInt32(truncatingIfNeeded: term))
      borrow = term < 0 ? 1 : 0
    }
    return result
  }

  private static func precedes(_ a: [UInt32], _ b: [UInt32]) -> Bool {
    if a.count != b.count { return a.count < b.count }
    for (x, y) in zip(a, b).reversed() where x != y { return x < y }
    return false
  }
}
