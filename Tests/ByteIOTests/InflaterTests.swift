import ByteIO
import TestSupport
import Testing

@Suite struct InflaterTests {
  private func deflated(_ bytes: [UInt8], _ form: Deflater.Form = .zlib) -> [UInt8] {
    let deflater = Deflater(form)
    return deflater.deflate(bytes) + deflater.finish()
  }

  @Test(arguments: [0, 1, 100, 65_535, 65_536, 65_537, 200_000])
  func `what is deflated is inflated`(_ count: Int) throws {
    var generator = SeededGenerator(3)
    for bytes in [generator.bytes(count), [UInt8](repeating: 5, count: count)] {
      #expect(try Inflater.inflate(Bytes(deflated(bytes)), limit: count) == bytes)
      #expect(try Inflater.inflate(Bytes(deflated(bytes)), limit: 1 << 20) == bytes)
    }
  }

  @Test(arguments: [0, 1, 100, 65_536, 200_000])
  func `what is deflated is inflated at once`(_ count: Int) throws {
    var generator = SeededGenerator(4)
    for bytes in [generator.bytes(count), [UInt8](repeating: 5, count: count)] {
      let stream = deflated(bytes)
      #expect(try Inflater.inflateWhole(Bytes(stream), limit: count) == bytes)
      #expect(try Inflater.inflateWhole(Bytes(stream), limit: 1 << 20) == bytes)
      guard count > 0 else { continue }
      #expect(throws: InflateError.tooLong(limit: count - 1)) {
        try Inflater.inflateWhole(Bytes(stream), limit: count - 1)
      }
    }
  }

  @Test func `what is inflated at once must be whole and unharmed`() {
    var generator = SeededGenerator(5)
    let stream = deflated(generator.bytes(50) + [UInt8](repeating: 7, count: 300))
    for count in 0..<stream.count {
      let prefix = Bytes(Array(stream[..<count]))
      #expect(throws: InflateError.self, "\(count)") { try Inflater.inflateWhole(prefix, limit: 1000) }
    }
    var damaged = stream
    damaged[damaged.count - 1] ^= 1
    #expect(throws: InflateError.damaged) { try Inflater.inflateWhole(Bytes(damaged), limit: 1000) }
    for round in 0..<1000 {
      let result = Result { try Inflater.inflateWhole(Bytes([0x78, 0x9C] + generator.bytes(round % 50)), limit: 500) }
      if case .success(let content) = result { #expect(content.count <= 500) }
    }
  }

  @Test func `pieces make one stream`() throws {
    let deflater = Deflater(.zlib)
    var stream: [UInt8] = []
    for value in 0..<50 { stream += deflater.deflate([UInt8](repeating: UInt8(value), count: 1000)) }
    stream += deflater.finish()
    let expected = (0..<50).flatMap { [UInt8](repeating: UInt8($0), count: 1000) }
    #expect(try Inflater.inflate(Bytes(stream), limit: 50_000) == expected)
  }

  @Test func `content beyond the limit is refused`() {
    #expect(throws: InflateError.tooLong(limit: 99)) {
      try Inflater.inflate(Bytes(deflated([UInt8](repeating: 0, count: 100))), limit: 99)
    }
    #expect(throws: InflateError.tooLong(limit: 0)) { try Inflater.inflate(Bytes(deflated([1])), limit: 0) }
  }

  @Test func `the limit on memory that these tests set is one`() async {
    await #expect(processExitsWith: .failure) {
      try AddressSpace.limit(toAdditionalMiB: 32)
      let large = [UInt8](repeating: 1, count: 100 << 20)
      #expect(large.count > 0)
    }
  }

  @Test func `a bomb needs little memory`() async {
    await #expect(processExitsWith: .success) {
      let deflater = Deflater(.zlib)
      var bomb: [UInt8] = []
      for _ in 0..<200 { bomb += deflater.deflate([UInt8](repeating: 0, count: 1 << 20)) }
      bomb += deflater.finish()
      try AddressSpace.limit(toAdditionalMiB: 32)
      #expect(throws: InflateError.tooLong(limit: 1000)) { try Inflater.inflate(Bytes(bomb), limit: 1000) }
    }
  }

  @Test func `every prefix is refused but those that lack only the checksum`() throws {
    var generator = SeededGenerator(4)
    let content = generator.bytes(60) + [UInt8](repeating: 0, count: 200)
    let stream = deflated(content)
    for count in 0..<stream.count {
      let prefix = Bytes(Array(stream[..<count]))
      #expect(throws: InflateError.truncated, "\(count)") { try Inflater.inflate(prefix, limit: 1000) }
      // With all the bytes there, the four of the checksum may be missing.
      let exact = Result { try Inflater.inflate(prefix, limit: content.count) }
      if count >= stream.count - 4 {
        #expect(try exact.get() == content, "\(count)")
      } else if case .success(let bytes) = exact {
        #expect(bytes == content, "\(count)")
      }
    }
  }

  @Test func `bytes after the stream are ignored`() throws {
    #expect(try Inflater.inflate(Bytes(deflated([1, 2, 3]) + [9, 9, 9]), limit: 3) == [1, 2, 3])
  }

  @Test func `a wrong checksum and other bytes are damage`() {
    var stream = deflated([1, 2, 3])
    stream[stream.count - 1] ^= 1
    #expect(throws: InflateError.damaged) { try Inflater.inflate(Bytes(stream), limit: 100) }
    #expect(throws: InflateError.damaged) { try Inflater.inflate(Bytes([1, 2, 3, 4]), limit: 100) }
    #expect(throws: InflateError.damaged) { try Inflater.inflate(Bytes(deflated([1], .gzip)), limit: 100) }
    // A preset dictionary (FDICT, RFC 1950).
    #expect(throws: InflateError.damaged) { try Inflater.inflate(Bytes([0x78, 0xBB, 0, 0, 0, 1, 0, 0]), limit: 100) }
  }

  @Test func `random bytes are survived`() {
    var generator = SeededGenerator(6)
    for round in 0..<1000 {
      let bytes = Bytes([0x78, 0x9C] + generator.bytes(round % 50))
      let result = Result { try Inflater.inflate(bytes, limit: 500) }
      if case .success(let content) = result { #expect(content.count <= 500) }
    }
  }
}
