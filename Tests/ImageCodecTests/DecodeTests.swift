import ByteIO
import ImageCodec
import TestSupport
import Testing

/// TensorFlow fills an added alpha channel with the largest value of the file's depth, even below 8 bits.
private func departs(_ expectation: Expectation) -> Bool {
  let files = ["gray1.png", "gray2.png", "gray4.png", "palette1.png", "palette2.png", "palette4.png"]
  return expectation.channels == .rgba && files.contains(expectation.file)
}

@Test(arguments: Expectation.all("decode8").filter { !departs($0) })
func `eight-bit samples are those of TensorFlow`(_ expected: Expectation) throws {
  let decoder = ImageDecoder(channels: try #require(expected.channels))
  let bytes = try expected.bytes
  guard !expected.isRefused else {
    #expect(throws: ImageError.self) { try decoder.decode8(bytes) }
    return
  }
  let image = try decoder.decode8(bytes)
  #expect(image.shape == expected.shape)
  #expect(checksum(image.samples) == expected.checksum)
}

@Test(arguments: Expectation.all("decode16").filter { !departs($0) })
func `sixteen-bit samples are those of TensorFlow`(_ expected: Expectation) throws {
  let decoder = ImageDecoder(channels: try #require(expected.channels))
  let bytes = try expected.bytes
  guard !expected.isRefused else {
    #expect(throws: ImageError.self) { try decoder.decode16(bytes) }
    return
  }
  let image = try decoder.decode16(bytes)
  #expect(image.shape == expected.shape)
  #expect(checksum(image.samples) == expected.checksum)
}

@Test(arguments: Expectation.all("unitFloat"))
func `samples scaled to one are those of TensorFlow`(_ expected: Expectation) throws {
  let image = try ImageDecoder().decodeUnitFloat(try expected.bytes)
  #expect(image.shape == expected.shape)
  #expect(checksum(image.samples) == expected.checksum)
}

@Test(arguments: ["gray1.png", "gray2.png", "gray4.png", "palette1.png", "palette2.png", "palette4.png"])
func `an alpha channel that is added is opaque at every depth`(_ file: String) throws {
  let bytes = try readBytes(Repository.fixture("Images/" + file))
  let narrow = try ImageDecoder(channels: .rgba).decode8(bytes)
  let wide = try ImageDecoder(channels: .rgba).decode16(bytes)
  let plain = try ImageDecoder(channels: .rgb).decode8(bytes)
  for pixel in 0..<narrow.width * narrow.height {
    #expect(narrow.samples[pixel * 4 + 3] == 255)
    #expect(wide.samples[pixel * 4 + 3] == 65535)
    #expect(narrow.samples[pixel * 4..<pixel * 4 + 3].elementsEqual(plain.samples[pixel * 3..<pixel * 3 + 3]))
  }
}

@Test func `gray with alpha is made from gray`() throws {
  let bytes = try readBytes(Repository.fixture("Images/gray8.png"))
  let plain = try ImageDecoder().decode8(bytes)
  let image = try ImageDecoder(channels: .grayAlpha).decode8(bytes)
  #expect(image.channels == 2)
  #expect(image.samples == plain.samples.flatMap { [$0, 255] })
}

@Test func `float values come back bit by bit`() throws {
  let bytes = try readBytes(Repository.fixture("Images/float-bits.png"))
  let image = try ImageDecoder().decodeFloatBits(bytes)
  // The array that the fixture was made from; −2^−140 is subnormal.
  let values: [Float] = [0, -0.0, 1.5, .infinity, .nan, -0x1p-140, 3.4e38, -1]
  #expect(image.shape == ImageShape(height: 2, width: 4, channels: 1))
  #expect(image.samples.map(\.bitPattern) == values.map(\.bitPattern))
}

@Test func `float values are not looked for in other kinds of image`() throws {
  let gray = try readBytes(Repository.fixture("Images/gray16.png"))
  let error = #expect(throws: ImageError.self) { try ImageDecoder().decodeFloatBits(gray) }
  #expect(
    error?.description == "float32 values need a PNG of 4 × 8 bits per pixel, 1 × 16 found")
  let small = try readBytes(Repository.fixture("Images/float-bits.png"))
  let decoder = ImageDecoder(expected: ExpectedShape(height: 3, channels: 1))
  #expect(throws: ImageError.self) { try decoder.decodeFloatBits(small) }
}

@Test func `another shape than expected is named before anything is decoded`() throws {
  let bytes = try readBytes(Repository.fixture("Images/reach_push_3_image_5.jpg"))
  let decoder = ImageDecoder(expected: ExpectedShape(height: 64, width: 64, channels: 3))
  let error = #expect(throws: ImageError.self) { try decoder.decode8(bytes) }
  #expect(error?.description == "64×64×3 expected, 128×128×3 found")
  #expect(error?.kind == .badData)
  let open = ImageDecoder(expected: ExpectedShape(channels: 3))
  #expect(try open.decode8(bytes).width == 128)
}

@Test func `an image over the pixel limit is refused and one at it is not`() throws {
  let bytes = try readBytes(Repository.fixture("Images/gray8.png"))  // 6 × 11 = 66 pixels
  #expect(try ImageDecoder(pixelLimit: 66).decode8(bytes).samples.count == 66)
  let error = #expect(throws: ImageError.self) { try ImageDecoder(pixelLimit: 65).decode8(bytes) }
  #expect(error?.description == "at most 65 pixels expected, 6×11 found")
}

@Test func `the first channel stands alone`() throws {
  let image = try Raster<UInt8>(
    shape: ImageShape(height: 1, width: 2, channels: 3), samples: [1, 2, 3, 4, 5, 6])
  #expect(image.firstChannel().samples == [1, 4])
  #expect(throws: ImageError.self) {
    try Raster<UInt8>(shape: ImageShape(height: 1, width: 2, channels: 3), samples: [1])
  }
  #expect(throws: ImageError.self) {
    try Raster<UInt8>(shape: ImageShape(height: .max, width: 2, channels: 3), samples: [])
  }
}
