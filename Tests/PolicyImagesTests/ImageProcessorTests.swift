import ByteIO
import ImageCodec
import PolicyImages
import TestSupport
import Testing

private let directory = "PolicyImages/"

private func config() throws -> ImageProcessorConfig {
  try ImageProcessorConfig(file: Repository.fixture(directory + "preprocessor_config.json"))
}

private func image(_ height: Int, _ width: Int, _ samples: [UInt8]) throws -> Raster<UInt8> {
  try Raster(shape: ImageShape(height: height, width: width, channels: 3), samples: samples)
}

/// A processor of one backbone.
private func oneBackbone(
  _ strategy: ResizeStrategy, side: Int, mean: [Double] = [0, 0, 0], std: [Double] = [1, 1, 1]
) throws -> ImageProcessor {
  ImageProcessor(
    try ImageProcessorConfig(
      backbones: [.init(size: ImageSize(height: side, width: side), mean: mean, std: std)], strategy: strategy))
}

@Test func `pixel values are those of OpenVLA's own processor`() throws {
  let oracle = try SafetensorsFixture(path: Repository.fixture(directory + "processor.safetensors"))
  let processor = ImageProcessor(try config())
  #expect(processor.shape == [6, 56, 56])
  #expect(try oracle.shape("pixel_values") == [3, 6, 56, 56])
  let expected = try oracle.floats("pixel_values")
  let count = 6 * 56 * 56
  for n in 0..<3 {
    let shape = try oracle.shape("image_uint8.\(n)")
    let values = try processor.pixelValues(of: image(shape[0], shape[1], oracle.bytes("image_uint8.\(n)")))
    #expect(values == Array(expected[n * count..<(n + 1) * count]))
  }
}

@Test func `all strategies give the pixel values of Pillow and torchvision`() throws {
  let lines = try tableLines(directory + "processor.tsv")
  #expect(lines.count == 90)
  #expect(Set(lines.map { $0[0] }) == Set(ResizeStrategy.allCases.map(\.rawValue)))
  for line in lines {
    let strategy = try #require(ResizeStrategy(rawValue: line[0]))
    let interpolation = try #require(Interpolation(name: line[1]))
    let n = line[3...6].compactMap { Int($0) }
    let size = ImageSize(height: n[3], width: n[3])
    let processor = ImageProcessor(
      try ImageProcessorConfig(
        backbones: [
          .init(
            size: size, interpolation: interpolation, mean: [0.484375, 0.455078125, 0.40625],
            std: [0.228515625, 0.2236328125, 0.224609375]),
          .init(size: size, interpolation: interpolation, mean: [0.5, 0.25, 0.75], std: [0.5, 0.3, 0.7]),
        ], strategy: strategy))
    let samples = SyntheticPicture.noise.samples(seed: n[0], height: n[1], width: n[2])
    let values = try processor.pixelValues(of: image(n[1], n[2], samples))
    #expect(SHA256Digest.hexadecimal(of: Bytes(values: values)) == line[7], "\(line)")
  }
}

@Test func `levels are divided, shifted and scaled in float32`() throws {
  // 51 ÷ 255 = 0.2, (0.2 − 0.5) ÷ 0.5 = −0.6; 0 → −1, 255 → 1; with mean 0.2 and deviation 0.1: 0, −2, 8.
  // The planes follow each other: all reds, then all greens, then all blues.
  let processor = try oneBackbone(.naive, side: 2, mean: [0.5, 0.5, 0.2], std: [0.5, 0.5, 0.1])
  let values = try processor.pixelValues(of: image(2, 2, [0, 51, 51, 255, 0, 0, 51, 255, 255, 0, 0, 0]))
  let expected: [Float] = [-1, 1, -0.6, -1, -0.6, -1, 1, -1, 0, -2, 8, -2]
  #expect(zip(values, expected).allSatisfy { abs($0 - $1) < 1e-6 } && values.count == expected.count)
}

@Test func `the middle begins at the nearest even number`() throws {
  // 2 high and 5 wide to 2: nothing is resized, and (5 − 2) ÷ 2 = 1.5 is rounded to 2. 2 high and 3 wide:
  // (3 − 2) ÷ 2 = 0.5 is rounded to 0.
  let processor = try oneBackbone(.crop, side: 2)
  let five = (0..<10).flatMap { [UInt8]([UInt8($0), 0, 0]) }
  #expect(try processor.squares(of: image(2, 5, five))[0].samples.filter { $0 != 0 } == [2, 3, 7, 8])
  let three = (1..<7).flatMap { [UInt8]([UInt8($0), 0, 0]) }
  #expect(try processor.squares(of: image(2, 3, three))[0].samples.filter { $0 != 0 } == [1, 2, 4, 5])
}

@Test func `letterboxes are filled with the whole part of the mean`() throws {
  // 4 high and 2 wide: one column on each side, of 0.5 · 255 = 127.5 → 127, 0.25 · 255 = 63.75 → 63 and 255.
  let fill: [UInt8] = [127, 63, 255]
  let processor = try oneBackbone(.letterbox, side: 4, mean: [0.5, 0.25, 1])
  #expect(processor.config.letterboxFill == fill)
  let square = try processor.squares(of: image(4, 2, [UInt8](repeating: 9, count: 24)))[0]
  let row = fill + [9, 9, 9, 9, 9, 9] + fill
  #expect(square.samples == row + row + row + row)
}

@Test func `images that cannot be processed are refused`() throws {
  let processor = try oneBackbone(.crop, side: 8)
  #expect(throws: ImageError.self) { try image(0, 4, []) }
  #expect(
    throws: ImageError(
      .shapeDiffers(
        expected: ExpectedShape(channels: 3), found: ImageShape(height: 1, width: 2, channels: 1)))
  ) {
    try processor.pixelValues(
      of: Raster(shape: ImageShape(height: 1, width: 2, channels: 1), samples: [1, 2]))
  }
  // Shorter side 1 to 8: the longer one would have 8 · 9000 = 72000.
  let thin = try image(1, 9000, [UInt8](repeating: 0, count: 27_000))
  #expect(throws: ImageError(.badSize(detail: "sides of 1…65535 expected, 8×72000 found"))) {
    try processor.pixelValues(of: thin)
  }
  // A letterbox of 70,000² pixels.
  let thinner = try image(1, 70_000, [UInt8](repeating: 0, count: 210_000))
  let letterbox = try oneBackbone(.letterbox, side: 8)
  #expect(throws: ImageError(.tooManyPixels(width: 70_000, height: 69_999, limit: 64 << 20))) {
    try letterbox.pixelValues(of: thinner)
  }
}
