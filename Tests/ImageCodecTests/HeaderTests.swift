import ImageCodec
import TestSupport
import Testing

@Test(arguments: Expectation.all("decode8").filter { $0.argument == "0" })
func `the header tells the shape that decoding gives`(_ expected: Expectation) throws {
  let header = try ImageHeader.probe(try expected.bytes)
  #expect(header.shape == expected.shape)
  #expect(header.format.rawValue == (expected.file.hasSuffix("png") ? "png" : "jpeg"))
}

@Test(arguments: [("gray1", 1), ("gray2", 2), ("palette4", 4), ("rgb8", 8), ("rgba16", 16)])
func `the header tells the depth of the file`(_ name: String, _ depth: Int) throws {
  let header = try ImageHeader.probe(try readBytes(Repository.fixture("Images/\(name).png")))
  #expect(header.bitDepth == depth)
}

@Test func `other formats are named`() {
  let formats: [([UInt8], String)] = [
    (Array("GIF89a".utf8), "GIF image; JPEG and PNG are read"),
    (Array("BM1234".utf8), "BMP image; JPEG and PNG are read"),
    (Array("RIFF....WEBPVP8 ".utf8), "WebP image; JPEG and PNG are read"),
    (Array("II*\0".utf8), "TIFF image; JPEG and PNG are read"),
    ([0, 1, 0xAB], "neither JPEG nor PNG, begins with 00 01 ab"),
    ([], "image is empty"),
    ([0xFF, 0xD8], "JPEG data ends early"),
    ([0x89, 0x50, 0x4E], "PNG data ends early"),
  ]
  for (bytes, text) in formats {
    let error = #expect(throws: ImageError.self) { try ImageHeader.probe(bytes) }
    #expect(error?.description == text)
    #expect(throws: ImageError.self) { try ImageDecoder().decode8(bytes) }
  }
}

@Test func `a JPEG may be followed by other bytes but not lack its end`() throws {
  let bytes = try readBytes(Repository.fixture("Images/rgb-420.jpg"))
  let header = try ImageHeader.probe(bytes)
  #expect(try ImageHeader.probe(bytes + [UInt8](repeating: 0, count: 60_000)) == header)
  #expect(throws: ImageError(.endsEarly(.jpeg))) {
    try ImageHeader.probe(bytes + [UInt8](repeating: 0, count: 70_000))
  }
  #expect(throws: ImageError(.endsEarly(.jpeg))) { try ImageHeader.probe(Array(bytes.dropLast())) }
  #expect(try ImageDecoder().decode8(bytes + [1, 2, 3]).samples == ImageDecoder().decode8(bytes).samples)
}

@Test func `a changed byte in any chunk of a PNG is found by its checksum`() throws {
  let bytes = try readBytes(Repository.fixture("Images/palette4.png"))
  for offset in 16..<bytes.count {
    var changed = bytes
    changed[offset] ^= 0x20
    #expect(throws: ImageError.self) { try ImageHeader.probe(changed) }
  }
  var changed = bytes
  changed[bytes.count - 20] ^= 1
  let error = #expect(throws: ImageError.self) { try ImageHeader.probe(changed) }
  #expect(error?.description.contains("checksum of chunk IDAT") == true)
}

@Test func `PNG chunks out of order are found`() throws {
  let bytes = try readBytes(Repository.fixture("Images/gray8.png"))
  let (signature, start, end) = (Array(bytes[..<8]), Array(bytes[8..<33]), Array(bytes.suffix(12)))
  let cases: [([UInt8], String)] = [
    (signature + end, "PNG data is damaged (first chunk is IEND)"),
    (signature + start + end, "PNG data is damaged (no IDAT chunk)"),
    (signature + start + start + end, "PNG data is damaged (two IHDR chunks)"),
    (signature + start, "PNG data ends early"),
    (signature + [0xFF, 0, 0, 0] + Array("IHDR".utf8), "PNG data is damaged (chunk of 4278190080 bytes)"),
    (signature + [0x7F, 0xFF, 0xFF, 0xFF] + Array("IHDR".utf8), "PNG data ends early"),
  ]
  for (bytes, text) in cases {
    let error = #expect(throws: ImageError.self) { try ImageHeader.probe(bytes) }
    #expect(error?.description == text)
  }
}

@Test func `JPEG kinds that are not read are told apart from damage`() throws {
  let bytes = try readBytes(Repository.fixture("Images/rgb-420.jpg"))
  let frame = try #require(bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
  func changed(_ offset: Int, _ value: UInt8) -> [UInt8] {
    var copy = bytes
    copy[frame + offset] = value
    return copy
  }
  // Marker FFC0, length (2), precision, height (2), width (2), components.
  let cases: [([UInt8], String)] = [
    (changed(1, 0xC3), "JPEG of a kind that is not read (frame FFC3)"),
    (changed(4, 12), "JPEG of a kind that is not read (12 bits per sample)"),
    (changed(6, 0), "JPEG data is damaged (size 0×37)"),
    (changed(9, 2), "JPEG data is damaged (frame header of 15 bytes)"),
    (changed(1, 0xE5), "JPEG data is damaged (scan before the frame header)"),
    (changed(3, 1), "JPEG data is damaged (segment FFC0 of length 1)"),
  ]
  for (bytes, text) in cases {
    let error = #expect(throws: ImageError.self) { try ImageHeader.probe(bytes) }
    #expect(error?.description == text)
    #expect(throws: ImageError.self) { try ImageDecoder().decode8(bytes) }
  }
}
