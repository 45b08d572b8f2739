public import ImageCodec

/// The way of an image to the processor, which should be that on which the policy was trained.
public enum ImagePath: Sendable, Hashable {
  /// Nothing before the processor, which resizes the camera's own frame: OpenVLA's `deploy.py`.
  case processorOnly
  /// As in OpenVLA's evaluation scripts.
  case evaluation(EvaluationImage)
  /// As frames are read for training, without augmentation: Lanczos3 to the policy's size.
  case training

  /// Returns `image`, [height, width, 3], as the processor for inputs of `size` shall get it.
  ///
  /// - Throws: `ImageError` when the image has not 3 channels, or sides that cannot be encoded or resized.
  public func prepared(_ image: Raster<UInt8>, size: ImageSize) throws(ImageError) -> Raster<UInt8> {
    switch self {
    case .processorOnly: return image
    case .evaluation(let evaluation): return try evaluation.apply(to: image, size: size)
    case .training:
      guard image.channels == 3 else {
        throw ImageError(.shapeDiffers(expected: ExpectedShape(channels: 3), found: image.shape))
      }
      return try ResizePlan(.lanczos3, from: image.size, to: size).resize(image)
    }
  }
}

extension ImageProcessor {
  /// Returns the pixel values of `image`, [height, width, 3] → [3 × backbones, height, width], by way of `path`.
  ///
  /// - Throws: `ImageError` as the two steps.
  public func pixelValues(of image: Raster<UInt8>, by path: ImagePath) throws(ImageError) -> [Float] {
    try pixelValues(of: path.prepared(image, size: config.size))
  }
}
