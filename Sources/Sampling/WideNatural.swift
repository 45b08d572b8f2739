/// An exact natural number of any width, in 32-bit limbs with the least significant first.
struct WideNatural: Equatable, Comparable {
  /// Without leading zeros.
  private(set) var limbs: [UInt32]

  static let zero = WideNatural(limbs: [])

  private init(limbs: [UInt32]) {
    self.limbs = limbs
    while self.limbs.last == 0 { self.limbs.removeLast() }
  }

  /// The number `value` × 2^`shift`.
  init(_ value: UInt64, shiftedBy shift: Int = 0) {
    var limbs = [UInt32](repeating: 0, count: shift / 32)
    var wide = UInt128(value) << UInt128(shift % 32)
    while wide > 0 {
      limbs.append(UInt32(truncatingIfNeeded: wide))
      wide >>= 32
    }
    self.init(limbs: limbs)
  }

  static func < (a: WideNatural, b: WideNatural) -> Bool {
    if a.limbs.count != b.limbs.count { return a.limbs.count < b.limbs.count }
    for (x, y) in zip(a.limbs, b.limbs).reversed() where x != y { return x < y }
    return false
  }

  static func += (a: inout WideNatural, b: WideNatural) {
    var carry: UInt64 = 0
    for i in 0..<max(a.limbs.count, b.limbs.count) {
      let term =
        UInt64(i < a.limbs.count ? a.limbs[i] : 0) + UInt64(i < b.limbs.count ? b.limbs[i] : 0) + carry
      if i < a.limbs.count {
        a.limbs[i] = UInt32(truncatingIfNeeded: term)
      } else {
        a.limbs.append(UInt32(truncatingIfNeeded: term))
      }
      carry = term >> 32
    }
    if carry > 0 { a.limbs.append(UInt32(carry)) }
  }

  /// Returns a − b for a ≥ b.
  static func - (a: WideNatural, b: WideNatural) -> WideNatural {
    var result = a.limbs
    var borrow: Int64 = 0
    for i in 0..<result.count {
      let term = Int64(result[i]) - Int64(i < b.limbs.count ? b.limbs[i] : 0) - borrow
      result[i] = UInt32(truncatingIfNeeded: term)
      borrow = term < 0 ? 1 : 0
    }
    return WideNatural(limbs: result)
  }

  static func * (a: WideNatural, factor: UInt64) -> WideNatural {
    var result: [UInt32] = []
    result.reserveCapacity(a.limbs.count + 2)
    var carry: UInt128 = 0
    for limb in a.limbs {
      let term = UInt128(limb) * UInt128(factor) + carry
      result.append(UInt32(truncatingIfNeeded: term))
      carry = term >> 32
    }
    while carry > 0 {
      result.append(UInt32(truncatingIfNeeded: carry))
      carry >>= 32
    }
    return WideNatural(limbs: result)
  }

  /// Returns ⌊self / divisor⌋ and the remainder, for a quotient below 2⁵⁰ and a divisor that is not zero.
  ///
  /// The quotient of the leading 64 bits, in float64, is off by far less than one; the rest is put right
  /// exactly.
  func divided(by divisor: WideNatural) -> (quotient: UInt64, remainder: WideNatural) {
    guard self >= divisor else { return (0, self) }
    let (a, b) = (leading, divisor.leading)
    let estimate = Double(sign: .plus, exponent: a.exponent - b.exponent, significand: a.value / b.value)
    var quotient = UInt64(estimate)
    var product = divisor * quotient
    while product > self {
      quotient -= 1
      product = divisor * quotient
    }
    var remainder = self - product
    while remainder >= divisor {
      quotient += 1
      remainder = remainder - divisor
    }
    return (quotient, remainder)
  }

  /// The leading 64 to 96 bits as a float64, and the power of two that it is to be multiplied with.
  private var leading: (value: Double, exponent: Int) {
    let start = max(0, limbs.count - 3)
    var value = 0.0
    for limb in limbs[start...].reversed() { value = value * 0x1p32 + Double(limb) }
    return (value, start * 32)
  }
}
