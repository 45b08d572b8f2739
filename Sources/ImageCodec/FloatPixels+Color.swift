/// The changes that treat the three channels of a pixel together.
///
/// Their inner loops choose values instead of ways, so that several pixels are worked on at once.
extension FloatPixels {
  /// Multiplies each pixel's saturation by `factor`, at most to 1, between conversions to hue, saturation
  /// and value and back.
  ///
  /// Source: TensorFlow 2.15, `AdjustSaturation`. It works partly in float64, and gives gray where a hue
  /// rounds up to the full circle: both are kept.
  mutating func saturate(by factor: Float) {
    unsafe values.withUnsafeMutableBufferPointer { values in
      for pixel in 0..<values.count / 3 {
        let i = pixel &* 3
        let (red, green, blue) = unsafe (values[i], values[i &+ 1], values[i &+ 2])
        let value = max(red, max(green, blue))
        let range = value - min(red, min(green, blue))
        let saturation = Self.pick(value > 0, range / value, 0)
        let chroma = min(1, max(0, saturation * factor)) * value
        let base = value - chroma
        let hue = Self.hue(red, green, blue, value: value, range: range) * 6
        let pair = Self.pick(hue < 2, 0, Self.pick(hue < 4, 2, Self.pick(hue < 6, 4, 6)))
        let middle = chroma * (1 - abs(hue - pair - 1))
        let mixed = Self.sector(hue, low: 0, middle: middle, high: chroma)
        // At 6 there is no sector.
        let kept = hue < 6
        unsafe values[i] = Self.clipped(Self.pick(kept, mixed.red, 0) + base)
        unsafe values[i &+ 1] = Self.clipped(Self.pick(kept, mixed.green, 0) + base)
        unsafe values[i &+ 2] = Self.clipped(Self.pick(kept, mixed.blue, 0) + base)
      }
    }
  }

  /// The hue in 0…1; 0 for grays.
  @inline(__always)
  private static func hue(_ red: Float, _ green: Float, _ blue: Float, value: Float, range: Float) -> Float {
    let (redLeads, greenLeads) = (red == value, green == value)
    let above = pick(redLeads, green, pick(greenLeads, blue, red))
    let below = pick(redLeads, blue, pick(greenLeads, red, green))
    let start = redLeads ? 0 : greenLeads ? 2.0 / 6.0 : 4.0 / 6.0
    let turned = Float(Double(1 / (6 * range) * (above - below)) + start)
    let hue = pick(range > 0, turned, 0)
    return pick(hue < 0, hue + 1, hue)
  }

  /// Turns each pixel's hue by `delta`, in −0.5…0.5, of the circle.
  ///
  /// Source: TensorFlow 2.15, `AdjustHue`: the least and the greatest channel keep their values, the middle
  /// one says how far the hue is within its sixth of the circle.
  mutating func turnHue(by delta: Float) {
    let turn = delta * 6
    unsafe values.withUnsafeMutableBufferPointer { values in
      for pixel in 0..<values.count / 3 {
        let i = pixel &* 3
        let (red, green, blue) = unsafe (values[i], values[i &+ 1], values[i &+ 2])
        let high = max(red, max(green, blue))
        let low = min(red, min(green, blue))
        let turned = Self.sixths(red, green, blue, low: low, high: high) + turn
        let positive = Self.pick(turned < 0, turned + 6, turned)
        let hue = Self.pick(positive >= 6, positive - 6, positive)
        let steps = (
          Self.pick(hue < 1, 0, 1), Self.pick(hue < 2, 0, 1), Self.pick(hue < 3, 0, 1),
          Self.pick(hue < 4, 0, 1), Self.pick(hue < 5, 0, 1)
        )
        let part = hue - (steps.0 + steps.1 + steps.2 + steps.3 + steps.4)
        let isOdd = steps.0 - steps.1 + steps.2 - steps.3 + steps.4 > 0
        let middle = low + Self.pick(isOdd, 1 - part, part) * (high - low)
        let mixed = Self.sector(hue, low: low, middle: middle, high: high)
        unsafe values[i] = Self.clipped(mixed.red)
        unsafe values[i &+ 1] = Self.clipped(mixed.green)
        unsafe values[i &+ 2] = Self.clipped(mixed.blue)
      }
    }
  }

  /// The hue in 0…6; 0 for grays.
  ///
  /// Where channels are equal, the sector is the one that the reference takes.
  @inline(__always)
  private static func sixths(_ red: Float, _ green: Float, _ blue: Float, low: Float, high: Float) -> Float {
    let sector = pick(
      red < green, pick(blue < red, 1, pick(blue > green, 3, 2)),
      pick(blue < green, 0, pick(blue > red, 4, 5)))
    let isOdd = (sector - 1) * (sector - 3) * (sector - 5) == 0
    let middle = max(min(red, green), min(max(red, green), blue))
    let part = (middle - low) / (high - low)
    return pick(low == high, 0, sector + pick(isOdd, 1 - part, part))
  }

  /// The channels of a pixel with `hue` in 0 ..< 6.
  @inline(__always)
  private static func sector(_ hue: Float, low: Float, middle: Float, high: Float)
    -> (red: Float, green: Float, blue: Float)
  {
    (
      pick(hue < 1, high, pick(hue < 2, middle, pick(hue < 4, low, pick(hue < 5, middle, high)))),
      pick(hue < 1, middle, pick(hue < 3, high, pick(hue < 4, middle, low))),
      pick(hue < 2, low, pick(hue < 3, middle, pick(hue < 5, high, middle)))
    )
  }

  /// Returns `yes` or `no`, both of which are worked out before: no branch.
  @inline(__always)
  private static func pick(_ condition: Bool, _ yes: Float, _ no: Float) -> Float {
    let mask: UInt32 = condition ? .max : 0
    return Float(bitPattern: yes.bitPattern & mask | no.bitPattern & ~mask)
  }
}
