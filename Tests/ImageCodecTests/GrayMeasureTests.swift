import ImageCodec
import Testing

@Suite struct GrayMeasureTests {
  @Test func `a small image is measured as by hand`() throws {
    let gray: [UInt8] = [
      0, 250, 0, 0,
      0, 0, 250, 0,
      0, 0, 0, 0,
    ]
    let measure = GrayMeasure(gray, height: 3, width: 4)
    #expect(measure.mean == 500.0 / 12)
    #expect(abs(measure.deviation - (2 * 62_500.0 / 12 - (500.0 / 12) * (500.0 / 12)).squareRoot()) < 1e-9)
    #expect(measure.bright == 2.0 / 12)
    // (250 + 250) and (0 - 1,000): mean -250, variance 750².
    #expect(abs(measure.sharpness - 562_500) < 1e-6)
    #expect(!measure.isZero)
    #expect(GrayMeasure([0, 0], height: 1, width: 2).isZero)
    #expect(GrayMeasure([0, 0], height: 1, width: 2).sharpness == 0)
  }

  @Test(arguments: [(1, 1), (2, 3), (3, 3), (16, 16), (17, 31), (40, 2051), (2051, 40), (4200, 5), (128, 300)])
  func `images of any size are measured as by the plain definition`(_ height: Int, _ width: Int) {
    let gray = Self.noise(height * width, seed: UInt64(height * 7919 + width))
    let measure = GrayMeasure(gray, height: height, width: width)
    let samples = gray.map(Double.init)
    let mean = samples.reduce(0, +) / Double(samples.count)
    let squares = samples.reduce(0) { $0 + $1 * $1 } / Double(samples.count)
    #expect(abs(measure.mean - mean) < 1e-9)
    #expect(abs(measure.deviation - max(0, squares - mean * mean).squareRoot()) < 1e-6)
    #expect(measure.bright == Double(gray.count { $0 >= 250 }) / Double(gray.count))
    var slopes: [Double] = []
    for y in stride(from: 1, to: height - 1, by: 2) where width > 2 {
      for x in 1..<width - 1 {
        let at = y * width + x
        slopes.append(samples[at - 1] + samples[at + 1] + samples[at - width] + samples[at + width] - 4 * samples[at])
      }
    }
    let slope = slopes.reduce(0, +) / Double(max(slopes.count, 1))
    let variance = slopes.reduce(0) { $0 + $1 * $1 } / Double(max(slopes.count, 1)) - slope * slope
    #expect(abs(measure.sharpness - max(0, variance)) < 1e-4)
    var parts = [[Double]](repeating: [], count: 256)
    for y in 0..<height {
      for x in 0..<width { parts[y * 16 / height * 16 + x * 16 / width].append(samples[y * width + x]) }
    }
    for (part, value) in zip(parts, measure.thumbnail) {
      let expected = part.isEmpty ? 0 : part.reduce(0, +) / Double(part.count)
      #expect(abs(Double(value) - expected) < 1e-3)
    }
  }

  @Test func `the largest slopes do not overflow`() {
    // A chessboard: every inner Laplacian is 1,020 or -1,020.
    let (height, width) = (5, 70_001)
    let gray = (0..<height * width).map { UInt8(($0 / width + $0 % width) % 2 == 0 ? 255 : 0) }
    let measure = GrayMeasure(gray, height: height, width: width)
    #expect(abs(measure.sharpness - 1_040_400) < 1)
    #expect(abs(measure.deviation - 127.5) < 1e-3)
  }

  @Test func `the difference of images is the mean over their samples`() {
    #expect(GrayMeasure.difference([0, 255, 7], [255, 0, 7]) == 170)
    #expect(GrayMeasure.difference([1], [1, 2]) == .infinity)
    let a = Self.noise(200_000, seed: 1)
    let b = Self.noise(200_000, seed: 2)
    let expected = Double(zip(a, b).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }) / 200_000
    #expect(GrayMeasure.difference(a, b) == expected)
  }

  @Test(arguments: [(1, [10, 20, 30, 40]), (2, [10, 30]), (4, [(77 * 10 + 150 * 20 + 29 * 30) >> 8])])
  func `gray is the first channel, or weighs the first three`(_ channels: Int, _ expected: [Int]) throws {
    let samples: [UInt8] = [10, 20, 30, 40]
    let shape = ImageShape(height: 1, width: 4 / channels, channels: channels)
    #expect(try Raster(shape: shape, samples: samples).gray.map(Int.init) == expected)
  }

  @Test func `gray of colour is the same for any number of pixels`() throws {
    for count in [1, 7, 31, 1000] {
      let samples = Self.noise(3 * count, seed: UInt64(count))
      let image = try Raster(shape: ImageShape(height: 1, width: count, channels: 3), samples: samples)
      let expected = (0..<count).map { i -> UInt8 in
        let (red, green, blue) = (Int(samples[3 * i]), Int(samples[3 * i + 1]), Int(samples[3 * i + 2]))
        return UInt8((77 * red + 150 * green + 29 * blue) >> 8)
      }
      #expect(image.gray == expected)
    }
  }

  private static func noise(_ count: Int, seed: UInt64) -> [UInt8] {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 56)
    }
  }
}
