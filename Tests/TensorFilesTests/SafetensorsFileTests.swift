import ByteIO
import TensorFiles
import TestSupport
import Testing

@Suite struct SafetensorsFileTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func file(_ header: [UInt8], _ dataCount: Int = 0) -> [UInt8] {
    littleEndian(UInt64(header.count)) + header + [UInt8](repeating: 0, count: dataCount)
  }

  private func refusal(_ bytes: [UInt8]) throws -> TensorFileError? {
    let path = try directory.write(bytes, to: "a.safetensors")
    let error = #expect(throws: TensorFileError.self) { try SafetensorsFile(path) }
    #expect(error?.file == path)
    #expect(error?.kind == .badData)
    #expect(error?.description.hasPrefix(path + ": ") == true)
    #expect(error?.description.contains("\n") == false)
    return error
  }

  private func refusal(header: String, _ dataCount: Int = 0) throws -> TensorFileError? {
    try refusal(file(Array(header.utf8), dataCount))
  }

  @Test func `a file too short for its header's length`() throws {
    for count in 0..<8 {
      #expect(try refusal([UInt8](repeating: 0, count: count))?.reason == .tooShort(byteCount: count))
    }
  }

  @Test(arguments: [100_000_001, 1 << 40, 1 << 63, UInt64.max]) func `a header beyond the limit`(_ length: UInt64)
    throws
  {
    let error = try refusal(littleEndian(length) + Array("{}".utf8))
    #expect(error?.reason == .headerTooLong(length: length, limit: 100_000_000))
  }

  @Test func `a header beyond the file`() throws {
    #expect(
      try refusal(littleEndian(UInt64(3)) + Array("{}".utf8))?.reason == .headerBeyondFile(length: 3, available: 2))
    #expect(
      try refusal(littleEndian(UInt64(100_000_000)))?.reason == .headerBeyondFile(length: 100_000_000, available: 0))
  }

  static let badHeaders = [
    "", "x", "[]", "3", #"{"a": 1}"#, #"{"a": {}}"#, "{} {}", #" {}"#,
    #"{"a": {"dtype": "U8", "shape": [0]}}"#, #"{"a": {"dtype": "U8", "data_offsets": [0, 0]}}"#,
    #"{"a": {"dtype": "U8", "shape": 0, "data_offsets": [0, 0]}}"#,
    #"{"a": {"dtype": "U8", "shape": [-1], "data_offsets": [0, 0]}}"#,
    #"{"a": {"dtype": "U8", "shape": [0.0], "data_offsets": [0, 0]}}"#,
    #"{"a": {"dtype": "U8", "shape": ["0"], "data_offsets": [0, 0]}}"#,
    #"{"a": {"dtype": "U8", "shape": [0], "data_offsets": [0]}}"#,
    #"{"a": {"dtype": "U8", "shape": [0], "data_offsets": [0, 0, 0]}}"#,
    #"{"a": {"dtype": "U8", "shape": [0], "data_offsets": [-1, -1]}}"#,
    #"{"a": {"dtype": "U8", "shape": [1], "data_offsets": [1, 0]}}"#,
    #"{"a": {"dtype": "U8", "shape": [0], "data_offsets": [18446744073709551615, 18446744073709551615]}}"#,
    #"{"a": {"dtype": 3, "shape": [0], "data_offsets": [0, 0]}}"#,
    #"{"__metadata__": {"a": 1}}"#, #"{"__metadata__": "a"}"#,
    #"{"a": {"dtype": "U8", "shape": [0], "data_offsets": [0, 0]}, "a": {"dtype": "U8", "shape": [0], "data_offsets": [0, 0]}}"#,
  ]

  @Test(arguments: badHeaders) func `a header that is none`(_ header: String) throws {
    guard case .badHeader = try refusal(header: header)?.reason else {
      Issue.record("another reason")
      return
    }
  }

  @Test func `a header that is not UTF-8`() throws {
    guard case .badHeader = try refusal(file(Array(#"{""#.utf8) + [0xFF] + Array(#"": {}}"#.utf8)))?.reason else {
      Issue.record("another reason")
      return
    }
  }

  @Test func `a header of 10,000 levels`() throws {
    guard case .badHeader = try refusal(header: String(repeating: #"{"a":"#, count: 10_000))?.reason else {
      Issue.record("another reason")
      return
    }
  }

  @Test(arguments: ["F8_E5M2", "f32", "C64", ""]) func `an unknown type`(_ name: String) throws {
    let error = try refusal(header: #"{"a": {"dtype": "\#(name)", "shape": [0], "data_offsets": [0, 0]}}"#)
    #expect(error?.reason == .unknownType(name))
    #expect(error?.tensor == "a")
  }

  @Test(arguments: ["[9223372036854775807, 2]", "[4294967296, 4294967296]", "[2305843009213693952]"])
  func `a shape that overflows`(_ shape: String) throws {
    let error = try refusal(header: #"{"a": {"dtype": "F64", "shape": \#(shape), "data_offsets": [0, 0]}}"#)
    #expect(error?.reason == .sizeOverflow)
  }

  @Test func `offsets that do not fit type and shape`() throws {
    let error = try refusal(header: #"{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 7]}}"#, 7)
    #expect(error?.reason == .sizeMismatch(expected: 8, found: 7))
  }

  /// Two tensors of two bytes at `first` and `second`, and `count` bytes of data.
  private func pair(_ first: Int, _ second: Int, _ count: Int) throws -> TensorFileError? {
    try refusal(
      header: #"{"a": {"dtype": "U8", "shape": [2], "data_offsets": [\#(first), \#(first + 2)]}, "#
        + #""b": {"dtype": "U8", "shape": [2], "data_offsets": [\#(second), \#(second + 2)]}}"#, count)
  }

  @Test func `data that overlaps, leaves a hole, or does not fill the file`() throws {
    #expect(try pair(0, 1, 3)?.reason == .hole(expected: 2, found: 1))
    #expect(try pair(0, 0, 2)?.reason == .hole(expected: 2, found: 0))
    #expect(try pair(0, 3, 5)?.reason == .hole(expected: 2, found: 3))
    #expect(try pair(0, 3, 5)?.tensor == "b")
    #expect(try pair(1, 3, 5)?.reason == .hole(expected: 0, found: 1))
    #expect(try pair(0, 2, 5)?.reason == .lengthMismatch(expected: 4, found: 5))
    #expect(try pair(0, 2, 3)?.reason == .lengthMismatch(expected: 4, found: 3))
    #expect(try refusal(header: "{}", 1)?.reason == .lengthMismatch(expected: 0, found: 1))
  }

  @Test func `empty tensors and scalars`() throws {
    let header =
      #"{"scalar": {"dtype": "I16", "shape": [], "data_offsets": [0, 2]}, "#
      + #""none": {"dtype": "F32", "shape": [3, 0], "data_offsets": [2, 2]}, "#
      + #""first": {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}, "__metadata__": {"k": "v"}}   "#
    let path = try directory.write(file(Array(header.utf8)) + [5, 1], to: "a.safetensors")
    let file = try SafetensorsFile(path)
    #expect(file.tensors.map(\.name) == ["first", "scalar", "none"])
    #expect(try file.values("scalar", .int16, as: Int16.self) == [261])
    #expect(try file.values("none", .float32, as: Float.self) == [])
    #expect(file.declaration("none")?.shape == [3, 0])
    #expect(file.metadata == ["k": "v"])
  }

  @Test func `every prefix of a file is refused`() throws {
    try writeTensors(
      [
        ("a", HostTensor(.float32, [2, 2], values: [Float(1), 2, 3, 4])),
        ("b", HostTensor(.uint8, [3], values: [1, 2, 3] as [UInt8])),
      ], metadata: ["x": "y"], to: directory("whole"))
    let whole = try readBytes(directory("whole"))
    for count in 0..<whole.count { #expect(try refusal(Array(whole[..<count])) != nil, "\(count)") }
  }

  @Test func `every change of one header byte is survived`() throws {
    try writeTensors([("a", HostTensor(.float32, [2], values: [Float(1), 2]))], to: directory("whole"))
    let whole = try readBytes(directory("whole"))
    for index in 0..<whole.count - 8 {
      for value in [0x20, 0x22, 0x2D, 0x39, 0x7D, 0xFF] as [UInt8] {
        var bytes = whole
        bytes[index] = value
        let path = try directory.write(bytes, to: "a")
        let result = Result { try SafetensorsFile(path) }
        if case .success(let file) = result { #expect(file.tensors.count <= 1) }
        if case .failure(let error) = result { #expect(error is TensorFileError) }
      }
    }
  }

  @Test func `a tensor that is missing or of another type is named`() throws {
    try writeTensors([("a", HostTensor(.float32, [1], values: [Float(1)]))], to: directory("a"))
    let file = try SafetensorsFile(directory("a"))
    #expect(file.declaration("b") == nil)
    let missing = #expect(throws: TensorFileError.self) { try file.bytes("b") }
    #expect(missing?.description == "\(directory("a")): tensor `b`: there is no such tensor")
    let other = #expect(throws: TensorFileError.self) { try file.values("a", .int32, as: Int32.self) }
    #expect(other?.reason == .wrongType(expected: "I32", found: "F32"))
  }

  @Test func `a missing file is reported as missing`() {
    let error = #expect(throws: FileError.self) { try SafetensorsFile(directory("none")) }
    #expect(error?.kind == .inputMissing)
  }

  @Test func `released pages are readable again`() throws {
    let values = (0..<10_000).map { Float($0) }
    try writeTensors([("a", HostTensor(.float32, [10_000], values: values))], to: directory("a"))
    let file = try SafetensorsFile(directory("a"))
    file.releasePages("a")
    file.releasePages("none")
    #expect(try file.values("a", .float32, as: Float.self) == values)
  }
}
