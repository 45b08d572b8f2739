import Foundation
import TensorFiles
import Testing
import Torch
import VLA

/// Every stage against the reference's own values.
@Suite(.serialized) struct ParityTests {
  @Test(arguments: ["dev", "vocab32k", "gqa", "siglip", "clip", "dinoclip", "in1k"])
  func `every stage equals the reference's`(set: String) throws {
    let report = try TinyPolicy.report(set)
    let expected = try TinyPolicy.expected(set)
    let tolerances = [
      "features.dino": 5e-5, "features.siglip": 5e-5, "features.clip": 5e-5, "features.in1k": 5e-5, "features": 5e-5,
      "projector": 5e-5,
      "merged_embeddings": 5e-5, "hidden_states": 1e-4, "logits": 1e-4, "loss": 1e-5, "action_accuracy": 0,
      "action_l1": 1e-12, "multimodal_attention_mask": 0, "multimodal_labels": 0,
    ]
    for (name, tolerance) in tolerances where expected.declaration(name) != nil {
      let ours = try #require(report[name], "\(name) is missing")
      #expect(ours.shape == expected.declaration(name)?.shape, "\(name)")
      let difference = try largestDifference(numbers(ours), numbers(expected, name))
      #expect(difference <= tolerance, "\(name) is off by \(difference)")
    }
    let generated = expected.tensors.filter { $0.name.hasPrefix("generate.") }
    #expect(!generated.isEmpty)
    for tensor in generated {
      let ours = try #require(report[tensor.name], "\(tensor.name) is missing")
      let wanted = try numbers(expected, tensor.name)
      if tensor.name.hasSuffix(".step_logits") {
        // The large vocabulary's oracle keeps the last 320 columns.
        let columns = try #require(tensor.shape.last)
        let found = try Tensor.copying(ours.bytes, ours.dtype, ours.shape)
        let last = try found.slicing(found.size(1) - columns..<found.size(1), 1).values(Double.self)
        #expect(largestDifference(last, wanted) <= 1e-4, "\(tensor.name)")
      } else {
        let tolerance = tensor.name.hasSuffix(".new_ids") ? 0 : 1e-12
        #expect(try largestDifference(numbers(ours), wanted) <= tolerance, "\(tensor.name)")
      }
    }
  }

  @Test func `the large vocabulary's supervised logits equal the reference's`() throws {
    let report = try TinyPolicy.report("vocab32k")
    let expected = try TinyPolicy.expected("vocab32k")
    let logits = try #require(report["logits"])
    let labels = try numbers(#require(report["multimodal_labels"])).map { Int($0) }
    let columns = logits.shape[2]
    let positions = logits.shape[1]
    let values = try numbers(logits)
    let wanted = try numbers(expected, "supervised.logits_last320")
    let best = try numbers(expected, "supervised.argmax")
    let sums = try numbers(expected, "supervised.logsumexp")
    var row = 0
    for index in labels.indices where labels[index] != -100 {
      let start = (index - 1) * columns
      #expect(index % positions > 0)
      let line = Array(values[start..<start + columns])
      #expect(largestDifference(Array(line.suffix(320)), Array(wanted[row * 320..<(row + 1) * 320])) <= 1e-4)
      let top = try #require(line.indices.max { line[$0] < line[$1] })
      #expect(Double(top) == best[row])
      let sum = log(line.reduce(0) { $0 + exp($1 - line[top]) }) + line[top]
      #expect(abs(sum - sums[row]) <= 1e-4)
      row += 1
    }
    #expect(row == best.count)
  }

  @Test func `bf16 stays within what two ways of the reference differ by`() throws {
    let report = try TinyPolicy.report("dev", .bfloat16)
    let expected = try numbers(TinyPolicy.expected("dev"), "bf16.logits")
    let logits = try numbers(#require(report["logits"]))
    #expect(largestDifference(logits, expected) <= 0.6)
    #expect(rootMeanSquare(logits, expected) <= 0.1)
  }

  @Test func `mixed precision stays within what two ways of the reference differ by`() throws {
    let report = try withAutocast(.bfloat16) { try TinyPolicy.report("dev") }
    let expected = try numbers(TinyPolicy.expected("dev"), "autocast_bf16.logits")
    let logits = try numbers(#require(report["logits"]))
    #expect(largestDifference(logits, expected) <= 0.6)
    #expect(rootMeanSquare(logits, expected) <= 0.1)
    #expect(largestDifference(logits, try numbers(TinyPolicy.expected("dev"), "logits")) > 1e-3)
  }

  @Test func `an adapter changes the logits as PEFT's does`() throws {
    let report = try TinyPolicy.report("dev", adapter: "adapter")
    let expected = try TinyPolicy.expected("dev", "lora_forward")
    #expect(try largestDifference(numbers(#require(report["logits"])), numbers(expected, "logits")) <= 2e-4)
    #expect(try largestDifference(numbers(#require(report["loss"])), numbers(expected, "loss")) <= 5e-5)
  }

  @Test(arguments: [true, false])
  func `logits alone are those of the whole report`(images: Bool) throws {
    try Engine.setThreadCount(1)
    let policy = try Policy.load(TinyPolicy.folder("dev"), .float32)
    let batch = try TinyPolicy.batch("dev", images: images)
    let (whole, alone) = try withoutGradient {
      (try policy.forward(batch).logits, try policy.logits(batch))
    }
    #expect(try alone.bytes == whole.bytes)
  }

  @Test func `text alone equals the reference's`() throws {
    try Engine.setThreadCount(1)
    let policy = try Policy.load(TinyPolicy.folder("dev"), .float32)
    let expected = try TinyPolicy.expected("dev")
    let batch = try TinyPolicy.batch("dev", images: false)
    let output = try withoutGradient { () throws(TorchError) in try policy.forward(batch) }
    #expect(
      largestDifference(try output.logits.values(Double.self), try numbers(expected, "text_only.logits")) <= 1e-4)
    #expect(
      largestDifference(try #require(output.loss).values(Double.self), try numbers(expected, "text_only.loss")) <= 1e-5)
  }
}
