import ByteIO
import Checkpoints
import JSON
import TensorFiles
import TestSupport
import Testing
import Torch
import VLA

@testable import Training

/// Three steps of DPO on the oracle's pairs.
@Suite struct PreferenceTraceTests {
  private static let dev = Repository.fixture("TinyOpenVLA/dev")

  private static func numbers(_ value: JSONValue?) throws -> [Double] {
    try #require(value?.elements).map { try #require($0.double) }
  }

  private static func policy() throws -> Policy {
    try Engine.setThreadCount(1)
    return try Policy.load(CheckpointFolder("\(dev)/model"), .float32) { _ in true }
  }

  private static var images: SafetensorsFile {
    get throws { try SafetensorsFile("\(dev)/forward.safetensors") }
  }

  @Test(arguments: TrainingPass.Activations.allCases)
  func `losses, norms, log-probabilities and rewards equal the oracle's`(
    activations: TrainingPass.Activations
  ) throws {
    let expected = try #require(try JSONNode(file: "\(Self.dev)/train_expected.json").value["dpo"])
    var options = TraceOptions()
    options.steps = 3
    options.pass.activations = activations
    let trace = try PreferenceTrace(
      Self.policy(), SafetensorsFile("\(Self.dev)/dpo.safetensors"), images: Self.images, beta: 0.1, options)
    let losses = try Self.numbers(expected["loss"])
    #expect(trace.loss.count == 4 && losses.count == 4)
    for (found, due) in zip(trace.loss, losses) { #expect(abs(found - due) <= 5e-5, "\(found) for \(due)") }
    for (found, due) in zip(trace.gradientNorm, try Self.numbers(expected["grad_norm"])) {
      #expect(abs(found / due - 1) <= 3e-4, "\(found) for \(due)")
    }
    for (found, due) in zip(trace.referenceLogProbabilities, try Self.numbers(expected["reference_logp"])) {
      #expect(abs(found - due) <= 2e-4, "\(found) for \(due)")
    }
    let steps = try #require(expected["logp"]?.elements)
    #expect(steps.count == trace.policyLogProbabilities.count)
    for (found, due) in zip(trace.policyLogProbabilities, steps) {
      for (a, b) in zip(found, try Self.numbers(due)) { #expect(abs(a - b) <= 2e-4, "\(a) for \(b)") }
    }
    let rewards = trace.rewards(beta: 0.1)
    for (step, chosen) in try #require(expected["chosen_reward"]?.elements).enumerated() {
      for (a, b) in zip(rewards[step].prefix(2), try Self.numbers(chosen)) { #expect(abs(a - b) <= 4e-5) }
    }
  }

  @Test func `a policy that is its reference begins at ln 2`() throws {
    let folder = try TemporaryDirectory()
    let source = try SafetensorsFile("\(Self.dev)/dpo.safetensors")
    let tensors = try source.tensors.filter { !$0.name.hasPrefix("reference_override") }.map { declaration in
      (declaration.name, HostTensor(declaration.dtype, declaration.shape, try source.bytes(declaration.name)))
    }
    try writeTensors(tensors, to: folder("same.safetensors"))
    var options = TraceOptions()
    options.steps = 0
    let trace = try PreferenceTrace(
      Self.policy(), SafetensorsFile(folder("same.safetensors")), images: Self.images, beta: 0.1, options)
    #expect(abs(trace.loss[0] - 0.693_147_180_559_945_3) <= 1e-6)
    #expect(trace.policyLogProbabilities[0] == trace.referenceLogProbabilities)
  }

  @Test(arguments: ["image_index", "labels", "input_ids"])
  func `pairs that lack something are refused`(missing: String) throws {
    let folder = try TemporaryDirectory()
    let source = try SafetensorsFile("\(Self.dev)/dpo.safetensors")
    let tensors = try source.tensors.filter { $0.name != missing }.map { declaration in
      (declaration.name, HostTensor(declaration.dtype, declaration.shape, try source.bytes(declaration.name)))
    }
    try writeTensors(tensors, to: folder("less.safetensors"))
    #expect(throws: TrainingError.self) {
      try PreferenceTrace(
        Self.policy(), SafetensorsFile(folder("less.safetensors")), images: Self.images, beta: 0.1, .init())
    }
  }

  @Test func `an image that is not there, and an override of no parameter, are refused`() throws {
    let folder = try TemporaryDirectory()
    let source = try SafetensorsFile("\(Self.dev)/dpo.safetensors")
    func tensors(_ change: (TensorDeclaration) throws -> HostTensor?) throws -> [(name: String, tensor: HostTensor)] {
      try source.tensors.map { declaration in
        let same = HostTensor(declaration.dtype, declaration.shape, try source.bytes(declaration.name))
        return (declaration.name, try change(declaration) ?? same)
      }
    }
    try writeTensors(
      tensors { $0.name == "image_index" ? HostTensor(.int64, [4], values: [0, 1, 2, 99] as [Int64]) : nil },
      to: folder("a.safetensors"))
    let extra = ("reference_override.nothing.weight", HostTensor(.float32, [1], values: [1] as [Float]))
    try writeTensors(tensors { _ in nil } + [extra], to: folder("b.safetensors"))
    for name in ["a", "b"] {
      #expect(throws: TrainingError.self) {
        try PreferenceTrace(
          Self.policy(), SafetensorsFile(folder("\(name).safetensors")), images: Self.images, beta: 0.1, .init())
      }
    }
  }
}
