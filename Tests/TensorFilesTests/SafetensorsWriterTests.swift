import ByteIO
import TensorFiles
import TestSupport
import Testing

@Suite struct SafetensorsWriterTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func `a tiny file has the bytes of the format`() throws {
    try writeTensors(
      [
        ("b", HostTensor(.uint8, [2], values: [7, 8] as [UInt8])),
        ("a", HostTensor(.float32, [1, 1], values: [Float(1)])),
      ], metadata: ["k": "v"], to: directory("a"))
    let header =
      #"{"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]},"#
      + #""b":{"dtype":"U8","shape":[2],"data_offsets":[4,6]}}"#
    // The header has 26 + 55 + 52 = 133 bytes: three spaces make them 136 (88 hexadecimal).
    #expect(header.utf8.count == 133)
    #expect(
      try readBytes(directory("a"))
        == [0x88, 0, 0, 0, 0, 0, 0, 0] + Array((header + "   ").utf8) + [0, 0, 0x80, 0x3F, 7, 8])
  }

  @Test func `an empty file is a header`() throws {
    try writeTensors([], to: directory("a"))
    #expect(try readBytes(directory("a")) == [8, 0, 0, 0, 0, 0, 0, 0] + Array("{}      ".utf8))
    #expect(try SafetensorsFile(directory("a")).tensors.isEmpty)
  }

  @Test func `all types survive a round trip, wide ones first, then by name`() throws {
    let tensors = DType.allCases.flatMap { dtype in
      ["z", "a", "Ä"].map { name in
        (
          name: "\(name)-\(dtype.rawValue)",
          tensor: HostTensor(dtype, [3], Bytes((0..<3 * dtype.byteCount).map { UInt8($0 + dtype.byteCount) }))
        )
      }
    }
    try writeTensors(tensors, to: directory("a"))
    let file = try SafetensorsFile(directory("a"))
    #expect(file.tensors.count == tensors.count)
    for (name, tensor) in tensors {
      #expect(file.declaration(name) == TensorDeclaration(name, tensor.dtype, [3]))
      #expect(try file.bytes(name) == tensor.bytes)
    }
    for (one, next) in zip(file.tensors, file.tensors.dropFirst()) {
      #expect(
        one.dtype.byteCount > next.dtype.byteCount
          || one.dtype.byteCount == next.dtype.byteCount
            && one.name.utf8.lexicographicallyPrecedes(next.name.utf8)
      )
    }
  }

  @Test func `equal content gives equal bytes whatever its order`() throws {
    let tensors = [
      ("x", HostTensor(.int64, [1], values: [Int64(1)])), ("y", HostTensor(.bool, [1], values: [UInt8(1)])),
      ("z", HostTensor(.float64, [1], values: [2.0])),
    ]
    let one = try writeTensors(tensors, metadata: ["p": "1", "q": "2"], to: directory("a"))
    let other = try writeTensors(tensors.reversed(), metadata: ["q": "2", "p": "1"], to: directory("b"))
    #expect(one == other)
    #expect(try SHA256Digest.hexadecimal(ofFile: directory("a")) == one)
  }

  @Test(arguments: 0..<20) func `the data begins at a multiple of 8`(_ count: Int) throws {
    let name = String(repeating: "n", count: count)
    try writeTensors([(name, HostTensor(.float64, [1], values: [1.0]))], to: directory("a"))
    let bytes = try readBytes(directory("a"))
    let length = Bytes(bytes).integer(at: 0, as: UInt64.self)
    #expect(length.isMultiple(of: 8))
    #expect(bytes.count == 8 + Int(length) + 8)
    #expect(try SafetensorsFile(directory("a")).values(name, .float64, as: Double.self) == [1])
  }

  @Test func `names are escaped`() throws {
    let name = "a\"\\\n\u{1}é"
    try writeTensors([(name, HostTensor(.uint8, [1], values: [UInt8(3)]))], to: directory("a"))
    #expect(try SafetensorsFile(directory("a")).bytes(name).array == [3])
  }

  @Test func `a writer that is dropped leaves nothing`() throws {
    do { _ = try SafetensorsWriter(directory("a"), [TensorDeclaration("a", .uint8, [1])]) }
    #expect(try Directory.names(directory.path).isEmpty)
  }

  @Test func `data out of order, of another size or missing ends the process`() async {
    await #expect(processExitsWith: .failure) {
      let directory = try TemporaryDirectory()
      let tensors = [TensorDeclaration("a", .uint8, [1]), TensorDeclaration("b", .uint8, [1])]
      try SafetensorsWriter(directory("x"), tensors).append("b") { try $0.append([1]) }
    }
    await #expect(processExitsWith: .failure) {
      let directory = try TemporaryDirectory()
      try SafetensorsWriter(directory("x"), [TensorDeclaration("a", .uint8, [1])]).append("a") {
        try $0.append([1, 2])
      }
    }
    await #expect(processExitsWith: .failure) {
      let directory = try TemporaryDirectory()
      _ = try SafetensorsWriter(directory("x"), [TensorDeclaration("a", .uint8, [1])]).commit()
    }
  }
}
