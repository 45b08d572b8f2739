/// How a store keeps the frames of its views.
public enum ImageForm: Equatable, Sendable, CustomStringConvertible {
  /// Encoded as in the source.
  case keep
  /// Resized to `size` × `size` and encoded as JPEG or PNG.
  case jpeg(quality: Int, size: Int)
  case png(size: Int)
  /// Resized to `size` × `size` pixels.
  case raw(size: Int)

  /// Reads `keep`, `jpeg:QUALITY:SIZE`, `png:SIZE` or `raw:SIZE`; `nil` where it is none of them.
  public init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    let numbers = parts.dropFirst().compactMap { Int($0) }
    guard numbers.count == parts.count - 1 else { return nil }
    let sizes = 1...4096
    switch (parts.first, numbers.count) {
    case ("keep", 0): self = .keep
    case ("jpeg", 2) where (1...100).contains(numbers[0]) && sizes.contains(numbers[1]):
      self = .jpeg(quality: numbers[0], size: numbers[1])
    case ("png", 1) where sizes.contains(numbers[0]): self = .png(size: numbers[0])
    case ("raw", 1) where sizes.contains(numbers[0]): self = .raw(size: numbers[0])
    default: return nil
    }
  }

  public var description: String {
    switch self {
    case .keep: "keep"
    case .jpeg(let quality, let size): "jpeg:\(quality):\(size)"
    case .png(let size): "png:\(size)"
    case .raw(let size): "raw:\(size)"
    }
  }

  /// The side of the frames, where they are resized.
  var size: Int? {
    switch self {
    case .keep: nil
    case .jpeg(_, let size), .png(let size), .raw(let size): size
    }
  }
}
