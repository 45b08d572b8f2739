import ImageCodec
import Testing

@testable import RunLog

@Suite struct BinPictureTests {
  @Test func `logarithms are whole 256ths rounded down`() {
    // log₂(1) = 0, log₂(2) = 1, log₂(3) = 1.58496: ·256 = 405.75, log₂(1000) = 9.96578: ·256 = 2551.24.
    #expect([0, 1, 2, 999].map(BinPicture.logarithm) == [0, 256, 405, 2551])
    #expect(BinPicture.logarithm(.max) == 63 * 256)
  }

  @Test func `truths are rows, predictions columns, the empty diagonal is tinted`() throws {
    let picture = try BinPicture.raster(counts: [0, 7, 0, 0], bins: 2, cell: 1)
    #expect(picture.shape == ImageShape(height: 2, width: 2, channels: 3))
    #expect(picture.samples == [244, 232, 214, 12, 44, 88, 252, 252, 250, 244, 232, 214])
  }

  @Test func `more is darker`() throws {
    let picture = try BinPicture.raster(counts: [1, 10, 100, 1000], bins: 2, cell: 1)
    let lightness = stride(from: 0, to: 12, by: 3).map { Int(picture.samples[$0]) + Int(picture.samples[$0 + 1]) }
    #expect(lightness == lightness.sorted(by: >))
    #expect(Set(lightness).count == 4)
  }

  @Test func `a bin is a square of pixels and equal counts give equal bytes`() throws {
    let counts = (0..<256 * 256).map { $0 % 256 == $0 / 256 ? 50 : $0 % 7 }
    let png = try BinPicture.png(counts: counts)
    #expect(try BinPicture.png(counts: counts) == png)
    let decoded = try ImageDecoder().decode8(png.span.bytes)
    #expect(decoded.shape == ImageShape(height: 512, width: 512, channels: 3))
    #expect(decoded == (try BinPicture.raster(counts: counts)))
  }

  @Test func `counts that make no picture are refused with their numbers`() throws {
    let few = try #require(throws: RunLogError.self) { try BinPicture.raster(counts: [1, 2, 3], bins: 2) }
    #expect(few.description == "confusion picture: 3 counts for 2 bins; 4 expected")
    let negative = try #require(throws: RunLogError.self) { try BinPicture.png(counts: [0, 0, -3, 0], bins: 2) }
    #expect(negative.description == "confusion picture: count -3 of bin 1 predicted as 0 is below 0")
    #expect(throws: RunLogError.self) { try BinPicture.raster(counts: [], bins: 0) }
    #expect(throws: RunLogError.self) { try BinPicture.raster(counts: [1], bins: 1, cell: 0) }
    #expect(throws: RunLogError.self) { try BinPicture.raster(counts: [1], bins: .max) }
  }
}
