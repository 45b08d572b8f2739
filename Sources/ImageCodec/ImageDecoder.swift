internal import CImage

/// How many channels a decoded image shall have.
public enum ChannelRequest: Int, Sendable {
  /// As in the file: gray 1, gray and alpha 2, RGB 3, RGBA 4; a palette becomes RGB, or RGBA when it has
  /// transparency; CMYK becomes RGB.
  case asStored = 0
  case gray = 1
  case grayAlpha = 2
  case rgb = 3
  case rgba = 4
}

/// What to do with an image whose data is irregular in a way that the decoding library goes past.
public enum DamagePolicy: Sendable {
  /// Decode it, as TensorFlow does: parts of the image may be gray or wrong.
  case decode
  /// Throw.
  case refuse
}

/// The arithmetic that turns the frequencies of a JPEG into samples.
public enum JPEGTransform: Sendable {
  /// libjpeg's fast integers, as TensorFlow decodes.
  case fast
  /// libjpeg's accurate integers, as Pillow decodes.
  case accurate
}

/// Decodes JPEG and PNG to the same samples as `tf.io.decode_image` of TensorFlow 2.15, bit for bit.
///
/// JPEG: libjpeg-turbo with the fast integer transform, unless the accurate one is asked for, and smooth
/// chroma upsampling. PNG: libpng with
/// TensorFlow's conversions. Departures: where TensorFlow adds an alpha channel to a PNG of fewer than 8
/// bits it fills it with the largest value of that depth (1 for 1 bit); here it is opaque. And where it lets
/// a JPEG pass whose end marker alone is missing, here that is an error.
///
/// Dimensions are checked before memory is taken. O(width × height) time; memory is that of the samples, and
/// for progressive JPEG two more bytes per sample.
public struct ImageDecoder: Sendable {
  /// The channels to decode to.
  public var channels: ChannelRequest
  /// The shape that the decoded image must have.
  public var expected: ExpectedShape
  /// The most pixels that an image may have.
  public var pixelLimit: Int
  /// What to do with irregular data.
  public var damage: DamagePolicy
  /// How JPEG is decoded.
  public var transform: JPEGTransform

  /// 64 Mi pixels, as in 8,192 × 8,192.
  public static let defaultPixelLimit = 64 << 20

  /// Creates a decoder.
  public init(
    channels: ChannelRequest = .asStored, expected: ExpectedShape = ExpectedShape(),
    pixelLimit: Int = ImageDecoder.defaultPixelLimit, damage: DamagePolicy = .decode,
    transform: JPEGTransform = .fast
  ) {
    self.channels = channels
    self.expected = expected
    self.pixelLimit = pixelLimit
    self.damage = damage
    self.transform = transform
  }

  /// Returns the image in `bytes` as 8-bit samples; of 16-bit samples the high byte is kept.
  ///
  /// - Throws: `ImageError`.
  public func decode8(_ bytes: RawSpan) throws(ImageError) -> Raster<UInt8> {
    switch try ImageFormat.detect(bytes) {
    case .jpeg:
      try unsafe bytes.withUnsafeBytes { (source) throws(ImageError) in try unsafe decodeJPEG(source) }
    case .png:
      try unsafe bytes.withUnsafeBytes { (source) throws(ImageError) in
        try unsafe decodePNG(source, bits: 8, zero: UInt8(0))
      }
    }
  }

  /// Returns the image in `bytes` as 16-bit samples in host order; 8-bit samples are multiplied by 257
  /// in PNG and by 256 in JPEG, as TensorFlow does.
  ///
  /// - Throws: `ImageError`.
  public func decode16(_ bytes: RawSpan) throws(ImageError) -> Raster<UInt16> {
    switch try ImageFormat.detect(bytes) {
    case .jpeg:
      let narrow = try decode8(bytes)
      return Raster(unchecked: narrow.shape, samples: narrow.samples.map { UInt16($0) << 8 })
    case .png:
      return try unsafe bytes.withUnsafeBytes { (source) throws(ImageError) in
        try unsafe decodePNG(source, bits: 16, zero: UInt16(0))
      }
    }
  }

  private func decodeJPEG(_ source: UnsafeRawBufferPointer) throws(ImageError) -> Raster<UInt8> {
    var info = armature_image_info()
    let start = unsafe source.assumingMemoryBound(to: UInt8.self).baseAddress
    let accurate: Int32 = transform == .accurate ? 1 : 0
    let opened = unsafe armature_jpeg_open(start, source.count, Int32(channels.rawValue), accurate, &info)
    guard let reader = unsafe opened else { throw info.error(.jpeg) }
    defer { unsafe armature_jpeg_close(reader) }
    let shape = try admitted(info)
    let samples = unsafe [UInt8](unsafeUninitializedCapacity: shape.samples) { buffer, count in
      unsafe armature_jpeg_read(reader, buffer.baseAddress, &info)
      count = info.status == ARMATURE_IMAGE_OK ? shape.samples : 0
    }
    try check(info, .jpeg)
    return Raster(unchecked: shape.shape, samples: samples)
  }

  private func decodePNG<Sample: BitwiseCopyable & Sendable>(
    _ source: UnsafeRawBufferPointer, bits: Int32, zero: Sample
  ) throws(ImageError) -> Raster<Sample> {
    var info = armature_image_info()
    let start = unsafe source.assumingMemoryBound(to: UInt8.self).baseAddress
    let opened = unsafe armature_png_open(start, source.count, Int32(channels.rawValue), bits, &info)
    guard let reader = unsafe opened else { throw info.error(.png) }
    defer { unsafe armature_png_close(reader) }
    let shape = try admitted(info)
    let samples = unsafe [Sample](unsafeUninitializedCapacity: shape.samples) { buffer, count in
      unsafe armature_png_read(reader, buffer.baseAddress, &info)
      count = info.status == ARMATURE_IMAGE_OK ? shape.samples : 0
    }
    try check(info, .png)
    return Raster(unchecked: shape.shape, samples: samples)
  }

  /// Returns the shape that the header announces, and its number of samples, when both are within bounds.
  private func admitted(_ info: armature_image_info) throws(ImageError) -> (shape: ImageShape, samples: Int) {
    let shape = ImageShape(
      height: Int(info.height), width: Int(info.width), channels: Int(info.channels))
    // Each dimension is below 2^32, so that the product of two fits in a UInt64.
    guard UInt64(info.width) * UInt64(info.height) <= UInt64(max(0, pixelLimit)),
      let samples = shape.sampleCount
    else {
      throw ImageError(.tooManyPixels(width: shape.width, height: shape.height, limit: pixelLimit))
    }
    guard expected.admits(shape) else { throw ImageError(.shapeDiffers(expected: expected, found: shape)) }
    return (shape, samples)
  }

  private func check(_ info: armature_image_info, _ format: ImageFormat) throws(ImageError) {
    guard info.status == ARMATURE_IMAGE_OK else { throw info.error(format) }
    if info.warnings > 0, damage == .refuse {
      throw ImageError(.corrupt(format, detail: info.text))
    }
  }
}

extension armature_image_info {
  /// The library's own words.
  var text: String {
    unsafe withUnsafeBytes(of: message) { unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }

  /// The error that this status means for an image of `format`.
  func error(_ format: ImageFormat) -> ImageError {
    switch status {
    case ARMATURE_IMAGE_ENDS_EARLY: ImageError(.endsEarly(format))
    case ARMATURE_IMAGE_NO_MEMORY: ImageError(.outOfMemory)
    case ARMATURE_IMAGE_UNSUPPORTED: ImageError(.unsupported(format, detail: text))
    default: ImageError(.corrupt(format, detail: text))
    }
  }
}
