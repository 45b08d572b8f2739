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
      for i in stride(from: 0, to: values.count, by: 3) {
        let (red, green, blue) = unsafe (values[i], values[i + 1], values[i + 2])
        let value = max(red, max(green, blue))
        let range = value - min(red, min(green, blue))
        let saturation = value > 0 ? min(1, max(0, range / value * factor)) : 0
        let chroma = saturation * value
        let base = value - chroma
        let hue = Self.hue(red, green, blue, value: value, range: range) * 6
        let wave = hue - (hue < 2 ? 0 : hue < 4 ? 2 : hue < 6 ? 4 : 6)
        let middle = chroma * (1 - abs(wave - 1))
        let redder =
          hue < 1 ? chroma : hue < 2 ? middle : hue < 4 ? 0 : hue < 5 ? middle : hue < 6 ? chroma : 0
        let greener = hue < 1 ? middle : hue < 3 ? chroma : hue < 4 ? middle : 0
        let bluer = hue < 2 ? 0 : hue < 3 ? middle : hue < 5 ? chroma : hue < 6 ? middle : 0
        unsafe values[i] = Self.clipped(redder + base)
        unsafe values[i + 1] = Self.clipped(greener + base)
        unsafe values[i + 2] = Self.clipped(bluer + base)
      }
    }
  }

  /// The hue in 0…1; 0 for grays.
  @inline(__always)
  private static func hue(_ red: Float, _ green: Float, _ blue: Float, value: Float, range: Float) -> Float {
    let (redLeads, greenLeads) = (red == value, green == value)
    let above = redLeads ? green : greenLeads ? blue : red
    let below = redLeads ? blue : greenLeads ? red : green
    let start = redLeads ? 0 : greenLeads ? 2.0 / 6.0 : 4.0 / 6.0
    let turned = Float(Double(1 / (6 * range) * (above - below)) + start)
    let hue = range > 0 ? turned : 0
    return hue < 0 ? hue + 1 : hue
  }

  /// Turns each pixel's hue by `delta`, in −0.5…0.5, of the circle.
  ///
  /// Source: TensorFlow 2.15, `AdjustHue`: the least and the greatest channel keep their values, the middle
  /// one says how far the hue is within its sixth of the circle.
  mutating func turnHue(by delta: Float) {
    let turn = delta * 6
    unsafe values.withUnsafeMutableBufferPointer { values in
      for i in stride(from: 0, to: values.count, by: 3) {
        let (red, green, blue) = unsafe (values[i], values[i + 1], values[i + 2])
        let high = max(red, max(green, blue))
        let low = min(red, min(green, blue))
        let turned = Self.sixths(red, green, blue, low: low, high: high) + turn
        let positive = turned < 0 ? turned + 6 : turned
        let hue = positive >= 6 ? positive - 6 : positive
        let part =
          hue < 1
          ? hue
          : hue < 2
            ? 1 - (hue - 1) : hue < 3 ? hue - 2 : hue < 4 ? 1 - (hue - 3) : hue < 5 ? hue - 4 : 1 - (hue - 5)
        let middle = low + part * (high - low)
        let redder = hue < 1 ? high : hue < 2 ? middle : hue < 4 ? low : hue < 5 ? middle : high
        let greener = hue < 1 ? middle : hue < 3 ? high : hue < 4 ? middle : low
        let bluer = hue < 2 ? low : hue < 3 ? middle : hue < 5 ? high : middle
        unsafe values[i] = Self.clipped(redder)
        unsafe values[i + 1] = Self.clipped(greener)
        unsafe values[i + 2] = Self.clipped(bluer)
      }
    }
  }

  /// The hue in 0…6; 0 for grays.
  ///
  /// Where channels are equal, the sector is the one that the reference takes.
  @inline(__always)
  private static func sixths(_ red: Float, _ green: Float, _ blue: Float, low: Float, high: Float) -> Float {
    let rising = red < green
    let sector: Float =
      rising
      ? (blue < red ? 1 : blue > green ? 3 : 2)
      : (blue < green ? 0 : blue > red ? 4 : 5)
    let middle =
      rising
      ? (blue < red ? red : blue > green ? green : blue)
      : (blue < green ? green : blue > red ? red : blue)
    let part = (middle - low) / (high - low)
    let odd = sector == 1 || sector == 3 || sector == 5
    return low == high ? 0 : sector + (odd ? 1 - part : part)
  }
}
