/// An image file format that is read and written.
public enum ImageFormat: String, Sendable, CustomStringConvertible {
  case jpeg
  case png

  public var description: String {
    switch self {
    case .jpeg: "JPEG"
    case .png: "PNG"
    }
  }

  /// Returns the format that `bytes` begin like.
  ///
  /// - Throws: `ImageError` when there are no bytes, or when they begin like GIF, BMP, WebP or TIFF, which
  ///   are named, or like nothing known.
  public static func detect(_ bytes: RawSpan) throws(ImageError) -> ImageFormat {
    guard !bytes.isEmpty else { throw ImageError(.empty) }
    if bytes.begins(with: [0xFF, 0xD8, 0xFF]) { return .jpeg }
    if bytes.begins(with: pngSignature) { return .png }
    if bytes.begins(with: Array("GIF8".utf8)) { throw ImageError(.unsupportedFormat(name: "GIF")) }
    if bytes.begins(with: Array("BM".utf8)) { throw ImageError(.unsupportedFormat(name: "BMP")) }
    if bytes.begins(with: Array("RIFF".utf8)), bytes.contains(Array("WEBP".utf8), at: 8) {
      throw ImageError(.unsupportedFormat(name: "WebP"))
    }
    if bytes.begins(with: [0x49, 0x49, 0x2A, 0]) || bytes.begins(with: [0x4D, 0x4D, 0, 0x2A]) {
      throw ImageError(.unsupportedFormat(name: "TIFF"))
    }
    if bytes.isPrefix(of: [0xFF, 0xD8, 0xFF]) { throw ImageError(.endsEarly(.jpeg)) }
    if bytes.isPrefix(of: pngSignature) { throw ImageError(.endsEarly(.png)) }
    throw ImageError(.unknownFormat(start: (0..<min(4, bytes.byteCount)).compactMap { bytes.byte(at: $0) }))
  }

  /// The eight bytes that every PNG file begins with.
  static let pngSignature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
}
