import ByteIO
import Checkpoints
import JSON
import TensorFiles
import TestSupport
import Testing

@Suite struct CheckpointWriterTests {
  private let directory: TemporaryDirectory
  private var out: String { directory("out") }

  init() throws { directory = try TemporaryDirectory() }

  /// Tensors of bytes whose names and sizes are given.
  private func declarations(_ sizes: KeyValuePairs<String, Int>) -> [TensorDeclaration] {
    sizes.map { TensorDeclaration($0.key, .uint8, [$0.value]) }
  }

  private func write(
    _ tensors: [TensorDeclaration], limit: Int, to path: String? = nil, files: [CheckpointWriter.File] = [],
    _ data: (TensorDeclaration, AtomicFile) throws -> Void = { declaration, file in
      try file.append([UInt8](repeating: declaration.name.utf8.first ?? 0, count: declaration.shape[0]))
    }
  ) throws {
    try CheckpointWriter(path ?? out, shardSize: limit).write(
      tensors, config: ["model_type": "openvla"], files: files, data: data)
  }

  @Test(arguments: ["dev", "vocab32k"]) func `a folder is written to the byte as transformers wrote it`(_ name: String)
    throws
  {
    let source = try CheckpointFolder(CheckpointFixture.path(name))
    let bytes = Dictionary(uniqueKeysWithValues: source.tensors.map { ($0.name, $0) })
    let files = [CheckpointFolder.generationName, CheckpointFolder.preprocessorName, CheckpointFolder.statisticsName]
    // Any limit from 888,124 to 990,523 bytes cuts both as they were cut.
    try CheckpointWriter(out, shardSize: 900_000).write(
      source.tensors.map { TensorDeclaration($0.name, $0.dtype, $0.shape) },
      config: source.config.json(torchDType: source.config.torchDType),
      files: files.map { .init($0, .copy("\(source.path)/\($0)")) },
      data: { try $1.append(#require(bytes[$0.name]).bytes) })
    let names = try Directory.names(source.path)
    #expect(try Directory.names(out) == names)
    for file in names { #expect(try readBytes("\(out)/\(file)") == readBytes("\(source.path)/\(file)"), "\(file)") }
    #expect(Directory.entry("\(out).part") == .missing)
  }

  @Test func `files are filled in the given order, and begun anew when the next does not fit`() throws {
    // a and c fill 8 of 8 bytes; b (7) does not fit beside d (2); e (9) is larger than any file may be.
    try write(declarations(["c": 4, "a": 4, "d": 2, "b": 7, "e": 9, "f": 1]), limit: 8)
    let index = try JSONNode(file: "\(out)/\(CheckpointFolder.indexName)")
    #expect(try index.member("metadata").member("total_size").count() == 27)
    let map = try index.member("weight_map").members().map { "\($0.name) \(try $0.node.string())" }
    #expect(
      map == [
        "a model-00001-of-00005.safetensors", "b model-00003-of-00005.safetensors",
        "c model-00001-of-00005.safetensors", "d model-00002-of-00005.safetensors",
        "e model-00004-of-00005.safetensors", "f model-00005-of-00005.safetensors",
      ])
    #expect(
      try Directory.names(out) == ["config.json"] + (1...5).map { "model-0000\($0)-of-00005.safetensors" }
        + ["model.safetensors.index.json"])
    let first = try SafetensorsFile("\(out)/model-00001-of-00005.safetensors")
    #expect(first.metadata == ["format": "pt"])
    #expect(try first.bytes("c").array == Array("cccc".utf8))
  }

  @Test func `what fits one file has no index`() throws {
    try write(declarations(["a": 4, "b": 4]), limit: 8)
    #expect(try Directory.names(out) == ["config.json", "model.safetensors"])
    #expect(try JSONNode(file: "\(out)/config.json").value == ["model_type": "openvla"])
  }

  @Test func `other files are copied or written`() throws {
    let source = try directory.write([0, 1, 255], to: "tokenizer")
    try write([], limit: 8, files: [.init("tokenizer.model", .copy(source)), .init("x.json", .json(["a": [1, 2.5]]))])
    #expect(try readBytes("\(out)/tokenizer.model") == [0, 1, 255])
    // As Python's json.dump(indent=2), with a line's end.
    #expect(
      try String(decoding: readBytes("\(out)/x.json"), as: UTF8.self) == "{\n  \"a\": [\n    1,\n    2.5\n  ]\n}\n")
  }

  @Test func `an empty folder is taken, any other is refused and kept`() throws {
    try Directory.create(out)
    try write(declarations(["a": 1]), limit: 8)
    let before = try readBytes("\(out)/model.safetensors")
    let error = #expect(throws: CheckpointError.self) { try write(declarations(["a": 2]), limit: 8) }
    #expect(error?.kind == .outputUnavailable)
    #expect(error?.description == "\(out): the folder is not empty; remove it or choose another --out")
    #expect(try readBytes("\(out)/model.safetensors") == before)

    let file = try directory.write([7], to: "file")
    #expect(
      complaint { try write(declarations(["a": 1]), limit: 8, to: file) }
        == "\(file): it is no folder; choose another --out")
    #expect(try readBytes(file) == [7])
  }

  @Test func `a path may end in a slash`() throws {
    try write(declarations(["a": 1]), limit: 8, to: out + "/")
    #expect(try Directory.names(directory.path) == ["out"])
    #expect(try Directory.names(out) == ["config.json", "model.safetensors"])
    try Directory.create(directory("empty"))
    try write(declarations(["a": 1]), limit: 8, to: directory("empty") + "//")
    #expect(try Directory.names(directory("empty")) == ["config.json", "model.safetensors"])
  }

  @Test func `nothing stands under the name until all is written`() throws {
    struct Interrupted: Error {}
    #expect(throws: Interrupted.self) {
      try write(declarations(["a": 6, "b": 6]), limit: 8) { declaration, file in
        if declaration.name == "b" { throw Interrupted() }
        try file.append([UInt8](repeating: 0, count: 6))
      }
    }
    #expect(Directory.entry(out) == .missing)
    let error = #expect(throws: FileError.self) {
      try write(declarations(["a": 1]), limit: 8, files: [.init("t", .copy(directory("none")))])
    }
    #expect(error?.path == directory("none"))
    #expect(Directory.entry(out) == .missing)
    // What an interrupted run left does not disturb the next.
    try write(declarations(["c": 1]), limit: 8)
    #expect(try Directory.names(directory.path) == ["out"])
    #expect(try Directory.names(out) == ["config.json", "model.safetensors"])
    #expect(try SafetensorsFile("\(out)/model.safetensors").tensors.map(\.name) == ["c"])
  }

  @Test func `a folder that cannot be made is reported`() throws {
    let file = try directory.write([1], to: "file")
    #expect(throws: FileError.self) { try write([], limit: 8, to: "\(file)/inside") }
  }

  @Test func `tensors are asked for one at a time, in the order of the file`() throws {
    var asked: [String] = []
    let tensors = [
      TensorDeclaration("b", .float16, [1]), TensorDeclaration("z", .float32, [1]),
      TensorDeclaration("a", .float16, [1]),
    ]
    try write(tensors, limit: 100) { declaration, file in
      asked.append(declaration.name)
      try file.append([UInt8](repeating: 0, count: declaration.dtype.byteCount))
    }
    // Wide elements first, then by name: the format's own order.
    #expect(asked == ["z", "a", "b"])
  }
}
