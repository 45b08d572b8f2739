public import ByteIO
public import ImageCodec

/// Turns the frames of a mixture into RGB pixels of one size.
///
/// One value serves one task: it holds resize plans.
public struct FrameDecoder: Sendable {
  private let form: SampleLayout.Form
  private let size: ImageSize?
  private var plans: [ImageSize: ResizePlan] = [:]

  /// Decodes frames of `form`, to `size` where it is given.
  public init(_ form: SampleLayout.Form, _ size: ImageSize?) {
    self.form = form
    self.size = size
  }

  /// The pixels of a frame, nil for an empty one.
  ///
  /// - Throws: `ImageError`, `ZstdError`.
  public mutating func decoded(_ bytes: Bytes) throws -> Raster<UInt8>? {
    guard bytes.count > 0 else { return nil }
    let image = try opened(bytes)
    guard let size else { return image }
    let source = ImageSize(height: image.height, width: image.width)
    return source == size ? image : try plan(from: source, to: size).resize(image)
  }

  /// Writes the pixels of a frame to `pixels`, [H, W, 3] of `target`, and returns the size that they would have.
  ///
  /// Nothing is written when that is not `target`; nil, and zeros, for an empty frame.
  /// - Throws: `ImageError`, `ZstdError`.
  mutating func decode(
    _ bytes: Bytes, _ target: ImageSize, into pixels: inout MutableSpan<UInt8>
  ) throws -> ImageSize? {
    guard bytes.count > 0 else {
      pixels.update(repeating: 0)
      return nil
    }
    let image = try opened(bytes)
    let source = ImageSize(height: image.height, width: image.width)
    guard (size ?? source) == target else { return size ?? source }
    try plan(from: source, to: target).resize(image, into: &pixels)
    return target
  }

  /// The pixels of a frame in its own size.
  private func opened(_ bytes: Bytes) throws -> Raster<UInt8> {
    let image: Raster<UInt8>
    switch form {
    case .encoded:
      image = try bytes.withSpan { span throws(ImageError) in try ImageDecoder(channels: .rgb).decode8(span) }
    case .pixels(let height, let width):
      image = try Raster(shape: ImageShape(height: height, width: width, channels: 3), samples: bytes.array)
    case .packedPixels(let height, let width):
      image = try Raster(
        shape: ImageShape(height: height, width: width, channels: 3),
        samples: try Zstd.unpack(bytes, byteCount: height * width * 3))
    }
    return image
  }

  private mutating func plan(from source: ImageSize, to size: ImageSize) throws(ImageError) -> ResizePlan {
    if let plan = plans[source] { return plan }
    let plan = try ResizePlan(.lanczos3, from: source, to: size)
    plans[source] = plan
    return plan
  }
}
