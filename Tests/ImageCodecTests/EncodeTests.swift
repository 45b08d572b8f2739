import ImageCodec
import TestSupport
import Testing

@Test(arguments: Expectation.all("encodeJPEG"))
func `an encoded JPEG is TensorFlow's, byte for byte`(_ expected: Expectation) throws {
  let bytes = try ImageEncoder.jpeg(try decoded(expected.file), quality: try #require(Int(expected.argument)))
  #expect(bytes.count == expected.shape.width)
  #expect(checksum(bytes) == expected.checksum)
}

@Test(arguments: 1...4) func `PNG keeps every sample of eight bits`(_ channels: Int) throws {
  let shape = ImageShape(height: 5, width: 7, channels: channels)
  let image = try Raster<UInt8>(
    shape: shape, samples: (0..<35 * channels).map { UInt8(truncatingIfNeeded: $0 * 29) })
  let bytes = try ImageEncoder.png(image)
  #expect(try ImageDecoder(damage: .refuse).decode8(bytes) == image)
  #expect(try ImageHeader.probe(bytes).shape == shape)
  #expect(try ImageEncoder.png(image) == bytes)
}

@Test(arguments: 1...4) func `PNG keeps every sample of sixteen bits`(_ channels: Int) throws {
  let shape = ImageShape(height: 5, width: 7, channels: channels)
  let samples = (0..<35 * channels).map { UInt16(truncatingIfNeeded: $0 * 7919) }
  let image = try Raster<UInt16>(shape: shape, samples: samples)
  let bytes = try ImageEncoder.png(image)
  #expect(try ImageDecoder().decode16(bytes) == image)
  #expect(try ImageHeader.probe(bytes).bitDepth == 16)
  // What is kept in eight bits is the high byte.
  #expect(try ImageDecoder().decode8(bytes).samples == samples.map { UInt8($0 >> 8) })
}

@Test func `JPEG of gray and of RGB stays close and has the size`() throws {
  for channels in [1, 3] {
    let shape = ImageShape(height: 19, width: 33, channels: channels)
    let ramp = (0..<19 * 33).flatMap { i in [UInt8](repeating: UInt8(i % 33 * 7), count: channels) }
    let bytes = try ImageEncoder.jpeg(try Raster(shape: shape, samples: ramp))
    let image = try ImageDecoder(expected: ExpectedShape(height: 19, width: 33, channels: channels)).decode8(
      bytes)
    #expect(zip(image.samples, ramp).allSatisfy { abs(Int($0) - Int($1)) <= 6 })
  }
}

@Test func `what cannot be written is refused`() throws {
  let two = try Raster<UInt8>(shape: ImageShape(height: 1, width: 1, channels: 2), samples: [1, 2])
  let five = try Raster<UInt8>(shape: ImageShape(height: 1, width: 1, channels: 5), samples: [1, 2, 3, 4, 5])
  let gray = try Raster<UInt8>(shape: ImageShape(height: 1, width: 1, channels: 1), samples: [1])
  let long = try Raster<UInt8>(
    shape: ImageShape(height: 1, width: 65_501, channels: 1), samples: [UInt8](repeating: 0, count: 65_501))
  #expect(throws: ImageError.self) { try ImageEncoder.jpeg(two) }
  #expect(throws: ImageError.self) { try ImageEncoder.png(five) }
  #expect(throws: ImageError.self) { try ImageEncoder.jpeg(gray, quality: 0) }
  #expect(throws: ImageError.self) { try ImageEncoder.jpeg(gray, quality: 101) }
  #expect(throws: ImageError.self) { try ImageEncoder.jpeg(long) }
}
