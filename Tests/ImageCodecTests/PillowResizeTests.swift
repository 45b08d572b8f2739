import ByteIO
import TestSupport
import Testing

@testable import ImageCodec

private func plan(_ filter: PillowFilter, _ input: (Int, Int), _ output: (Int, Int)) throws -> PillowResizePlan {
  try PillowResizePlan(
    filter, from: ImageSize(height: input.0, width: input.1), to: ImageSize(height: output.0, width: output.1))
}

/// One row of gray samples.
private func row(_ samples: [UInt8]) throws -> Raster<UInt8> {
  try Raster(shape: ImageShape(height: 1, width: samples.count, channels: 1), samples: samples)
}

@Test func `resized pictures are those of Pillow`() throws {
  let lines = try tableLines("PolicyImages/pillow.tsv")
  #expect(lines.count == 188)
  #expect(Set(lines.map { $0[0] }) == Set(PillowFilter.allCases.map(\.rawValue)))
  for line in lines {
    let filter = try #require(PillowFilter(rawValue: line[0]))
    let picture = try #require(SyntheticPicture(rawValue: line[1]))
    let n = line[2...7].compactMap { Int($0) }
    let samples = picture.samples(seed: n[0], height: n[1], width: n[2], channels: n[3])
    let image = try Raster(shape: ImageShape(height: n[1], width: n[2], channels: n[3]), samples: samples)
    let small = try plan(filter, (n[1], n[2]), (n[4], n[5])).resize(image)
    #expect(small.shape == ImageShape(height: n[4], width: n[5], channels: n[3]))
    #expect(SHA256Digest.hexadecimal(of: small.samples) == line[8], "\(line)")
  }
}

@Test func `half a row by the cubic kernel is worked out by hand`() throws {
  // From 4 to 2 the step is 2, so that the kernel reaches 4 to both sides. Output 0 is centred at 1.0: samples 0…3
  // are centred at 0.5, 1.5, 2.5, 3.5, at distances ¼, ¼, ¾, 1¼ of the kernel.
  // w(¼) = 1.5/64 − 2.5/16 + 1 = 0.8671875, w(¾) = 1.5·27/64 − 2.5·9/16 + 1 = 0.2265625,
  // w(1¼) = −½(125/64 − 5·25/16 + 10 − 4) = −0.0703125. Sum 2·0.8671875 + 0.2265625 − 0.0703125 = 1.890625.
  // For 0, 0, 0, 255: −0.0703125 · 255 < 0, clipped to 0. For 200, 0, 0, 0: 0.8671875 ÷ 1.890625 · 200 = 91.7.
  // Output 1 mirrors it: 255 · 0.8671875 ÷ 1.890625 = 116.96; 200 · −0.0703125 < 0.
  let half = try plan(.bicubic, (1, 4), (1, 2))
  #expect(try half.resize(row([0, 0, 0, 255])).samples == [0, 117])
  #expect(try half.resize(row([200, 0, 0, 0])).samples == [92, 0])
  let axis = PillowAxis(.bicubic, input: 4, output: 2)
  // 0.8671875 ÷ 1.890625 · 2²² = 0.45867768595 · 4194304 = 1923833.65; the others alike.
  #expect(axis.starts == [0, 0] && axis.counts == [4, 4] && axis.span == 4)
  #expect(axis.weights == [1_923_834, 1_923_834, 502_623, -155_987, -155_987, 502_623, 1_923_834, 1_923_834])
}

@Test func `sums are rounded to bytes between the two passes`() throws {
  // By means of two (box), 2×2 becomes 1×1: columns first, (0 + 1) ÷ 2 = 0.5 → 1 and (0 + 0) ÷ 2 = 0, then
  // (1 + 0) ÷ 2 = 0.5 → 1. Rounded once at the end, 0.25 would be 0.
  let image = try Raster<UInt8>(shape: ImageShape(height: 2, width: 2, channels: 1), samples: [0, 1, 0, 0])
  #expect(try plan(.box, (2, 2), (1, 1)).resize(image).samples == [1])
  // Rows first would make [0, 0.5 → 1] of [0, 0; 0, 1] too; but of [0, 1; 0, 1] columns make 1, 1.
  #expect(try plan(.box, (2, 2), (2, 1)).resize(image).samples == [1, 0])
  #expect(try plan(.box, (2, 2), (1, 2)).resize(image).samples == [0, 1])
}

@Test func `pixels of three channels are resized as three gray images`() throws {
  let samples = SyntheticPicture.noise.samples(seed: 4, height: 13, width: 21)
  let shape = ImageShape(height: 13, width: 21, channels: 3)
  let plan = try plan(.bicubic, (13, 21), (30, 10))
  let whole = try plan.resize(Raster(shape: shape, samples: samples)).samples
  for channel in 0..<3 {
    let gray = stride(from: channel, to: samples.count, by: 3).map { samples[$0] }
    let alone = try plan.resize(Raster(shape: ImageShape(height: 13, width: 21, channels: 1), samples: gray))
    #expect(alone.samples == stride(from: channel, to: whole.count, by: 3).map { whole[$0] })
  }
}

@Test func `the series of the sine is that of the system`() {
  // sin(π/6) = ½, sin(5π/2) = 1, sin(−3π/4) = −√½, sin(3π) = 0.
  for (x, sine) in [(1.0 / 6, 0.5), (2.5, 1), (-0.75, -0.5.squareRoot()), (3, 0), (0, 0)] {
    #expect(abs(PillowFilter.sineOfHalfTurns(x) - sine) < 4e-16)
  }
}

@Test func `sizes and channels that Pillow's plan is not for are refused`() throws {
  #expect(throws: ImageError(.badSize(detail: "sides of 1…65535 expected, 0×4 found"))) {
    try plan(.bicubic, (0, 4), (1, 1))
  }
  #expect(throws: ImageError.self) { try plan(.bicubic, (4, 4), (1, 65_536)) }
  #expect(throws: ImageError(.tooManyPixels(width: 65_535, height: 65_535, limit: 64 << 20))) {
    try plan(.bicubic, (65_535, 1), (1, 65_535))
  }
  let two = try plan(.bicubic, (1, 2), (1, 4))
  #expect(throws: ImageError.self) { try two.resize(row([1, 2, 3])) }
  let gray = try Raster<UInt8>(shape: ImageShape(height: 1, width: 2, channels: 2), samples: [1, 2, 3, 4])
  #expect(throws: ImageError(.badSize(detail: "1 or 3 channels expected, 2 found"))) { try two.resize(gray) }
}
