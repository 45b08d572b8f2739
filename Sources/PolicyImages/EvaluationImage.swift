internal import ByteIO
public import ImageCodec

/// How a camera frame is treated before the processor when OpenVLA is evaluated on a robot or in simulation.
///
/// In this order: a half turn where the camera hangs upside down, JPEG and back as frames were stored for
/// training, Lanczos3 to the policy's size, and the middle nine tenths where training cropped at random.
/// Equals the reference's TensorFlow 2.15 bit for bit.
///
/// Source: OpenVLA's `libero_utils.py` and `openvla_utils.py`.
public struct EvaluationImage: Sendable, Hashable {
  /// How the camera's frames lie.
  public enum Rotation: Sendable, Hashable {
    case upright
    /// Turned by half a circle, as LIBERO renders them.
    case halfTurn
  }

  /// Which part of the frame the policy sees.
  public enum Crop: Sendable, Hashable {
    case whole
    /// The middle with nine tenths of the area, stretched to the whole: for policies trained with augmentation.
    case middle
  }

  /// The quality of the JPEG.
  public static let quality = 95
  /// The part of the area that `Crop.middle` keeps.
  public static let area: Float = 0.9

  public let rotation: Rotation
  public let crop: Crop

  /// Creates the treatment.
  public init(rotation: Rotation = .upright, crop: Crop = .whole) {
    self.rotation = rotation
    self.crop = crop
  }

  /// Returns `image`, [height, width, 3], in `size` as the policy shall see it.
  ///
  /// O(pixels).
  ///
  /// - Throws: `ImageError` when the image has not 3 channels, or sides that cannot be encoded or resized.
  public func apply(to image: Raster<UInt8>, size: ImageSize) throws(ImageError) -> Raster<UInt8> {
    guard image.channels == 3 else {
      throw ImageError(.shapeDiffers(expected: ExpectedShape(channels: 3), found: image.shape))
    }
    let upright = rotation == .halfTurn ? try image.halfTurned() : image
    let file = Bytes(try ImageEncoder.jpeg(upright, quality: Self.quality))
    let stored = try file.withSpan { span throws(ImageError) in
      try ImageDecoder(channels: .rgb).decode8(span)
    }
    let small = try ResizePlan(.lanczos3, from: stored.size, to: size).resize(stored)
    return crop == .middle ? try Augmentation.centerCrop(small, area: Self.area) : small
  }
}
