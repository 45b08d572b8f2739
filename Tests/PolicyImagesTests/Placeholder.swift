import ImageCodec
import PolicyImages
import Testing

@Test func `half a turn comes before anything else`() throws {
  // Two halves, one black and one white, each a block of the JPEG: turned, they change places.
  let samples = [UInt8](repeating: 0, count: 16 * 16 * 3) + [UInt8](repeating: 255, count: 16 * 16 * 3)
  let image = try Raster(shape: ImageShape(height: 32, width: 16, channels: 3), samples: samples)
  let size = ImageSize(height: 32, width: 16)
  let turned = try EvaluationImage(rotation: .halfTurn).apply(to: image, size: size)
  #expect(turned.samples == samples.reversed())
}
