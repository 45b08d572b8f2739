internal import ByteIO
internal import EpisodeStore
internal import ImageCodec
internal import RLDS
internal import TensorFiles

/// Brings the frames of one view into the form that the store keeps.
///
/// Colour is resized by Lanczos3, depth bilinearly, both with antialiasing as TensorFlow does. Depth is kept as PNG where
/// JPEG is asked for; float32 images stay as they are. One converter serves one task: it holds resize plans.
final class FrameConverter {
  /// What a view shows.
  enum Content { case colour, depth }

  private let form: ImageForm
  private let content: Content
  private let leaf: FeatureLeaf
  private let check: IngestOptions.ImageCheck
  private var plan: ResizePlan?

  init(_ form: ImageForm, _ content: Content, _ leaf: FeatureLeaf, check: IngestOptions.ImageCheck) {
    self.form = form
    self.content = content
    self.leaf = leaf
    self.check = check
  }

  /// How the store keeps the frames of a feature.
  ///
  /// - Throws: `IngestError` for features that cannot be a view.
  static func storedForm(
    _ form: ImageForm, _ content: Content, _ feature: DeclaredFeature
  ) throws(IngestError) -> StoreLayout.Form {
    guard feature.isPerStep, feature.levels.count == 1 else {
      throw IngestError(.badData, "feature `\(feature.path)` has no single image for each step, so it cannot be a view")
    }
    let leaf = feature.leaf
    if leaf.isImage {
      guard case .raw(let size) = form, case .number(let dtype) = leaf.type, dtype != .float32 else { return .encoded }
      let channels = leaf.shape.last.flatMap(\.self) ?? (content == .depth ? 1 : 3)
      return .pixels(dtype, shape: [size, size, channels])
    }
    guard case .number(let dtype) = leaf.type, let shape = leaf.fixedShape, shape.count == 2 || shape.count == 3 else {
      throw IngestError(.badData, "feature `\(feature.path)` is neither an image nor pixels of a fixed size")
    }
    return .pixels(dtype, shape: shape)  // Pixels that the source has as numbers stay as they are.
  }

  /// Returns the frame for the store: encoded, or its pixels when the form is raw.
  ///
  /// An empty file stands for a missing picture: it stays empty, and its pixels are zeros.
  ///
  /// - Throws: `ImageError`.
  func convert(_ file: Bytes, pixels shape: [Int]?) throws(ImageError) -> [UInt8] {
    if file.count == 0 {
      let size = shape?.reduce(leaf.type == .number(.uint16) ? 2 : 1, *) ?? 0
      return [UInt8](repeating: 0, count: size)
    }
    if leaf.type == .number(.uint16) {
      let image = try resized16(file)
      return shape == nil ? try ImageEncoder.png(image) : Bytes(values: image.samples).array
    }
    let image = try resized8(file)
    if shape != nil { return image.samples }
    if case .jpeg(let quality, _) = form, content == .colour { return try ImageEncoder.jpeg(image, quality: quality) }
    return try ImageEncoder.png(image)
  }

  /// Whether frames are to be converted at all.
  var convertsFrames: Bool { form != .keep && leaf.type != .number(.float32) }

  /// Checks a frame that is kept as it is.
  ///
  /// - Throws: `ImageError`.
  func checkFrame(_ file: Bytes) throws(ImageError) {
    guard file.count > 0 else { return }
    switch check {
    case .structure: try leaf.checkImage(file)
    case .decode: _ = try leaf.decodedImage(file)
    }
  }

  private var decoder: ImageDecoder {
    let channels = leaf.shape.last.flatMap(\.self) ?? (content == .depth ? 1 : 3)
    return ImageDecoder(
      channels: ChannelRequest(rawValue: channels) ?? .asStored,
      expected: ExpectedShape(
        height: leaf.shape.first.flatMap(\.self), width: leaf.shape.dropFirst().first.flatMap(\.self)))
  }

  private func resized8(_ file: Bytes) throws(ImageError) -> Raster<UInt8> {
    let decoder = decoder
    let image = try file.withSpan { bytes throws(ImageError) in try decoder.decode8(bytes)
    }
    return try plan(for: image.shape).resize(image)
  }

  private func resized16(_ file: Bytes) throws(ImageError) -> Raster<UInt16> {
    let decoder = decoder
    let image = try file.withSpan { bytes throws(ImageError) in try decoder.decode16(bytes)
    }
    return try plan(for: image.shape).resize(image)
  }

  private func plan(for shape: ImageShape) throws(ImageError) -> ResizePlan {
    let input = ImageSize(height: shape.height, width: shape.width)
    if let plan, plan.input == input { return plan }
    let side = form.size ?? shape.height
    let made = try ResizePlan(
      content == .colour ? .lanczos3 : .bilinear, from: input, to: ImageSize(height: side, width: side))
    plan = made
    return made
  }
}
