import ByteIO
import Checkpoints
import JSON
import TensorFiles
import TestSupport
import Testing

@Suite struct CheckpointFolderTests {
  @Test(arguments: CheckpointFixture.names) func `a folder gives each parameter with its bytes`(_ name: String) throws {
    let folder = try CheckpointFolder(CheckpointFixture.path(name))
    #expect(folder.tensors.map(\.name) == folder.config.parameters.map(\.name))
    #expect(folder.tensors.map(\.shape) == folder.config.parameters.map(\.shape))
    for tensor in folder.tensors {
      #expect(tensor.storedName == tensor.name)
      #expect(try tensor.bytes.count == tensor.shape.reduce(tensor.dtype.byteCount, *))
      #expect(try tensor.bytes.array == tensor.file.bytes(tensor.name).array)
    }
  }

  @Test func `tensors come from the file that the index names, in their own type`() throws {
    let folder = try CheckpointFolder(CheckpointFixture.path("dev"))
    #expect(Set(folder.tensors.map { Directory.name(of: $0.file.path) }).count == 2)
    // 429,135 parameters in float32 are the index's 1,716,540 bytes.
    #expect(folder.tensors.reduce(0) { $0 + $1.shape.reduce(1, *) } == 429_135)
    #expect(folder.tensors.allSatisfy { $0.dtype == .float32 })
    #expect(try CheckpointFolder(CheckpointFixture.path("vocab32k")).tensors.allSatisfy { $0.dtype == .bfloat16 })
  }

  @Test func `LayerScale may be called gamma, as in timm and native checkpoints`() throws {
    let fixture = try CheckpointFixture("gqa")
    try fixture.rewrite { tensors in
      for index in tensors.indices {
        tensors[index].name = tensors[index].name.replacing(".scale_factor", with: ".gamma")
      }
    }
    let one = try CheckpointFolder(CheckpointFixture.path("gqa")).tensors
    let other = try CheckpointFolder(fixture.path).tensors
    #expect(other.map(\.name) == one.map(\.name))
    #expect(try other.map { try $0.bytes.array } == one.map { try $0.bytes.array })
    // Two blocks, two each.
    #expect(other.filter { $0.storedName.hasSuffix(".gamma") }.count == 4)
  }

  @Test func `frequencies that old versions of transformers stored are passed over`() throws {
    let fixture = try CheckpointFixture("siglip")
    try fixture.rewrite {
      $0.append(
        (
          "language_model.model.layers.0.self_attn.rotary_emb.inv_freq",
          HostTensor(.float32, [4], values: [1, 2, 3, 4] as [Float])
        ))
    }
    #expect(
      try CheckpointFolder(fixture.path).tensors.count
        == CheckpointFolder(CheckpointFixture.path("siglip")).tensors.count)
  }

  @Test func `missing, unknown and misshapen tensors are reported together in one line`() throws {
    let fixture = try CheckpointFixture("siglip")
    try fixture.rewrite { tensors in
      tensors.removeAll { $0.name.hasPrefix("vision_backbone.featurizer.blocks.1.") }
      tensors.removeAll { $0.name == "projector.fc2.bias" }
      tensors.append(("extra", HostTensor(.float32, [1], values: [Float(1)])))
      for index in tensors.indices where tensors[index].name == "projector.fc1.bias" {
        tensors[index].tensor = HostTensor(.float32, [2, 12], tensors[index].tensor.bytes)
      }
      for index in tensors.indices where tensors[index].name == "language_model.model.norm.weight" {
        tensors[index].tensor = HostTensor(.int32, [24], tensors[index].tensor.bytes)
      }
    }
    let prefix = "vision_backbone.featurizer.blocks.1."
    // Of a block: two norms, two linear layers of attention and two of the MLP, weight and bias each, are 12.
    #expect(
      complaint { _ = try CheckpointFolder(fixture.path) }
        == "\(fixture.path): the weights are not those of config.json: 13 missing: `\(prefix)norm1.weight`, "
        + "`\(prefix)norm1.bias`, `\(prefix)attn.qkv.weight`, …; 1 unknown: `extra`; 2 of another shape or type: "
        + "`projector.fc1.bias` is [2, 12], not [24], `language_model.model.norm.weight` is I32, no floating type")
  }

  @Test func `both spellings at once are one too many`() throws {
    let fixture = try CheckpointFixture("gqa")
    let name = "vision_backbone.featurizer.blocks.0.ls1."
    try fixture.rewrite { tensors in
      let tensor = try #require(tensors.first { $0.name == name + "scale_factor" }).tensor
      tensors.append((name + "gamma", tensor))
    }
    #expect(
      complaint { _ = try CheckpointFolder(fixture.path) }?.hasSuffix("config.json: 1 unknown: `\(name)gamma`") == true)
  }

  @Test func `another config's weights are refused`() throws {
    let fixture = try CheckpointFixture("siglip")
    try fixture.write(
      CheckpointFixture.config("siglip", [("text_config.num_hidden_layers", 3)]).value.serialized(), to: "config.json")
    #expect(
      complaint { _ = try CheckpointFolder(fixture.path) }?.contains(
        "9 missing: `language_model.model.layers.2.self_attn.q_proj.weight`") == true)
  }

  @Test func `a weight file that is missing is named`() throws {
    let fixture = try CheckpointFixture("dev")
    try fixture.remove("model-00002-of-00002.safetensors")
    let error = #expect(throws: CheckpointError.self) { try CheckpointFolder(fixture.path) }
    #expect(error?.kind == .inputMissing)
    #expect(
      error?.description == "\(fixture.path)/model-00002-of-00002.safetensors: the weight file is missing, though "
        + "model.safetensors.index.json names it")
  }

  @Test func `an index that is at odds with the files is refused`() throws {
    let first = "model-00001-of-00002.safetensors"
    let second = "model-00002-of-00002.safetensors"
    let fixture = try CheckpointFixture("dev")
    try fixture.reindex { $0 == "vision_backbone.featurizer.cls_token" ? second : $1 }
    #expect(
      complaint { _ = try CheckpointFolder(fixture.path) }
        == "\(fixture.path)/\(second): it has no tensor `vision_backbone.featurizer.cls_token`, though model.safetensors.index.json says "
        + "so; copy the file again")

    let short = try CheckpointFixture("dev")
    try short.reindex { $0 == "vision_backbone.featurizer.cls_token" ? nil : $1 }
    #expect(
      complaint { _ = try CheckpointFolder(short.path) }
        == "\(short.path)/\(first): its tensor `vision_backbone.featurizer.cls_token` is not in model.safetensors.index.json; the files "
        + "do not belong together")

    let twice = try CheckpointFixture("dev")
    try twice.rewrite(second) {
      $0.append(("vision_backbone.featurizer.cls_token", HostTensor(.float32, [1], values: [Float(1)])))
    }
    #expect(
      complaint { _ = try CheckpointFolder(twice.path) }?.hasPrefix(
        "\(twice.path)/\(second): its tensor `vision_backbone.featurizer.cls_token`") == true)

    let empty = try CheckpointFixture("dev")
    try empty.reindex { _, _ in nil }
    #expect(
      complaint { _ = try CheckpointFolder(empty.path) }?.contains(" missing: `vision_backbone.featurizer.cls_token`")
        == true)
  }

  @Test(arguments: ["../model/model-00001-of-00002.safetensors", "/etc/passwd", "", ".."])
  func `an index may only name files of its folder`(_ name: String) throws {
    let fixture = try CheckpointFixture("dev")
    try fixture.reindex { $0 == "vision_backbone.featurizer.cls_token" ? name : $1 }
    #expect(
      complaint { _ = try CheckpointFolder(fixture.path) }
        == "\(fixture.path)/model.safetensors.index.json: weight_map.vision_backbone.featurizer.cls_token: `\(name)` is no file of this "
        + "folder")
  }

  static let indices = [
    "", "{", "[]", "{}", #"{"weight_map": []}"#, #"{"weight_map": {"a": 1}}"#, #"{"weight_map": {"a": "x", "a": "x"}}"#,
  ]

  @Test(arguments: indices) func `an index that is none is refused`(_ text: String) throws {
    let fixture = try CheckpointFixture("dev")
    try fixture.write(text, to: CheckpointFolder.indexName)
    let error = #expect(throws: JSONError.self) { try CheckpointFolder(fixture.path) }
    #expect(error?.file == "\(fixture.path)/\(CheckpointFolder.indexName)")
  }

  @Test func `a single file goes before an index, as in transformers`() throws {
    let fixture = try CheckpointFixture("siglip")
    try fixture.write("not JSON", to: CheckpointFolder.indexName)
    #expect(try CheckpointFolder(fixture.path).tensors.count > 0)
  }

  @Test func `a cut weight file is refused with its name`() throws {
    let fixture = try CheckpointFixture("dev")
    let name = "model-00002-of-00002.safetensors"
    let whole = try readBytes("\(fixture.path)/\(name)")
    for count in [0, 7, 8, 9, 2960, 2968, whole.count / 2, whole.count - 1] {
      try fixture.directory.write(Array(whole[..<count]), to: "model/\(name)")
      let error = #expect(throws: TensorFileError.self, "\(count)") { try CheckpointFolder(fixture.path) }
      #expect(error?.file == "\(fixture.path)/\(name)")
    }
  }

  @Test func `a folder that is none is refused`() throws {
    let directory = try TemporaryDirectory()
    #expect(
      complaint { _ = try CheckpointFolder(directory("none")) }
        == "\(directory("none")): there is no such folder; give one with config.json")
    let file = try directory.write([1], to: "file")
    #expect(
      complaint { _ = try CheckpointFolder(file) } == "\(file): there is no such folder; give one with config.json")
    let error = #expect(throws: FileError.self) { try CheckpointFolder(directory.path) }
    #expect(error?.kind == .inputMissing)
    #expect(error?.path == directory("config.json"))
  }

  @Test func `weights in another format are refused`() throws {
    let fixture = try CheckpointFixture("siglip")
    try fixture.remove(CheckpointFolder.singleName)
    try fixture.write("x", to: "pytorch_model.bin")
    let error = #expect(throws: CheckpointError.self) { try CheckpointFolder(fixture.path) }
    #expect(error?.kind == .inputMissing)
    #expect(
      error?.description
        == "\(fixture.path): it has neither model.safetensors nor model.safetensors.index.json; weights must be safetensors"
    )
  }

  @Test func `files beside the weights are found by name`() throws {
    let folder = try CheckpointFolder(CheckpointFixture.path("dev"))
    #expect(folder.file(CheckpointFolder.preprocessorName) == "\(folder.path)/preprocessor_config.json")
    #expect(folder.file(CheckpointFolder.tokenizerName) == nil)
  }

  @Test func `dataset_statistics.json goes before the config's norm_stats`() throws {
    let fixture = try CheckpointFixture("siglip")
    let own = try CheckpointFolder(fixture.path).actionStatistics
    #expect(own.keys == ["seven_masked"])
    #expect(own.file == "\(fixture.path)/config.json")
    try fixture.write(#"{"mine": {"action": {"q01": [0], "q99": [2]}}}"#, to: CheckpointFolder.statisticsName)
    let given = try CheckpointFolder(fixture.path).actionStatistics
    #expect(given.keys == ["mine"])
    #expect(given.file == "\(fixture.path)/dataset_statistics.json")
  }
}
