import ByteIO
import ImageCodec
import PolicyImages
import TestSupport
import Testing

@Test func `image files are read as Pillow reads them`() throws {
  let lines = try tableLines("PolicyImages/files.tsv")
  #expect(lines.count == 39)
  // Gray of 16 bits is refused.
  for line in lines where line[1] != "I;16" {
    let image = try decodeImageFile(Repository.fixture("Images/" + line[0]))
    #expect([image.height, image.width, image.channels] == [Int(line[2]), Int(line[3]), 3])
    // Inks become light by TensorFlow's formula instead.
    #expect((SHA256Digest.hexadecimal(of: image.samples) == line[4]) == (line[1] != "CMYK"), "\(line)")
  }
}

@Test(arguments: ["gray16.png", "depth.png"])
func `depth is refused by name`(_ file: String) throws {
  let path = Repository.fixture("Images/" + file)
  let problem =
    "PNG of a kind that is not read (16-bit gray, as depth is stored; give an 8-bit picture)"
  #expect(throws: PolicyImageError(place: path, problem)) { try decodeImageFile(path) }
}

@Test func `files that are no images are refused with their names`() throws {
  let directory = try TemporaryDirectory()
  let none = directory("none.png")
  #expect(throws: FileError.self) { try decodeImageFile(none) }
  let empty = try directory.write([], to: "empty.png")
  #expect(throws: PolicyImageError(place: empty, "image is empty")) { try decodeImageFile(empty) }
  let text = try directory.write(Array("hello".utf8), to: "text.jpg")
  #expect(throws: PolicyImageError(place: text, "neither JPEG nor PNG, begins with 68 65 6c 6c")) {
    try decodeImageFile(text)
  }
  let whole = try readBytes(Repository.fixture("Images/rgb8.png"))
  for count in stride(from: 1, to: whole.count, by: 7) {
    let cut = try directory.write(Array(whole.prefix(count)), to: "cut.png")
    #expect(throws: PolicyImageError(place: cut, "PNG data ends early")) { try decodeImageFile(cut) }
  }
}
