public import ImageCodec

/// Turns RGB images into the pixel values that a policy's vision backbones take.
///
/// For each backbone: resize as Pillow does, cut out the middle, divide by 255, subtract the mean and divide
/// by the deviation in float32; then stack. Equals the reference's `PrismaticImageProcessor` on Pillow and
/// torchvision bit for bit.
public struct ImageProcessor: Sendable {
  public let config: ImageProcessorConfig
  /// What each level of each channel becomes: [backbones × 3, 256].
  private let tables: [[Float]]

  /// Creates the processor that `config` describes.
  public init(_ config: ImageProcessorConfig) {
    self.config = config
    tables = config.steps.flatMap { steps in
      zip(steps.mean, steps.std).map { mean, std in
        (0..<256).map { (Float($0) / 255 - Float(mean)) / Float(std) }
      }
    }
  }

  /// The shape of the pixel values, [3 × backbones, height, width].
  public var shape: [Int] { [3 * config.steps.count, config.size.height, config.size.width] }

  /// Returns the pixel values of `image`, [height, width, 3] → [3 × backbones, `size` height, `size` width].
  ///
  /// O(pixels).
  ///
  /// - Throws: `ImageError` when the image has not 3 channels, or sides that cannot be resized.
  public func pixelValues(of image: Raster<UInt8>) throws(ImageError) -> [Float] {
    var values: [Float] = []
    values.reserveCapacity(shape.reduce(1, *))
    for (index, small) in try squares(of: image).enumerated() {
      for channel in 0..<3 {
        let table = tables[index * 3 + channel]
        for sample in stride(from: channel, to: small.samples.count, by: 3) {
          values.append(table[Int(small.samples[sample])])
        }
      }
    }
    return values
  }

  /// Returns what the backbones see of `image`, before it is normalised: one [height, width, 3] for each.
  ///
  /// - Throws: `ImageError` as `pixelValues(of:)`.
  public func squares(of image: Raster<UInt8>) throws(ImageError) -> [Raster<UInt8>] {
    guard image.channels == 3 else {
      throw ImageError(.shapeDiffers(expected: ExpectedShape(channels: 3), found: image.shape))
    }
    let whole = if let fill = config.letterboxFill { try image.letterboxed(fill) } else { image }
    var squares: [Raster<UInt8>] = []
    for (index, steps) in config.steps.enumerated() {
      if index > 0, steps.hasSamePixels(as: config.steps[index - 1]) {
        squares.append(squares[index - 1])
      } else {
        squares.append(try steps.square(of: whole))
      }
    }
    return squares
  }
}

extension ImageProcessorConfig.Steps {
  /// Whether the two differ in nothing but the normalisation.
  fileprivate func hasSamePixels(as other: Self) -> Bool {
    resize == other.resize && interpolation == other.interpolation && crop == other.crop
  }

  /// Returns the middle of the resized `image`.
  fileprivate func square(of image: Raster<UInt8>) throws(ImageError) -> Raster<UInt8> {
    let target = resize.size(for: image.size)
    guard target != image.size else { return try image.middle(crop) }
    guard let filter = interpolation.filter else {
      throw ImageError(.badSetting(detail: "the interpolation \(interpolation.name) is not supported"))
    }
    return try PillowResizePlan(filter, from: image.size, to: target).resize(image).middle(crop)
  }
}

extension ImageProcessorConfig.Target {
  /// Returns the size that an image of `size` is resized to.
  ///
  /// The longer side is cut to a whole number. Source: torchvision, `resize` with one number.
  func size(for size: ImageSize) -> ImageSize {
    switch self {
    case .exact(let exact): exact
    case .shorterSide(let side):
      if size.width <= size.height {
        ImageSize(height: Self.longer(side, size.height, size.width), width: side)
      } else {
        ImageSize(height: side, width: Self.longer(side, size.width, size.height))
      }
    }
  }

  /// At most 4,096 × 65,535, which a float64 holds exactly, for images that can be resized.
  private static func longer(_ side: Int, _ long: Int, _ short: Int) -> Int {
    Int(Double(side) * Double(long) / Double(short))
  }
}
