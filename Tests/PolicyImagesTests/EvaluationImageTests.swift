import ByteIO
import ImageCodec
import PolicyImages
import TestSupport
import Testing

private let paths: [String: ImagePath] = [
  "plain": .evaluation(EvaluationImage()), "turned": .evaluation(EvaluationImage(rotation: .halfTurn)),
  "plain-middle": .evaluation(EvaluationImage(crop: .middle)),
  "turned-middle": .evaluation(EvaluationImage(rotation: .halfTurn, crop: .middle)), "training": .training,
]

private func picture(_ line: [String]) throws -> Raster<UInt8> {
  let n = line[1...3].compactMap { Int($0) }
  guard let picture = SyntheticPicture(rawValue: line[0]) else {
    let bytes = Bytes(try readBytes(Repository.fixture("Images/" + line[0])))
    return try bytes.withSpan { span throws(ImageError) in try ImageDecoder(channels: .rgb).decode8(span) }
  }
  return try Raster(
    shape: ImageShape(height: n[1], width: n[2], channels: 3),
    samples: picture.samples(seed: n[0], height: n[1], width: n[2]))
}

@Test func `frames for evaluation are those of TensorFlow`() throws {
  let lines = try tableLines("PolicyImages/evaluation.tsv")
  #expect(lines.count == 255)
  #expect(Set(lines.map { $0[4] }) == Set(paths.keys))
  for line in lines {
    let path = try #require(paths[line[4]])
    let side = try #require(Int(line[5]))
    let frame = try path.prepared(picture(line), size: ImageSize(height: side, width: side))
    #expect(frame.shape == ImageShape(height: side, width: side, channels: 3))
    #expect(SHA256Digest.hexadecimal(of: frame.samples) == line[6], "\(line)")
  }
}

@Test func `half a turn comes before anything else`() throws {
  // Two halves, one black and one white, each of whole JPEG blocks: turned, they change places.
  let samples = [UInt8](repeating: 0, count: 16 * 16 * 3) + [UInt8](repeating: 255, count: 16 * 16 * 3)
  let image = try Raster(shape: ImageShape(height: 32, width: 16, channels: 3), samples: samples)
  let size = ImageSize(height: 32, width: 16)
  let turned = try EvaluationImage(rotation: .halfTurn).apply(to: image, size: size)
  #expect(turned.samples == samples.reversed())
}

@Test func `the server's path leaves the frame to the processor`() throws {
  let samples = SyntheticPicture.noise.samples(seed: 1, height: 20, width: 30)
  let image = try Raster(shape: ImageShape(height: 20, width: 30, channels: 3), samples: samples)
  let size = ImageSize(height: 8, width: 8)
  #expect(try ImagePath.processorOnly.prepared(image, size: size) == image)
  let processor = ImageProcessor(
    try ImageProcessorConfig(
      backbones: [.init(size: size, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5])], strategy: .naive))
  #expect(try processor.pixelValues(of: image, by: .processorOnly) == processor.pixelValues(of: image))
  let prepared = try ImagePath.training.prepared(image, size: size)
  #expect(try processor.pixelValues(of: image, by: .training) == processor.pixelValues(of: prepared))
}

@Test(arguments: paths.values.sorted { "\($0)" < "\($1)" })
func `gray frames and sizes that cannot be are refused`(_ path: ImagePath) throws {
  let gray = try Raster<UInt8>(shape: ImageShape(height: 1, width: 2, channels: 1), samples: [1, 2])
  let expected = ImageError(.shapeDiffers(expected: ExpectedShape(channels: 3), found: gray.shape))
  #expect(throws: expected) { try path.prepared(gray, size: ImageSize(height: 4, width: 4)) }
  let pixel = try Raster<UInt8>(shape: ImageShape(height: 1, width: 1, channels: 3), samples: [1, 2, 3])
  #expect(throws: ImageError.self) { try path.prepared(pixel, size: ImageSize(height: 0, width: 4)) }
}
