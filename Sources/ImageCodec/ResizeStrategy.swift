/// How an image of any shape becomes a square.
///
/// Source: Prismatic VLMs, `image_resize_strategy`.
public enum ResizeStrategy: String, Sendable, Hashable, CaseIterable {
  /// Both sides are resized to the square's, whatever the image's shape.
  case naive = "resize-naive"
  /// The shorter side is resized to the square's, and the middle of the longer one is cut out.
  case crop = "resize-crop"
  /// The shorter side is padded with the mean colour to the longer one, then as `crop`.
  case letterbox
}
