import ByteIO
import Checkpoints
import JSON
import TensorFiles
import TestSupport
import Testing
import Torch
import VLA

@testable import Training

/// Five optimiser steps on the batch of the reference's oracle, against the reference's own.
@Suite struct TraceTests {
  private static let dev = Repository.fixture("TinyOpenVLA/dev")

  /// What the reference saw.
  private static func expected(_ part: String) throws -> JSONValue {
    let file = "\(dev)/train_expected.json"
    return try #require(try JSONNode(file: file).value[part])
  }

  private static func numbers(_ value: JSONValue?) throws -> [Double] {
    try #require(value?.elements).map { try #require($0.double) }
  }

  /// A trace, with the gradients of its first step by name.
  private struct Traced {
    var trace: PolicyTrace
    var policy: Policy
    var gradients: [String: [Double]] = [:]
    var without: Set<String> = []
  }

  private static func run(
    adapter: Bool = false, clip: Double? = nil, _ activations: TrainingPass.Activations = .kept
  ) throws -> Traced {
    try Engine.setThreadCount(1)
    let folder = try CheckpointFolder("\(dev)/model")
    let source = adapter ? AdapterSource.folder(try AdapterFolder("\(dev)/adapter", for: folder.config)) : nil
    let policy = try Policy.load(folder, adapter: source, .float32) { !adapter || $0.contains(".lora_") }
    var options = TraceOptions()
    options.clip = clip
    options.pass.activations = activations
    var gradients: [String: [Double]] = [:]
    var without: Set<String> = []
    let trace = try PolicyTrace(policy, SafetensorsFile("\(dev)/forward.safetensors"), options) { step, optimizer in
      guard step == 1 else { return }
      for (name, parameter) in zip(optimizer.names, optimizer.parameters) {
        if let gradient = try parameter.gradient {
          gradients[name] = try gradient.values(Double.self)
        } else {
          without.insert(name)
        }
      }
    }
    return Traced(trace: trace, policy: policy, gradients: gradients, without: without)
  }

  private func compare(_ trace: PolicyTrace, _ losses: [Double], _ norms: [Double]) {
    #expect(trace.loss.count == losses.count && trace.gradientNorm.count == norms.count)
    for (found, due) in zip(trace.loss, losses) { #expect(abs(found - due) <= 5e-5, "\(found) for \(due)") }
    for (found, due) in zip(trace.gradientNorm, norms) { #expect(abs(found / due - 1) <= 1e-4, "\(found) for \(due)") }
  }

  @Test(arguments: TrainingPass.Activations.allCases)
  func `five whole steps equal the reference's`(activations: TrainingPass.Activations) throws {
    let expected = try Self.expected("train")
    let traced = try Self.run(activations)
    compare(traced.trace, try Self.numbers(expected["loss"]), try Self.numbers(expected["grad_norm"]))

    let file = try SafetensorsFile("\(Self.dev)/train.safetensors")
    var compared = 0
    for tensor in file.tensors {
      let due = try Tensor.copying(file.bytes(tensor.name), tensor.dtype, tensor.shape).values(Double.self)
      let found: [Double]
      let tolerance: Double
      if tensor.name.hasPrefix("grad_step1.") {
        found = try #require(traced.gradients[String(tensor.name.dropFirst("grad_step1.".count))])
        tolerance = 1e-4 * (due.map(abs).max() ?? 0)
      } else {
        let name = String(tensor.name.dropFirst("after5.".count))
        // Rounding decides the sign of a key bias' gradient, whose true value is 0.
        if name.hasSuffix("attn.qkv.bias") { continue }
        found = try #require(traced.policy.parameters[name]).values(Double.self)
        tolerance = 5e-4
      }
      #expect(zip(found, due).allSatisfy { abs($0 - $1) <= tolerance }, "\(tensor.name)")
      compared += 1
    }
    #expect(compared >= 20)
  }

  @Test func `every gradient of the first step sums up as the reference's`() throws {
    let traced = try Self.run()
    let sums = try #require(try Self.expected("train")["grad_step1_checksum"]?.members)
    var compared = 0
    for (name, sum) in sums.map({ ($0.name, $0.value) }) {
      guard let pair = sum.elements?.compactMap(\.double), pair.count == 2 else {
        #expect(traced.without.contains(name), "\(name)")
        continue
      }
      let found = try #require(traced.gradients[name])
      #expect(abs(found.reduce(0) { $0 + abs($1) } - pair[1]) <= 2e-4 * pair[1] + 1e-6, "\(name)")
      compared += 1
    }
    #expect(compared > 50)
  }

  @Test func `parameters without a gradient stay what they were, to the bit`() throws {
    let traced = try Self.run()
    let names = try #require(try Self.expected("train")["no_grad"]?.elements).compactMap(\.text)
    #expect(names.count == 43 && Set(names) == traced.without)
    for stored in try CheckpointFolder("\(Self.dev)/model").tensors where names.contains(stored.name) {
      #expect(try traced.policy.parameters[stored.name]?.detached().bytes == stored.bytes, "\(stored.name)")
    }
  }

  @Test func `clipping goes as the reference's`() throws {
    let expected = try #require(try Self.expected("train")["clip1"])
    let traced = try Self.run(clip: 1)
    compare(
      traced.trace, try Self.numbers(expected["loss"]), try Self.numbers(expected["grad_norm_before_clip"]))
  }

  @Test(arguments: TrainingPass.Activations.allCases)
  func `five steps of an adapter equal PEFT's`(activations: TrainingPass.Activations) throws {
    let expected = try Self.expected("lora")
    let traced = try Self.run(adapter: true, activations)
    compare(traced.trace, try Self.numbers(expected["loss"]), try Self.numbers(expected["grad_norm"]))

    let after = try SafetensorsFile("\(Self.dev)/adapter_step5.safetensors")
    for tensor in after.tensors {
      let name = String(tensor.name.dropFirst("base_model.model.".count))
      let due = try Tensor.copying(after.bytes(tensor.name), tensor.dtype, tensor.shape).values(Double.self)
      let found = try #require(traced.policy.parameters[name]).values(Double.self)
      #expect(zip(found, due).allSatisfy { abs($0 - $1) <= 5e-4 }, "\(name)")
    }
    let gradients = try SafetensorsFile("\(Self.dev)/lora.safetensors")
    for tensor in gradients.tensors where tensor.name.hasPrefix("grad_step1.") {
      let name = String(tensor.name.dropFirst("grad_step1.base_model.model.".count))
      let due = try Tensor.copying(gradients.bytes(tensor.name), tensor.dtype, tensor.shape).values(Double.self)
      let limit = 1e-4 * (due.map(abs).max() ?? 0)
      let found = try #require(traced.gradients[name])
      #expect(zip(found, due).allSatisfy { abs($0 - $1) <= limit }, "\(name)")
    }
    // Layers that nothing follows from keep both factors.
    let idle = try #require(expected["none_grad"]?.elements).compactMap(\.text)
    #expect(!idle.isEmpty && idle.allSatisfy { traced.without.contains("\($0).lora_A.weight") })
  }

  @Test(arguments: ["gqa", "siglip"])
  func `models of other shapes go as the reference's`(set: String) throws {
    try Engine.setThreadCount(1)
    let root = Repository.fixture("TinyOpenVLA/\(set)")
    let expected = try JSONNode(file: "\(root)/train_expected.json").value
    let policy = try Policy.load(CheckpointFolder("\(root)/model"), .float32) { _ in true }
    let trace = try PolicyTrace(policy, SafetensorsFile("\(root)/forward.safetensors"), .init())
    compare(trace, try Self.numbers(expected["loss"]), try Self.numbers(expected["grad_norm"]))
  }

  @Test func `a batch without labels, and one with none supervised, are refused`() throws {
    let folder = try TemporaryDirectory()
    let source = try SafetensorsFile("\(Self.dev)/forward.safetensors")
    func tensor(_ name: String) throws -> HostTensor {
      let declaration = try #require(source.declaration(name))
      return try HostTensor(declaration.dtype, declaration.shape, source.bytes(name))
    }
    let policy = try Policy.load(CheckpointFolder("\(Self.dev)/model"), .float32) { _ in true }
    let inputs = [("input_ids", try tensor("input_ids")), ("attention_mask", try tensor("attention_mask"))]
    try writeTensors(inputs, to: folder("a.safetensors"))
    #expect(throws: TrainingError.self) {
      try PolicyTrace(policy, SafetensorsFile(folder("a.safetensors")), .init())
    }
    let ignored = [Int64](repeating: -100, count: 3 * 22)
    let labels = ("labels", HostTensor(.int64, [3, 22], values: ignored))
    try writeTensors(inputs + [labels], to: folder("b.safetensors"))
    #expect(throws: TrainingError.self) {
      try PolicyTrace(policy, SafetensorsFile(folder("b.safetensors")), .init())
    }
  }
}
