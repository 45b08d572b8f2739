/// The changes that treat the three channels of a pixel together.
extension FloatPixels {
  /// Multiplies each pixel's saturation by `factor`, at most to 1, between conversions to hue, saturation
  /// and value and back.
  ///
  /// Source: TensorFlow 2.15, `AdjustSaturation`. One of its conversions is in float64, and a hue that rounds
  /// to the full circle gives gray: both are kept.
  mutating func saturate(by factor: Float) {
    unsafe values.withUnsafeMutableBufferPointer { values in
      for i in stride(from: 0, to: values.count, by: 3) {
        let (red, green, blue) = unsafe (values[i], values[i + 1], values[i + 2])
        let value = max(red, max(green, blue))
        let range = value - min(red, min(green, blue))
        let saturation = value > 0 ? min(1, max(0, range / value * factor)) : 0
        let chroma = saturation * value
        let base = value - chroma
        let sixths = Self.hue(red, green, blue, value: value, range: range) * 6
        let sector = Int32(sixths)
        let wave = sixths - Float(sector & ~1)
        let middle = chroma * (1 - abs(wave - 1))
        let mixed: (Float, Float, Float) =
          switch sector {
          case 0: (chroma, middle, 0)
          case 1: (middle, chroma, 0)
          case 2: (0, chroma, middle)
          case 3: (0, middle, chroma)
          case 4: (middle, 0, chroma)
          case 5: (chroma, 0, middle)
          default: (0, 0, 0)
          }
        unsafe values[i] = Self.clipped(mixed.0 + base)
        unsafe values[i + 1] = Self.clipped(mixed.1 + base)
        unsafe values[i + 2] = Self.clipped(mixed.2 + base)
      }
    }
  }

  /// The hue in 0…1; 0 for grays.
  @inline(__always)
  private static func hue(_ red: Float, _ green: Float, _ blue: Float, value: Float, range: Float) -> Float {
    guard range > 0 else { return 0 }
    let norm = 1 / (6 * range)
    let hue: Float
    if red == value {
      hue = norm * (green - blue)
    } else if green == value {
      hue = Float(Double(norm * (blue - red)) + 2.0 / 6.0)
    } else {
      hue = Float(Double(norm * (red - green)) + 4.0 / 6.0)
    }
    return hue < 0 ? hue + 1 : hue
  }

  /// Turns each pixel's hue by `delta` of the circle.
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
        var hue = Self.sixths(red, green, blue, low: low, high: high) + turn
        while hue < 0 { hue += 6 }
        while hue >= 6 { hue -= 6 }
        let sector = Int32(hue)
        let part = hue - Float(sector)
        let middle = low + (sector & 1 == 0 ? part : 1 - part) * (high - low)
        let mixed: (Float, Float, Float) =
          switch sector {
          case 0: (high, middle, low)
          case 1: (middle, high, low)
          case 2: (low, high, middle)
          case 3: (low, middle, high)
          case 4: (middle, low, high)
          default: (high, low, middle)
          }
        unsafe values[i] = Self.clipped(mixed.0)
        unsafe values[i + 1] = Self.clipped(mixed.1)
        unsafe values[i + 2] = Self.clipped(mixed.2)
      }
    }
  }

  /// The hue in 0…6; 0 for grays.
  @inline(__always)
  private static func sixths(_ red: Float, _ green: Float, _ blue: Float, low: Float, high: Float) -> Float {
    guard low != high else { return 0 }
    let sector: Float
    let middle: Float
    if red < green {
      if blue < red {
        (sector, middle) = (1, red)
      } else if blue > green {
        (sector, middle) = (3, green)
      } else {
        (sector, middle) = (2, blue)
      }
    } else if blue < green {
      (sector, middle) = (0, green)
    } else if blue > red {
      (sector, middle) = (4, red)
    } else {
      (sector, middle) = (5, blue)
    }
    let part = (middle - low) / (high - low)
    let rises = sector == 0 || sector == 2 || sector == 4
    return sector + (rises ? part : 1 - part)
  }
}
