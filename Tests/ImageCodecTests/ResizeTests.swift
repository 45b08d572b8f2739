import TestSupport
import Testing

@testable import ImageCodec

@Test(arguments: Expectation.all("resize"))
func `a resized camera frame is that of TensorFlow`(_ expected: Expectation) throws {
  let image = try decoded(expected.file)
  let plan = try ResizePlan(
    .lanczos3, from: ImageSize(height: image.height, width: image.width), to: try #require(expected.size))
  let resized = try plan.resize(image)
  #expect(resized.shape == expected.shape)
  #expect(checksum(resized.samples) == expected.checksum)
}

@Test(arguments: Expectation.all("resizeUnitFloat"))
func `a resized depth image is that of TensorFlow`(_ expected: Expectation) throws {
  let image = try ImageDecoder().decodeUnitFloat(try expected.bytes)
  let plan = try ResizePlan(
    .bilinear, from: ImageSize(height: image.height, width: image.width), to: try #require(expected.size))
  let resized = try plan.resize(image)
  #expect(resized.shape == expected.shape)
  #expect(checksum(resized.samples) == expected.checksum)
}

@Test func `weights of 256 to 224 are those that TensorFlow computes`() {
  let axis = ResizeAxis(.lanczos3, input: 256, output: 224)
  let rows: [(x: Int, start: Int32, weights: [Float])] = [
    (0, 0, [0.8878951, 0.1719907, -0.0778431, 0.0179572]),
    (1, 0, [-0.0410170, 0.8158813, 0.3069512, -0.1060860, 0.0242705]),
    (112, 125, [0.0098927, -0.0428121, 0.0493345, 0.8733113, 0.1691784, -0.0765678, 0.0176631]),
  ]
  for row in rows {
    #expect(axis.starts[row.x] == row.start)
    #expect(Int(axis.counts[row.x]) == row.weights.count)
    for (k, weight) in row.weights.enumerated() {
      #expect(abs(axis.weights[row.x * axis.span + k] - weight) < 1e-7)
    }
  }
}

@Test func `half the width by triangles is worked out by hand`() throws {
  // Two samples become one step of 2: the kernel is 4 wide. Output 0 lies at 1.0 between samples 0 and 1,
  // each at distance 0.5 ÷ 2 = 0.25 (weight 0.75); sample 2 is at 1.5 ÷ 2 = 0.75 (weight 0.25). Sum 1.75.
  // (0.75 · 10 + 0.75 · 20 + 0.25 · 30) ÷ 1.75 = 30 ÷ 1.75 = 17.142857; mirrored, 40 · 1.75 in all: (0.25 ·
  // 20 + 0.75 · 30 + 0.75 · 40) ÷ 1.75 = 57.5 ÷ 1.75 = 32.857143.
  let plan = try ResizePlan(
    .bilinear, from: ImageSize(height: 1, width: 4), to: ImageSize(height: 1, width: 2))
  let shape = ImageShape(height: 1, width: 4, channels: 1)
  let floats = try plan.resize(Raster<Float>(shape: shape, samples: [10, 20, 30, 40])).samples
  #expect(abs(floats[0] - 17.142857) < 1e-5 && abs(floats[1] - 32.857143) < 1e-5)
  #expect(try plan.resize(Raster<UInt8>(shape: shape, samples: [10, 20, 30, 40])).samples == [17, 33])
  #expect(try plan.resize(Raster<UInt16>(shape: shape, samples: [10, 20, 30, 40])).samples == [17, 33])
}

@Test func `halves are rounded to even and what overshoots is clipped`() throws {
  // From 1 × 2 to 1 × 4 by triangles the outputs lie at 0.25, 0.75, 1.25 and 1.75, so that the inner two are
  // 0.75 · a + 0.25 · b and 0.25 · a + 0.75 · b: for 1 and 7, 2.5 and 5.5; for 1 and 3, 1.5 and 2.5.
  let plan = try ResizePlan(
    .bilinear, from: ImageSize(height: 1, width: 2), to: ImageSize(height: 1, width: 4))
  let shape = ImageShape(height: 1, width: 2, channels: 1)
  #expect(try plan.resize(Raster<UInt8>(shape: shape, samples: [1, 7])).samples == [1, 2, 6, 7])
  #expect(try plan.resize(Raster<UInt16>(shape: shape, samples: [1, 3])).samples == [1, 2, 2, 3])
  // A hard edge through Lanczos goes below 0 and above the top on its two sides.
  let edge = try ResizePlan(
    .lanczos3, from: ImageSize(height: 1, width: 8), to: ImageSize(height: 1, width: 19))
  let wide = ImageShape(height: 1, width: 8, channels: 1)
  let samples: [Float] = [0, 0, 0, 0, 255, 255, 255, 255]
  let floats = try edge.resize(Raster<Float>(shape: wide, samples: samples)).samples
  #expect((floats.min() ?? 0) < -1 && (floats.max() ?? 0) > 256)
  let bytes = try edge.resize(Raster<UInt8>(shape: wide, samples: samples.map { UInt8($0) })).samples
  #expect(bytes == floats.map { UInt8(min(max($0.rounded(.toNearestOrEven), 0), 255)) })
  let words = try edge.resize(Raster<UInt16>(shape: wide, samples: samples.map { UInt16($0) * 257 })).samples
  #expect(words.min() == 0 && words.max() == 65535)
}

@Test(arguments: 1...6) func `channels do not mix, however many there are`(_ channels: Int) throws {
  let (height, width) = (9, 13)
  let plan = try ResizePlan(
    .lanczos3, from: ImageSize(height: height, width: width), to: ImageSize(height: 7, width: 22))
  let planes = (0..<channels).map { c in (0..<height * width).map { UInt8(truncatingIfNeeded: $0 * (31 + c)) }
  }
  let mixed = (0..<height * width).flatMap { i in planes.map { $0[i] } }
  let all = try plan.resize(
    Raster(shape: ImageShape(height: height, width: width, channels: channels), samples: mixed))
  for (c, plane) in planes.enumerated() {
    let alone = try plan.resize(
      Raster(shape: ImageShape(height: height, width: width, channels: 1), samples: plane))
    #expect(stride(from: c, to: all.samples.count, by: channels).map { all.samples[$0] } == alone.samples)
  }
}

@Test func `an image that has the size already stays as it is`() throws {
  let image = try decoded("reach_push_3_wrist_image_5.png")
  let size = ImageSize(height: 48, width: 48)
  #expect(try ResizePlan(.lanczos3, from: size, to: size).resize(image) == image)
}

@Test func `an infinite depth spoils only the samples that it counts in`() throws {
  let plan = try ResizePlan(
    .bilinear, from: ImageSize(height: 1, width: 8), to: ImageSize(height: 1, width: 4))
  let shape = ImageShape(height: 1, width: 8, channels: 1)
  let samples = try plan.resize(Raster<Float>(shape: shape, samples: [1, 1, 1, 1, 1, 1, 1, .infinity]))
    .samples
  #expect(abs(samples[0] - 1) < 1e-6 && abs(samples[1] - 1) < 1e-6 && samples[3] == .infinity)
}

@Test func `sizes that cannot be are refused`() throws {
  let one = ImageSize(height: 1, width: 1)
  for bad in [
    ImageSize(height: 0, width: 1), ImageSize(height: 1, width: 65_536), ImageSize(height: -1, width: 1),
  ] {
    #expect(throws: ImageError.self) { try ResizePlan(.lanczos3, from: one, to: bad) }
    #expect(throws: ImageError.self) { try ResizePlan(.lanczos3, from: bad, to: one) }
  }
  #expect(throws: ImageError.self) {
    try ResizePlan(.lanczos3, from: one, to: ImageSize(height: 65_535, width: 65_535))
  }
  let plan = try ResizePlan(.lanczos3, from: one, to: ImageSize(height: 2, width: 2))
  #expect(throws: ImageError.self) {
    try plan.resize(Raster<UInt8>(shape: ImageShape(height: 1, width: 2, channels: 1), samples: [0, 0]))
  }
}

@Test func `the sine is that of the standard library`() {
  #expect(ResizeFilter.sine(0) == 0)
  // sin(1) = 0.8414709848…, sin(4) = −0.7568024953…, sin(7) = 0.6569865987…, sin(9.5) = −0.0751511204…
  for (x, y) in [(1, 0.8414709848), (4, -0.7568024953), (7, 0.6569865987), (9.5, -0.0751511204)]
    as [(Float, Float)]
  {
    #expect(ResizeFilter.sine(x) == y)
  }
}
