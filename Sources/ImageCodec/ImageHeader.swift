/// What an image file says of itself, found without decoding it.
public struct ImageHeader: Sendable, Hashable {
  public let format: ImageFormat
  public let width: Int
  public let height: Int
  /// The channels that `ImageDecoder` gives for `ChannelRequest.asStored`.
  public let channels: Int
  /// Bits per sample in the file: 8 for JPEG; 1, 2, 4, 8 or 16 for PNG.
  public let bitDepth: Int

  /// Returns the header of the JPEG or PNG file in `bytes` after a check of its structure.
  ///
  /// JPEG: the marker segments are walked to the start of the first scan, and the end marker must be found
  /// in the last 64 KiB, after that start; what follows it is not looked at. Inside scan data an end marker
  /// cannot occur by chance, since there FF is always followed by 00 or a restart marker. PNG: all chunks
  /// are walked, with their lengths, order and CRC-32 checked, up to IEND.
  ///
  /// O(1) for JPEG whose end is at the end of the bytes, O(bytes) for PNG.
  ///
  /// - Throws: `ImageError` when the structure is cut or broken, or the file of a kind that is not read.
  public static func probe(_ bytes: RawSpan) throws(ImageError) -> ImageHeader {
    switch try ImageFormat.detect(bytes) {
    case .jpeg: try JPEGStructure.probe(bytes)
    case .png: try PNGStructure.probe(bytes)
    }
  }

  /// The shape [height, width, channels] of the decoded image.
  public var shape: ImageShape { ImageShape(height: height, width: width, channels: channels) }
}
