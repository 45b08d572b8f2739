import ByteIO
import HDF5
import TensorFiles
import TestSupport
import Testing

private let fixture = Repository.fixture("HDF5/types.hdf5")

@Suite struct HDF5FileTests {
  @Test func `numbers of every type, byte order and filter are those that h5py reads`() throws {
    let file = try HDF5File(fixture)
    let expected = try SafetensorsFile(Repository.fixture("HDF5/types.safetensors"))
    #expect(expected.tensors.count == 33)
    for wanted in expected.tensors {
      let tensor = try #require(try file.values(wanted.name).tensor)
      #expect(tensor.dtype == wanted.dtype, "\(wanted.name)")
      #expect(tensor.shape == wanted.shape, "\(wanted.name)")
      let bytes = try expected.bytes(wanted.name)
      #expect(tensor.bytes == bytes, "\(wanted.name)")
    }
  }

  @Test(arguments: [512, 4096])
  func `bytes that a user block puts before the file change nothing`(_ count: Int) throws {
    let directory = try TemporaryDirectory()
    let bytes = try readBytes(fixture)
    let path = try directory.write([UInt8](repeating: 7, count: count) + bytes, to: "block.hdf5")
    let (file, plain) = (try HDF5File(path), try HDF5File(fixture))
    for wanted in try SafetensorsFile(Repository.fixture("HDF5/types.safetensors")).tensors {
      #expect(try file.values(wanted.name) == plain.values(wanted.name), "\(wanted.name)")
    }
  }

  @Test func `texts lose their padding and nothing else`() throws {
    let file = try HDF5File(fixture)
    let long = try #require(try file.values("text/long").texts)
    #expect(long.map { String(utf8: $0) } == ["put the bowl", "", "größer"])
    let fixed = try #require(try file.values("text/fixed").texts)
    #expect(fixed.map { String(utf8: $0) } == ["abc", "a", ""])
  }

  @Test func `attributes come in order of their names`() throws {
    let attributes = try HDF5File(fixture).attributes("plain")
    #expect(attributes.map(\.name) == ["env_args", "mixed", "sim", "total"])
    #expect(attributes[0].values.texts.map { $0.map { String(utf8: $0) } } == [#"{"env_name": "Lift"}"#])
    #expect(attributes[1].values.tensor?.bytes.values(as: Float.self) == [1, 2])
    #expect(attributes[2].values.tensor == HostTensor(.bool, [], values: [UInt8(1)]))
    #expect(attributes[3].values.tensor == HostTensor(.int64, [], values: [Int64(12)]))
  }

  @Test func `entries of a group are named with their kind`() throws {
    let entries = try HDF5File(fixture).entries("text")
    #expect(entries.map(\.name) == ["fixed", "long"])
    #expect(entries.allSatisfy { $0.kind == .dataset })
    #expect(try HDF5File(fixture).kind("text") == .group)
    #expect(try HDF5File(fixture).kind("text/none") == nil)
  }

  @Test(arguments: [
    ("outside", HDF5Error.Reason.externalLink), ("stored_elsewhere", .externalStorage), ("loop", .linkLoop),
    ("dangling", .missing), ("plain/nothing", .missing), ("scalar/below", .missing),
    ("compound", .unsupported("its elements are compound, which Armature does not read")),
    ("plain", .content("it is no dataset")),
  ])
  func `what cannot be read is named with its path`(path: String, reason: HDF5Error.Reason) throws {
    let file = try HDF5File(fixture)
    #expect(throws: HDF5Error(reason, file: fixture, path: path)) { try file.values(path) }
  }

  @Test func `a file that is none, is missing or is a directory is refused`() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write(Array("not HDF5".utf8), to: "a.hdf5")
    #expect(throws: HDF5Error(.notHDF5, file: path)) { try HDF5File(path) }
    #expect(throws: FileError.self) { try HDF5File(directory("none.hdf5")) }
    #expect(throws: (any Error).self) { try HDF5File(directory.path) }
  }

  @Test func `every prefix of a file is refused`() throws {
    let directory = try TemporaryDirectory()
    let whole = try readBytes(Repository.fixture("HDF5/tiny.hdf5"))
    for length in 0..<whole.count {
      let path = try directory.write(Array(whole[..<length]), to: "cut.hdf5")
      #expect(throws: HDF5Error(.notHDF5, file: path), "\(length)") { try HDF5File(path) }
    }
  }

  @Test func `a damaged chunk is told by its checksum`() throws {
    let directory = try TemporaryDirectory()
    var bytes = try readBytes(fixture)
    let plain = try HDF5File(fixture).values("filters/odd_fletcher32").tensor?.bytes.array ?? []
    let start = try #require(
      (0..<bytes.count - plain.count).first { bytes[$0] == plain[0] && bytes[$0..<$0 + 64] == plain[0..<64] })
    bytes[start + 100] ^= 1
    let path = try directory.write(bytes, to: "damaged.hdf5")
    #expect(throws: HDF5Error.self) { try HDF5File(path).values("filters/odd_fletcher32") }
  }

  @Test func `many tasks may read one file`() async throws {
    let file = try HDF5File(fixture)
    let expected = try file.values("filters/lzf")
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<16 { group.addTask { try file.values("filters/lzf") == expected } }
      for try await same in group { #expect(same) }
    }
  }
}
