import ByteIO
import Testing

@Suite struct BytesTests {
  private let bytes = Bytes([1, 2, 3, 4, 5, 6, 7, 8, 0xFF])

  @Test func `slices share what they come from`() {
    let slice = bytes[2..<6]
    #expect(slice.array == [3, 4, 5, 6])
    #expect(slice[1..<3].array == [4, 5])
    #expect(slice.offset(in: bytes) == 2)
    #expect(bytes.offset(in: slice) == nil)
    #expect(Bytes([3, 4]).offset(in: bytes) == nil)
    #expect(bytes[9..<9].array == [])
  }

  @Test func `integers are little-endian at any offset`() {
    #expect(bytes.integer(at: 0, as: UInt32.self) == 0x0403_0201)
    #expect(bytes.integer(at: 1, as: UInt64.self) == 0xFF08_0706_0504_0302)
    #expect(bytes.integer(at: 8, as: Int8.self) == -1)
  }

  @Test func `values of other types are read and written`() {
    #expect(Bytes(values: [Float(1), -2]).array == [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0])
    #expect(bytes[1..<5].values(as: UInt16.self) == [0x0302, 0x0504])
    #expect(Bytes([]).values(as: Double.self) == [])
  }

  @Test func `equal content is equal`() {
    #expect(Bytes([3, 4]) == bytes[2..<4])
    #expect(Bytes([3, 5]) != bytes[2..<4])
    #expect(Bytes([3]) != bytes[2..<4])
  }

  @Test func `text must be UTF-8`() {
    #expect(String(utf8: Bytes(Array("größer".utf8))) == "größer")
    #expect(String(utf8: Bytes([0xFF])) == nil)
    #expect(String(utf8: Bytes([0xED, 0xA0, 0x80])) == nil)  // A surrogate.
    #expect(String(utf8: Bytes([])) == "")
  }

  @Test func `an index outside ends the process`() async {
    await #expect(processExitsWith: .failure) { _ = Bytes([1, 2])[2] }
    await #expect(processExitsWith: .failure) { _ = Bytes([1, 2])[-1] }
    await #expect(processExitsWith: .failure) { _ = Bytes([1, 2])[1..<3] }
  }

  @Test func `an integer or values that do not fit end the process`() async {
    await #expect(processExitsWith: .failure) { _ = Bytes([1, 2, 3]).integer(at: 0, as: UInt32.self) }
    await #expect(processExitsWith: .failure) { _ = Bytes([1, 2, 3, 4]).integer(at: 1, as: UInt32.self) }
    await #expect(processExitsWith: .failure) { _ = Bytes([1, 2, 3]).values(as: UInt16.self) }
  }
}
