/// The two ways in which float32 images come out of image files.
extension ImageDecoder {
  /// Returns the image in `bytes` scaled to 0…1: sample × (1 ÷ 65,535) for PNG, sample × (1 ÷ 255) for JPEG,
  /// both in float32.
  ///
  /// Equals `tf.io.decode_image(dtype=tf.float32)`, with which depth images are read.
  ///
  /// - Throws: `ImageError`.
  public func decodeUnitFloat(_ bytes: RawSpan) throws(ImageError) -> Raster<Float> {
    switch try ImageFormat.detect(bytes) {
    case .jpeg:
      let image = try decode8(bytes)
      let scale: Float = 1 / 255
      return Raster(unchecked: image.shape, samples: image.samples.map { Float($0) * scale })
    case .png:
      let image = try decode16(bytes)
      let scale: Float = 1 / 65535
      return Raster(unchecked: image.shape, samples: image.samples.map { Float($0) * scale })
    }
  }

  /// Returns the float32 image, shape [height, width, 1], whose values lie bit by bit in the four channels
  /// of the RGBA PNG in `bytes`, lowest byte in R.
  ///
  /// TFDS stores image features of dtype float32 so. `channels` is not looked at; `expected` is that of the
  /// result.
  ///
  /// - Throws: `ImageError`, also when the file is not RGBA with 8 bits.
  public func decodeFloatBits(_ bytes: RawSpan) throws(ImageError) -> Raster<Float> {
    let header = try ImageHeader.probe(bytes)
    guard header.format == .png, header.channels == 4, header.bitDepth == 8 else {
      throw ImageError(.notFloatBits(channels: header.channels, bitDepth: header.bitDepth))
    }
    let found = ImageShape(height: header.height, width: header.width, channels: 1)
    guard expected.admits(found) else { throw ImageError(.shapeDiffers(expected: expected, found: found)) }
    var decoder = self
    decoder.channels = .asStored
    decoder.expected = ExpectedShape()
    let image = try decoder.decode8(bytes)
    let values = (0..<image.samples.count / 4).map { pixel in
      let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(image.samples[pixel * 4 + $1]) << (8 * UInt32($1)) }
      return Float(bitPattern: bits)
    }
    return Raster(unchecked: found, samples: values)
  }
}
