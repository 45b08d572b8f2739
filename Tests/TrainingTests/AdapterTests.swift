import ByteIO
import Checkpoints
import JSON
import TensorFiles
import TestSupport
import Testing
import Torch
import VLA

/// Adapters as PEFT 0.11.1 makes, writes and merges them.
@Suite struct AdapterTests {
  private static let dev = Repository.fixture("TinyOpenVLA/dev")

  @Test func `a rank of 32 on openvla-7b is 110,828,288 parameters in 439 layers`() throws {
    let preset = try ModelPreset(path: "\(Repository.root)/manifests/models/openvla-7b.yaml")
    let modules = try AdapterConfig(rank: 32).modules(of: preset.config)
    #expect(modules.count == 439)
    #expect(modules.reduce(0) { $0 + $1.elementCount } == 110_828_288)
    #expect(modules.allSatisfy { $0.scale == 0.5 })
  }

  @Test func `targets, ranks and alphas of single layers go by names or their ends`() throws {
    let config = try CheckpointFolder("\(Self.dev)/model").config
    var adapter = AdapterConfig(rank: 4)
    adapter.alpha = 8
    adapter.targets = ["q_proj", "lm_head"]
    adapter.ranks = [.init("layers.1.self_attn.q_proj", 2)]
    adapter.alphas = [.init("lm_head", 1)]
    let modules = try adapter.modules(of: config)
    #expect(
      modules.map(\.module) == [
        "language_model.model.layers.0.self_attn.q_proj", "language_model.model.layers.1.self_attn.q_proj",
        "language_model.lm_head",
      ])
    #expect(modules.map { $0.a[0] } == [4, 2, 4])
    // 8 / 4, 8 / 2, 1 / 4.
    #expect(modules.map(\.scale) == [2, 4, 0.25])
    adapter.isRootScaled = true
    #expect(try adapter.modules(of: config)[0].scale == 4)  // 8 / √4
    adapter.targets = ["nothing"]
    #expect(throws: CheckpointError.self) { try adapter.modules(of: config) }
  }

  @Test func `a fresh adapter changes nothing, and its factors follow from the seed`() throws {
    try Engine.setThreadCount(1)
    let folder = try CheckpointFolder("\(Self.dev)/model")
    var config = AdapterConfig(rank: 8)
    let file = try SafetensorsFile("\(Self.dev)/forward.safetensors")
    let batch = try #require(try ForwardInputs(file, folder.config).batch())
    let plain = try withoutGradient { try Policy.load(folder, .float32).logits(batch) }
    for start in AdapterConfig.Start.allCases {
      config.start = start
      let policy = try Policy.load(folder, adapter: .fresh(config, seed: 3), .float32)
      let logits = try withoutGradient { () throws(TorchError) in try policy.logits(batch) }
      #expect(try logits.bytes == plain.bytes)
      let same = try Policy.load(folder, adapter: .fresh(config, seed: 3), .float32)
      let other = try Policy.load(folder, adapter: .fresh(config, seed: 4), .float32)
      let name = "projector.fc1.lora_A.weight"
      #expect(try policy.parameters[name]?.bytes == same.parameters[name]?.bytes)
      #expect(try policy.parameters[name]?.bytes != other.parameters[name]?.bytes)
      let values = try #require(policy.parameters[name]).values(Double.self)
      let deviation = (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
      // 1 / 8; uniform within 1 / √80 has a deviation of 1 / √240.
      let due = start == .gaussian ? 0.125 : 1 / 240.0.squareRoot()
      #expect(abs(deviation / due - 1) < 0.1, "\(start)")
    }
  }

  @Test func `merged weights equal PEFT's in float32 and in bfloat16`() throws {
    try Engine.setThreadCount(1)
    let directory = try TemporaryDirectory()
    let base = try CheckpointFolder("\(Self.dev)/model")
    let adapter = try AdapterFolder("\(Self.dev)/adapter", for: base.config)
    try adapter.merge(into: base, CheckpointWriter(directory("f32")), .float32)
    try adapter.merge(into: base, CheckpointWriter(directory("bf16")), .bfloat16)
    let expected = try SafetensorsFile("\(Self.dev)/lora.safetensors")
    for (folder, prefix, tolerance) in [("f32", "merged.", 1e-6), ("bf16", "merged_bf16.", 0)] {
      let merged = try CheckpointFolder(directory(folder))
      #expect(merged.config.torchDType == (folder == "f32" ? "float32" : "bfloat16"))
      var compared = 0
      for tensor in expected.tensors where tensor.name.hasPrefix(prefix) {
        let due = try Tensor.copying(expected.bytes(tensor.name), tensor.dtype, tensor.shape).values(Double.self)
        let stored = try #require(merged.tensors.first { prefix + $0.name == tensor.name })
        let found = try Tensor.copying(stored.bytes, stored.dtype, stored.shape).values(Double.self)
        #expect(zip(found, due).allSatisfy { abs($0 - $1) <= tolerance }, "\(tensor.name)")
        compared += 1
      }
      #expect(compared >= 3)
    }
    let sums = try #require(
      try JSONNode(file: "\(Self.dev)/train_expected.json").value["lora"]?["merged_checksum"]?.members)
    let merged = try CheckpointFolder(directory("f32"))
    #expect(sums.count == 53)
    for sum in sums {
      let stored = try #require(merged.tensors.first { $0.name == sum.name })
      let values = try Tensor.copying(stored.bytes, stored.dtype, stored.shape).values(Double.self)
      let due = try #require(sum.value.elements).compactMap(\.double)
      #expect(abs(values.reduce(0) { $0 + abs($1) } - due[1]) <= 1e-6 * due[1], "\(sum.name)")
    }
  }

  @Test func `a written adapter folder opens again with the same factors`() throws {
    let directory = try TemporaryDirectory()
    let base = try CheckpointFolder("\(Self.dev)/model").config
    let adapter = try AdapterFolder("\(Self.dev)/adapter", for: base)
    let byName = Dictionary(uniqueKeysWithValues: adapter.tensors.map { ($0.name, $0) })
    for _ in 0..<2 {  // The second time in place of the first.
      try AdapterWriter(directory("a")).write(adapter.config, adapter.modules, .float32) { name, file in
        try file.append(try #require(byName[name]).bytes)
      }
    }
    let again = try AdapterFolder(directory("a"), for: base)
    #expect(again.modules == adapter.modules && again.config.alpha == adapter.config.alpha)
    for tensor in again.tensors { #expect(try tensor.bytes == byName[tensor.name]?.bytes, "\(tensor.name)") }
    let keys = try #require(try JSONNode(file: directory("a/adapter_config.json")).value.members).map(\.name)
    let theirs = try #require(try JSONNode(file: "\(Self.dev)/adapter/adapter_config.json").value.members).map(\.name)
    #expect(Set(keys) == Set(theirs))
  }
}
