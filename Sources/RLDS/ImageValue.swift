public import ByteIO
public import ImageCodec
public import TensorFiles

extension FeatureLeaf {
  /// Returns the image in `file` as TFDS decodes this feature: [height, width, channels] of the declared type.
  ///
  /// - Throws: `ImageError`, also where the image's shape is not the declared one.
  public func decodedImage(_ file: Bytes) throws(ImageError) -> HostTensor {
    let decoder = ImageDecoder(channels: channelRequest, expected: expectedShape(channels: shape.last ?? nil))
    func tensor<Sample>(_ dtype: DType, _ raster: Raster<Sample>) -> HostTensor {
      HostTensor(dtype, [raster.height, raster.width, raster.channels], values: raster.samples)
    }
    return try file.withSpan { bytes throws(ImageError) in
      switch type {
      case .number(.uint16): tensor(.uint16, try decoder.decode16(bytes))
      case .number(.float32): tensor(.float32, try decoder.decodeFloatBits(bytes))
      default: tensor(.uint8, try decoder.decode8(bytes))
      }
    }
  }

  /// Checks the structure of the image in `file`, and its size against the declared one, without decoding it.
  ///
  /// - Throws: `ImageError`.
  public func checkImage(_ file: Bytes) throws(ImageError) {
    let header = try file.withSpan { bytes throws(ImageError) in
      try ImageHeader.probe(bytes)
    }
    // Channels may differ: decoding converts them, as TFDS does.
    let expected = expectedShape(channels: nil)
    guard expected.admits(header.shape) else {
      throw ImageError(.shapeDiffers(expected: expected, found: header.shape))
    }
    guard header.width * header.height <= ImageDecoder.defaultPixelLimit else {
      throw ImageError(
        .tooManyPixels(width: header.width, height: header.height, limit: ImageDecoder.defaultPixelLimit))
    }
  }

  private var channelRequest: ChannelRequest {
    guard let channels = shape.last ?? nil, type != .number(.float32) else { return .asStored }
    return ChannelRequest(rawValue: channels) ?? .asStored
  }

  private func expectedShape(channels: Int?) -> ExpectedShape {
    guard shape.count == 3 else { return ExpectedShape() }
    return ExpectedShape(height: shape[0], width: shape[1], channels: channels)
  }
}
