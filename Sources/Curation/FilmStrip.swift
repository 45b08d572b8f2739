internal import ByteIO
internal import EpisodeStore
internal import FoundationEssentials
internal import ImageCodec
internal import TensorFiles

/// A few small frames of an episode, around the steps that a finding names.
struct FilmStrip {
  /// One frame.
  struct Frame {
    let step: Int
    /// Whether the finding names the step.
    let isFlagged: Bool
    /// A small picture as a data URL; nil where the frame is missing or cannot be decoded.
    let source: String?
  }

  let view: String
  let frames: [Frame]

  /// The frames of a strip, and the longer side of each in pixels.
  private static let count = 8
  private static let side = 128

  /// The frames of the episode at `place` around `steps`, or over all of it where nil; nil where the store has no frames.
  init?(_ store: StoreContents, _ place: StoreContents.Place, steps: ClosedRange<Int>?, view: String?) throws {
    let file = store.shards[place.shard].file
    let names = store.index.views.map(\.name)
    guard let view = view ?? names.first(where: { $0 == "primary" }) ?? names.first else { return nil }
    let last = place.steps.count - 1
    guard last >= 0 else { return nil }
    let (low, high) = steps.map { (max(0, $0.lowerBound - 3), min(last, $0.upperBound + 3)) } ?? (0, last)
    let count = min(Self.count, high - low + 1)
    var frames: [Frame] = []
    for number in 0..<count {
      let step = low + (count > 1 ? number * (high - low) / (count - 1) : 0)
      guard let image = try Self.image(file, "image.\(view)", place.steps.lowerBound + step) else { return nil }
      frames.append(
        Frame(step: step, isFlagged: steps?.contains(step) ?? false, source: image.flatMap { try? Self.small($0) }))
    }
    self.view = view
    self.frames = frames
  }

  /// The frame of row `row`: outer nil where the store has no such view, inner nil where it cannot be decoded.
  private static func image(_ file: SafetensorsFile, _ name: String, _ row: Int) throws -> Raster<UInt8>?? {
    if let pixels = file.declaration(name), pixels.dtype == .uint8, pixels.shape.count == 4 {
      let size = pixels.shape[1...].reduce(1, *)
      let shape = ImageShape(height: pixels.shape[1], width: pixels.shape[2], channels: pixels.shape[3])
      let bytes = try file.bytes(name)[row * size..<(row + 1) * size]
      return .some(try? Raster(shape: shape, samples: bytes.array))
    }
    guard file.declaration(name + ".bytes") != nil else { return nil }
    let offsets = try file.bytes(name + ".offsets")
    let (start, end) = (
      Int(offsets.integer(at: 8 * row, as: UInt64.self)), Int(offsets.integer(at: 8 * (row + 1), as: UInt64.self))
    )
    let bytes = try file.bytes(name + ".bytes")[start..<end]
    return .some(try? bytes.withSpan { span throws(ImageError) in try ImageDecoder(channels: .rgb).decode8(span) })
  }

  private static func small(_ image: Raster<UInt8>) throws -> String {
    let longest = max(image.height, image.width)
    var image = image
    if longest > side {
      let size = ImageSize(height: max(1, image.height * side / longest), width: max(1, image.width * side / longest))
      image = try ResizePlan(.lanczos3, from: ImageSize(height: image.height, width: image.width), to: size)
        .resize(image)
    }
    return "data:image/jpeg;base64," + Data(try ImageEncoder.jpeg(image, quality: 80)).base64EncodedString()
  }

  var html: String {
    var text = "<div class=strip>"
    for frame in frames {
      let picture =
        frame.source.map { "<img alt=\"step \(frame.step)\" src=\"\($0)\">" }
        ?? "<div class=gone>no picture</div>"
      text +=
        "<figure\(frame.isFlagged ? " class=flagged" : "")>\(picture)<figcaption>\(frame.step)</figcaption></figure>"
    }
    return text + "</div>"
  }
}
