import ByteIO
import TestSupport
import Testing

@Suite struct AtomicFileTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func `nothing lies under the name before the file is complete`() throws {
    let file = try AtomicFile(directory("a"))
    try file.append([1, 2, 3])
    #expect(Directory.entry(directory("a")) == .missing)
    try file.commit()
    #expect(try readBytes(directory("a")) == [1, 2, 3])
    #expect(try Directory.names(directory.path) == ["a"])
  }

  @Test func `what is dropped leaves nothing and keeps what was there`() throws {
    try directory.write([9], to: "a")
    do {
      let file = try AtomicFile(directory("a"))
      try file.append([1, 2, 3])
    }
    #expect(try Directory.names(directory.path) == ["a"])
    #expect(try readBytes(directory("a")) == [9])
  }

  @Test func `an older file is replaced`() throws {
    try directory.write([9, 9, 9, 9], to: "a")
    try AtomicFile.write([1], to: directory("a"))
    #expect(try readBytes(directory("a")) == [1])
  }

  @Test(arguments: [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3 << 20])
  func `the digest is that of the file`(_ count: Int) throws {
    var generator = SeededGenerator(2)
    let piece = generator.bytes(4096)
    let bytes = (0..<count).map { piece[$0 & 4095] }
    let file = try AtomicFile(directory("a"))
    try file.append(Array(bytes.prefix(10)))
    try file.append(Bytes(Array(bytes.dropFirst(10))))
    #expect(file.byteCount == count)
    let digest = try file.commit()
    #expect(try digest == SHA256Digest.hexadecimal(ofFile: directory("a")))
    #expect(digest == SHA256Digest.hexadecimal(of: bytes))
    #expect(try readBytes(directory("a")) == bytes)
  }

  @Test func `a scratch file has no digest`() throws {
    let file = try AtomicFile(directory("a"), purpose: .scratch)
    try file.append([1])
    #expect(try file.commit().isEmpty)
    #expect(try readBytes(directory("a")) == [1])
  }

  @Test func `values are written as they lie in memory`() throws {
    let file = try AtomicFile(directory("a"))
    try file.append(values: [UInt32(0x0403_0201), 0x0807_0605])
    try file.append(values: [Float(1)])  // 3F800000.
    try file.commit()
    #expect(try readBytes(directory("a")) == [1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0x80, 0x3F])
  }

  @Test func `a part of another file is copied`() throws {
    let bytes = (0..<(2 << 20)).map { UInt8(truncatingIfNeeded: $0 >> 8) }
    let source = try InputFile(try directory.write(bytes, to: "source"))
    let file = try AtomicFile(directory("a"))
    try file.append([7])
    try file.append((1 << 20) + 5, from: source, at: 3)
    try file.commit()
    #expect(try readBytes(directory("a")) == [7] + bytes[3..<(1 << 20) + 8])
  }

  @Test func `a source that ends early is reported by its name`() throws {
    let source = try InputFile(try directory.write([1, 2], to: "source"))
    let file = try AtomicFile(directory("a"))
    let error = #expect(throws: FileError.self) { try file.append(3, from: source, at: 0) }
    #expect(error?.path == directory("source"))
    #expect(error?.operation == .read)
  }

  @Test func `a directory that is missing is reported with the path`() {
    let error = #expect(throws: FileError.self) { try AtomicFile(directory("none/a")) }
    #expect(error?.kind == .outputUnavailable)
    #expect(error?.description == "\(directory("none/a")): cannot be created: No such file or directory")
  }

  @Test func `a directory in the file's place is reported and the temporary file removed`() throws {
    try Directory.create(directory("a"))
    let error = #expect(throws: FileError.self) { try AtomicFile.write([1], to: directory("a")) }
    #expect(error?.operation == .rename)
    #expect(error?.path == directory("a"))
    #expect(try Directory.names(directory.path) == ["a"])
  }
}
