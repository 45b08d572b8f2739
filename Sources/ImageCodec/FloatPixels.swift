/// An RGB image in the making: float32 values in 0…1, shape [height, width, 3].
///
/// Each change is made in float32 steps in the order of TensorFlow's CPU kernels and leaves values in 0…1.
struct FloatPixels {
  let height: Int
  let width: Int
  /// The values, row by row, channels interleaved.
  var values: [Float]

  /// Creates the float image of `image`: sample × (1 ÷ 255), the factor rounded to float32.
  ///
  /// - Throws: `ImageError` when the image has not 3 channels.
  init(_ image: Raster<UInt8>) throws(ImageError) {
    guard image.channels == 3 else {
      throw ImageError(.shapeDiffers(expected: ExpectedShape(channels: 3), found: image.shape))
    }
    height = image.height
    width = image.width
    let scale: Float = 1 / 255
    let count = image.samples.count
    values = unsafe image.samples.withUnsafeBufferPointer { samples in
      unsafe [Float](unsafeUninitializedCapacity: count) { values, filled in
        for i in 0..<count { unsafe values.initializeElement(at: i, to: Float(samples[i]) * scale) }
        filled = count
      }
    }
  }

  /// Returns the image in whole numbers: value × 255.5 without what is behind the point.
  func raster() -> Raster<UInt8> {
    let count = values.count
    let samples = unsafe values.withUnsafeBufferPointer { values in
      unsafe [UInt8](unsafeUninitializedCapacity: count) { samples, filled in
        for i in 0..<count {
          unsafe samples.initializeElement(at: i, to: Self.byte(Self.clipped(values[i])))
        }
        filled = count
      }
    }
    return Raster(unchecked: ImageShape(height: height, width: width, channels: 3), samples: samples)
  }

  /// Returns `value`, in 0…1, × 255.5 without what is behind the point.
  ///
  /// A sum with 2²³ is a whole number, whose lowest bits are those of its bit pattern: unlike a checked
  /// conversion, these steps are done to several values at once.
  @inline(__always) private static func byte(_ value: Float) -> UInt8 {
    let shift: Float = 0x1p23
    let scaled = value * 255.5
    let nearest = (scaled + shift) - shift
    let whole = nearest > scaled ? nearest - 1 : nearest
    return UInt8(truncatingIfNeeded: (whole + shift).bitPattern)
  }

  /// Makes one change.
  mutating func make(_ change: Augmentation.Change) {
    switch change {
    case .crop(let box): crop(to: box)
    case .brightness(let delta): brighten(by: delta)
    case .contrast(let factor): contrast(by: factor)
    case .saturation(let factor): saturate(by: factor)
    case .hue(let delta): turnHue(by: delta)
    }
  }

  /// Returns `value`, at least 0 and at most 1.
  @inline(__always) static func clipped(_ value: Float) -> Float { max(min(value, 1), 0) }

  private mutating func brighten(by delta: Float) {
    unsafe values.withUnsafeMutableBufferPointer { values in
      for i in values.indices { unsafe values[i] = Self.clipped(values[i] + delta) }
    }
  }

  private mutating func contrast(by factor: Float) {
    let (red, green, blue) = means()
    unsafe values.withUnsafeMutableBufferPointer { values in
      for pixel in 0..<values.count / 3 {
        let i = pixel &* 3
        unsafe values[i] = Self.clipped(red + factor * (values[i] - red))
        unsafe values[i &+ 1] = Self.clipped(green + factor * (values[i &+ 1] - green))
        unsafe values[i &+ 2] = Self.clipped(blue + factor * (values[i &+ 2] - blue))
      }
    }
  }

  /// The means of the channels, summed in float32 as the reference does: the second half of the pixels is
  /// added to the first until one is left; the middle one of an odd number waits.
  private func means() -> (Float, Float, Float) {
    let pixels = height * width
    guard pixels > 1 else { return (values[0], values[1], values[2]) }
    return unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: (pixels - pixels / 2) * 3) { sums in
      unsafe values.withUnsafeBufferPointer { values in
        let right = pixels / 2
        var left = pixels - right
        for i in 0..<right * 3 { unsafe sums.initializeElement(at: i, to: values[left * 3 + i] + values[i]) }
        for i in right * 3..<left * 3 { unsafe sums.initializeElement(at: i, to: values[i]) }
        while left > 1 {
          let half = left / 2
          left -= half
          for i in 0..<half * 3 { unsafe sums[i] += sums[left * 3 + i] }
        }
        let scale = 1 / Float(pixels)
        return unsafe (sums[0] * scale, sums[1] * scale, sums[2] * scale)
      }
    }
  }
}
