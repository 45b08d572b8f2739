internal import ByteIO
internal import ImageCodec
internal import SampleShards
internal import Sampling

/// Brings a store's frames into the form of a mixture's samples.
///
/// One value serves one task: it holds resize plans.
struct FrameForm {
  private let image: Sampling.ImageForm
  private let level: Int?
  private var plans: [ImageCodec.ImageSize: ResizePlan] = [:]

  init(_ form: SampleForm) {
    image = form.image
    level = form.compressionLevel
  }

  /// Whether frames stay as the store has them.
  var keeps: Bool { image == .keep }

  /// The frame in the mixture's form; empty, or black pixels, for a missing one.
  ///
  /// - Throws: `ImageError`, `ZstdError`.
  mutating func converted(_ bytes: [UInt8]?, _ stored: StoreInput.Frames?) throws -> [UInt8] {
    guard let bytes, !bytes.isEmpty, let stored else { return try missing() }
    let picture = try resized(decoded(bytes, stored))
    switch image {
    case .keep: return bytes
    case .jpeg(let quality, _): return try ImageEncoder.jpeg(picture, quality: quality)
    case .png: return try ImageEncoder.png(picture)
    case .raw: return try packed(picture.samples)
    }
  }

  private func missing() throws -> [UInt8] {
    guard case .raw(let size) = image else { return [] }
    return try packed([UInt8](repeating: 0, count: size.height * size.width * 3))
  }

  private func packed(_ pixels: [UInt8]) throws -> [UInt8] {
    guard let level else { return pixels }
    return try Zstd.pack(pixels, level: level)
  }

  private func decoded(_ bytes: [UInt8], _ stored: StoreInput.Frames) throws -> Raster<UInt8> {
    switch stored {
    case .encoded:
      return try Bytes(bytes).withSpan { span throws(ImageError) in try ImageDecoder(channels: .rgb).decode8(span) }
    case .pixels(let height, let width):
      return try Raster(shape: ImageShape(height: height, width: width, channels: 3), samples: bytes)
    }
  }

  private mutating func resized(_ picture: Raster<UInt8>) throws(ImageError) -> Raster<UInt8> {
    let wanted: Sampling.ImageSize?
    switch image {
    case .keep: wanted = nil
    case .jpeg(_, let size), .png(let size): wanted = size
    case .raw(let size): wanted = size
    }
    guard let wanted, (wanted.height, wanted.width) != (picture.height, picture.width) else { return picture }
    let source = ImageCodec.ImageSize(height: picture.height, width: picture.width)
    if let plan = plans[source] { return try plan.resize(picture) }
    let plan = try ResizePlan(
      .lanczos3, from: source, to: ImageCodec.ImageSize(height: wanted.height, width: wanted.width))
    plans[source] = plan
    return try plan.resize(picture)
  }
}
