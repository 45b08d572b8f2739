internal import ImageCodec

/// What happens to whole pixels on the way to a policy.
extension Raster<UInt8> {
  /// The height and width.
  var size: ImageSize { ImageSize(height: height, width: width) }

  /// Returns the image turned by half a circle.
  func halfTurned() throws(ImageError) -> Raster<UInt8> {
    try edited(size) { y, line in
      let row = height - 1 - y
      for x in stride(from: width - 1, through: 0, by: -1) {
        let pixel = (row * width + x) * channels
        line.append(contentsOf: samples[pixel..<pixel + channels])
      }
    }
  }

  /// Returns the part of `crop`'s size in the middle.
  ///
  /// Where it cannot be in the middle exactly, its corner is at the nearest even number, as Python rounds.
  /// Source: torchvision, `center_crop`.
  func middle(_ crop: ImageSize) throws(ImageError) -> Raster<UInt8> {
    guard crop != size else { return self }
    guard crop.height <= height, crop.width <= width else {
      throw ImageError(.badSize(detail: "\(crop.height)×\(crop.width) cannot be cut out of \(height)×\(width)"))
    }
    let top = Self.start(of: crop.height, in: height)
    let left = Self.start(of: crop.width, in: width)
    return try edited(crop) { y, line in
      let start = ((top + y) * width + left) * channels
      line.append(contentsOf: samples[start..<start + crop.width * channels])
    }
  }

  private static func start(of length: Int, in whole: Int) -> Int {
    Int((Double(whole - length) / 2).rounded(.toNearestOrEven))
  }

  /// Returns the image with equal bands of `color` [channels] on both ends of its shorter side.
  ///
  /// A square results, or for an odd difference one pixel less. Source: Prismatic's letterbox transform.
  func letterboxed(_ color: [UInt8]) throws(ImageError) -> Raster<UInt8> {
    let longer = max(height, width)
    let (rows, columns) = ((longer - height) / 2, (longer - width) / 2)
    let size = ImageSize(height: height + 2 * rows, width: width + 2 * columns)
    guard let count = size.checkedPixels, count <= ImageDecoder.defaultPixelLimit else {
      throw ImageError(
        .tooManyPixels(width: size.width, height: size.height, limit: ImageDecoder.defaultPixelLimit))
    }
    let band = Array((0..<columns).map { _ in color }.joined())
    let empty = Array((0..<size.width).map { _ in color }.joined())
    return try edited(size) { y, line in
      guard (rows..<rows + height).contains(y) else { return line.append(contentsOf: empty) }
      let start = (y - rows) * width * channels
      line.append(contentsOf: band)
      line.append(contentsOf: samples[start..<start + width * channels])
      line.append(contentsOf: band)
    }
  }

  /// Returns an image of `size` whose rows `append` appends.
  private func edited(
    _ size: ImageSize, _ append: (_ row: Int, _ samples: inout [UInt8]) -> Void
  ) throws(ImageError) -> Raster<UInt8> {
    var result: [UInt8] = []
    result.reserveCapacity(size.height * size.width * channels)
    for y in 0..<size.height { append(y, &result) }
    return try Raster(
      shape: ImageShape(height: size.height, width: size.width, channels: channels), samples: result)
  }
}

extension ImageSize {
  /// height × width, or `nil` when it does not fit.
  fileprivate var checkedPixels: Int? {
    let (pixels, tooMany) = height.multipliedReportingOverflow(by: width)
    return tooMany ? nil : pixels
  }
}
