import ByteIO
import ImageCodec
import TestSupport
import Testing

private let files = [
  "rgb-420.jpg", "rgb-progressive.jpg", "rgb-422-restart.jpg", "gray.jpg", "cmyk.jpg", "gray1.png",
  "rgba16.png",
  "palette4-transparent.png", "interlaced.png", "gray-alpha8.png",
]

/// A small generator of the same numbers every time (Marsaglia's xorshift with 64 bits).
private struct Numbers: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }
}

/// Decodes and probes `bytes` in every way; an image must have the samples that its shape says.
private func exercise(_ bytes: [UInt8]) {
  let decoder = ImageDecoder(pixelLimit: 1 << 20)
  _ = try? ImageHeader.probe(bytes)
  if let image = try? decoder.decode8(bytes) {
    #expect(image.samples.count == image.height * image.width * image.channels)
  }
  if let image = try? decoder.decode16(bytes) {
    #expect(image.samples.count == image.height * image.width * image.channels)
  }
  _ = try? decoder.decodeFloatBits(bytes)
}

@Test(arguments: files) func `no beginning of a file passes for the whole`(_ file: String) throws {
  let bytes = try readBytes(Repository.fixture("Images/" + file))
  for count in 0..<bytes.count {
    let start = Array(bytes[..<count])
    #expect(throws: ImageError.self) { try ImageHeader.probe(start) }
    #expect(throws: ImageError.self) { try ImageDecoder().decode8(start) }
  }
  let half = #expect(throws: ImageError.self) {
    try ImageDecoder().decode8(Array(bytes[..<(bytes.count / 2)]))
  }
  #expect(half?.description == (file.hasSuffix("jpg") ? "JPEG data ends early" : "PNG data ends early"))
}

@Test(arguments: files) func `changed bytes give an image or an error`(_ file: String) throws {
  let bytes = try readBytes(Repository.fixture("Images/" + file))
  var numbers = Numbers(state: 0x9E37_79B9_7F4A_7C15)
  for _ in 0..<250 {
    var changed = bytes
    for _ in 0..<Int.random(in: 1...4, using: &numbers) {
      changed[Int.random(in: 0..<bytes.count, using: &numbers)] = UInt8.random(in: 0...255, using: &numbers)
    }
    exercise(changed)
  }
}

@Test func `random bytes after a signature give an error`() {
  var numbers = Numbers(state: 42)
  for start in [[0xFF, 0xD8, 0xFF] as [UInt8], [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]] {
    for count in 0..<300 {
      let bytes = start + (0..<count).map { _ in UInt8.random(in: 0...255, using: &numbers) }
      #expect(throws: ImageError.self) { try ImageDecoder().decode8(bytes) }
      _ = try? ImageHeader.probe(bytes)
    }
  }
}

@Test func `a JPEG header of 65,535 by 65,535 takes no memory`() throws {
  var bytes = try readBytes(Repository.fixture("Images/rgb-420.jpg"))
  let frame = try #require(bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
  bytes.replaceSubrange(frame + 5..<frame + 9, with: [0xFF, 0xFF, 0xFF, 0xFF])
  #expect(try ImageHeader.probe(bytes).width == 65_535)
  // libjpeg itself stops at 65,500 a side.
  let error = #expect(throws: ImageError.self) { try ImageDecoder().decode8(bytes) }
  #expect(error?.kind == .badData)
  bytes.replaceSubrange(frame + 5..<frame + 9, with: [0xFF, 0x00, 0xFF, 0x00])
  #expect(throws: ImageError(.tooManyPixels(width: 65_280, height: 65_280, limit: 64 << 20))) {
    try ImageDecoder().decode8(bytes)
  }
}

@Test func `a PNG header of 65,535 by 65,535 takes no memory`() throws {
  let bytes = try readBytes(Repository.fixture("Images/gray8.png"))
  var header = Array(bytes[12..<29])  // type and body of IHDR
  header.replaceSubrange(4..<12, with: [0, 0, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF])
  let sum = try #require(UInt32(checksum(header), radix: 16))
  let large = Array(bytes[..<12]) + header + withUnsafeBytes(of: sum.bigEndian) { Array($0) } + bytes[33...]
  #expect(try ImageHeader.probe(large).height == 65_535)
  let error = #expect(throws: ImageError.self) { try ImageDecoder().decode8(large) }
  #expect(error?.description == "at most 67108864 pixels expected, 65535×65535 found")
}

@Test func `damage that libjpeg goes past is decoded or refused, as asked`() throws {
  let bytes = try readBytes(Repository.fixture("Images/rgb-420.jpg"))
  // The end marker comes half way through the scan: TensorFlow decodes what there is.
  let short = Array(bytes[..<(bytes.count * 3 / 4)]) + [0xFF, 0xD9]
  #expect(try ImageDecoder().decode8(short).width == 37)
  let error = #expect(throws: ImageError.self) { try ImageDecoder(damage: .refuse).decode8(short) }
  #expect(error?.description.hasPrefix("JPEG data is damaged (") == true)
  #expect(try ImageDecoder(damage: .refuse).decode8(bytes).width == 37)
}

@Test func `a progressive JPEG with very many scans is refused`() throws {
  let bytes = try readBytes(Repository.fixture("Images/rgb-progressive.jpg"))
  let scan = try #require(bytes.indices.dropLast().last { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA })
  let last = bytes[scan..<bytes.count - 2]
  func repeated(_ count: Int) -> [UInt8] {
    Array(bytes[..<scan]) + (0..<count).flatMap { _ in last } + [0xFF, 0xD9]
  }
  #expect(try ImageDecoder().decode8(repeated(20)).width == 37)
  let error = #expect(throws: ImageError.self) { try ImageDecoder().decode8(repeated(300)) }
  #expect(error?.description == "JPEG of a kind that is not read (more than 200 scans)")
}

@Test(arguments: ["zTXt", "iCCP", "tEXt", "eXIf", "sPLT", "abCd"])
func `an ancillary chunk changes neither the samples nor the warnings`(_ type: String) throws {
  let bytes = try readBytes(Repository.fixture("Images/rgb8.png"))
  // Not a stream that can be unpacked: whoever looked into it would complain.
  let body = Array(type.utf8) + Array("name\0\0".utf8) + [UInt8](repeating: 0x5A, count: 5000)
  let sum = try #require(UInt32(checksum(body), radix: 16))
  let chunk = [0, 0, 0x13, 0x8E] + body + withUnsafeBytes(of: sum.bigEndian) { Array($0) }
  let with = bytes[..<33] + chunk + bytes[33...]
  #expect(try ImageHeader.probe(Array(with)) == ImageHeader.probe(bytes))
  let image = try ImageDecoder(damage: .refuse).decode8(Array(with))
  #expect(image == (try ImageDecoder().decode8(bytes)))
}
