import ByteIO
import Checkpoints
import TensorFiles
import TestSupport
import Testing
import Torch
import VLA

/// Prepared tensors that do not fit the model: each is named, and what would be right.
@Suite(.serialized) struct ForwardInputTests {
  /// A batch of two texts of three ids for `dev`, with one tensor replaced.
  private func complaint(_ name: String, _ tensor: HostTensor?) throws -> String {
    let pixels = HostTensor(.float32, [2, 6, 56, 56], values: [Float](repeating: 0, count: 2 * 6 * 56 * 56))
    var tensors = [
      "input_ids": HostTensor(.int64, [2, 3], values: [1, 5, 6, 1, 7, 384] as [Int64]),
      "attention_mask": HostTensor(.int64, [2, 3], values: [1, 1, 1, 1, 1, 0] as [Int64]),
      "labels": HostTensor(.int64, [2, 3], values: [-100, 5, 200, -100, 7, -100] as [Int64]),
      "pixel_values": pixels, "prompt_ids.0": HostTensor(.int64, [2], values: [1, 5] as [Int64]),
    ]
    tensors[name] = tensor
    let folder = try TemporaryDirectory()
    let path = folder("inputs.safetensors")
    try writeTensors(tensors.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }, to: path)
    try Engine.setThreadCount(1)
    let checkpoint = try TinyPolicy.folder("dev")
    let policy = try Policy.load(checkpoint, .float32)
    do {
      _ = try ForwardReport(policy, SafetensorsFile(path), checkpoint.actionStatistics)
      return ""
    } catch let error as PolicyError {
      #expect(error.kind == .badData)
      return error.description.replacing(path, with: "FILE")
    }
  }

  private func ids(_ shape: [Int], _ values: [Int64]) -> HostTensor { HostTensor(.int64, shape, values: values) }

  @Test func `what fits is run`() throws {
    #expect(try complaint("none", nil) == "")
    #expect(try complaint("attention_mask", nil) == "")
    #expect(try complaint("labels", nil) == "")
    #expect(try complaint("input_ids", HostTensor(.int32, [2, 3], values: [1, 5, 6, 1, 7, 384] as [Int32])) == "")
  }

  @Test func `what does not fit is named`() throws {
    #expect(
      try complaint("input_ids", ids([6], [1, 5, 6, 1, 7, 8]))
        == "FILE: tensor `input_ids`: [6] is no [batch, position]")
    #expect(
      try complaint("input_ids", ids([2, 3], [1, 5, 448, 1, 7, 8]))
        == "FILE: tensor `input_ids`: the id 448 lies outside the vocabulary of 448")
    #expect(
      try complaint("labels", ids([2, 3], [1, 5, -1, 1, 7, 8]))
        == "FILE: tensor `labels`: the id -1 lies outside the vocabulary of 448")
    #expect(
      try complaint("labels", ids([2, 2], [1, 5, 1, 7]))
        == "FILE: tensor `labels`: [2, 2] is not the shape of input_ids, [2, 3]")
    #expect(
      try complaint("input_ids", HostTensor(.float32, [2, 3], values: [Float](repeating: 1, count: 6)))
        == "FILE: tensor `input_ids`: F32 holds no ids; I64 is expected")
    #expect(
      try complaint("pixel_values", HostTensor(.float32, [2, 3, 4, 4], values: [Float](repeating: 1, count: 96)))
        == "FILE: tensor `pixel_values`: F32 [2, 3, 4, 4] is not the floating [2, 6, 56, 56]")
    #expect(
      try complaint("prompt_ids.5", ids([1], [1])) == "FILE: tensor `pixel_values`: it has no image 5 for prompt_ids.5")
    #expect(try complaint("prompt_ids.0", ids([0], [])) == "FILE: tensor `prompt_ids.0`: it has no ids")
  }

  @Test(arguments: [[0, 1, 1, 1, 1, 0], [1, 1, 1, 1, 0, 1], [1, 1, 1, 0, 0, 0], [1, 2, 1, 1, 1, 0]] as [[Int64]])
  func `a mask that does not pad on the right is refused`(values: [Int64]) throws {
    let row = values[0] == 1 && values[1] == 1 && values[2] == 1 ? 1 : 0
    #expect(
      try complaint("attention_mask", ids([2, 3], values))
        == "FILE: tensor `attention_mask`: row \(row) is not ones, then zeros; pad on the right")
  }

  @Test func `a file without anything to run is refused`() throws {
    let folder = try TemporaryDirectory()
    try writeTensors([("x", HostTensor(.float32, [1], values: [0] as [Float]))], to: folder("x.safetensors"))
    let checkpoint = try TinyPolicy.folder("dev")
    let policy = try Policy.load(checkpoint, .float32)
    let error = #expect(throws: PolicyError.self) {
      try ForwardReport(policy, SafetensorsFile(folder("x.safetensors")), checkpoint.actionStatistics)
    }
    #expect(error?.problem == "it has neither input_ids nor prompt_ids.N")
  }
}
