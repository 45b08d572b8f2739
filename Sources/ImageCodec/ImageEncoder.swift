internal import CImage

/// Encodes images as JPEG and PNG, the same bytes for the same samples.
///
/// The bytes depend on nothing but the samples, the settings and the versions of libjpeg-turbo, libpng and
/// zlib.
public enum ImageEncoder {
  /// The zlib level of PNG files.
  public static let compressionLevel = 6

  /// Returns `image`, gray or RGB, as a JPEG file with chroma at half size and the accurate integer
  /// transform.
  ///
  /// Defaults are those of `tf.io.encode_jpeg`.
  ///
  /// - Throws: `ImageError` when the channels are not 1 or 3, the quality is not in 1…100, or a side is over
  ///   65,500.
  public static func jpeg(_ image: Raster<UInt8>, quality: Int = 95) throws(ImageError) -> [UInt8] {
    guard image.channels == 1 || image.channels == 3 else {
      throw ImageError(.unsupported(.jpeg, detail: "\(image.channels) channels; 1 and 3 can be written"))
    }
    guard (1...100).contains(quality) else {
      throw ImageError(.unsupported(.jpeg, detail: "quality \(quality); 1…100 can be written"))
    }
    let (width, height) = try sides(of: image.shape, .jpeg)
    return try unsafe image.samples.withUnsafeBufferPointer { (samples) throws(ImageError) in
      var info = armature_image_info()
      var count = 0
      let bytes = unsafe armature_jpeg_write(
        samples.baseAddress, width, height, Int32(image.channels), Int32(quality), &count, &info)
      return try unsafe collect(bytes, count, info, .jpeg)
    }
  }

  /// Returns `image` of 1…4 channels as a PNG file with 8 bits per sample, deflated at zlib's `level`, 1…9.
  ///
  /// - Throws: `ImageError` when there are more than 4 channels or a side is over 1,000,000.
  public static func png(_ image: Raster<UInt8>, level: Int = compressionLevel) throws(ImageError) -> [UInt8] {
    try png(image, bits: 8, level: level)
  }

  /// Returns `image` of 1…4 channels as a PNG file with 16 bits per sample.
  ///
  /// - Throws: `ImageError` when there are more than 4 channels or a side is over 1,000,000.
  public static func png(_ image: Raster<UInt16>) throws(ImageError) -> [UInt8] {
    try png(image, bits: 16, level: compressionLevel)
  }

  private static func png<Sample>(
    _ image: Raster<Sample>, bits: Int32, level: Int
  ) throws(ImageError) -> [UInt8] {
    guard (1...4).contains(image.channels) else {
      throw ImageError(.unsupported(.png, detail: "\(image.channels) channels; 1…4 can be written"))
    }
    let (width, height) = try sides(of: image.shape, .png)
    return try unsafe image.samples.withUnsafeBufferPointer { (samples) throws(ImageError) in
      var info = armature_image_info()
      var count = 0
      let bytes = unsafe armature_png_write(
        samples.baseAddress, width, height, Int32(image.channels), bits, Int32(min(max(level, 1), 9)), &count,
        &info)
      return try unsafe collect(bytes, count, info, .png)
    }
  }

  private static func sides(of shape: ImageShape, _ format: ImageFormat) throws(ImageError) -> (
    UInt32, UInt32
  ) {
    guard let width = UInt32(exactly: shape.width), let height = UInt32(exactly: shape.height) else {
      throw ImageError(.unsupported(format, detail: "size \(shape)"))
    }
    return (width, height)
  }

  private static func collect(
    _ bytes: UnsafeMutablePointer<UInt8>?, _ count: Int, _ info: armature_image_info, _ format: ImageFormat
  ) throws(ImageError) -> [UInt8] {
    guard let bytes = unsafe bytes else { throw info.error(format) }
    defer { unsafe armature_image_free(bytes) }
    return unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
  }
}
