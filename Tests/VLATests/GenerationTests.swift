import Actions
import Checkpoints
import TensorFiles
import Testing
import Torch
import VLA

@Suite(.serialized) struct GenerationTests {
  private func policy() throws -> Policy {
    try Engine.setThreadCount(1)
    return try Policy.load(TinyPolicy.folder("dev"), .float32)
  }

  private func pixels() throws -> Tensor {
    try TinyPolicy.tensor("dev", "pixel_values").slicing(0..<1, 0)
  }

  @Test func `kept keys and values give the same ids as starting over`() throws {
    let policy = try policy()
    let pixels = try pixels()
    let prompt = [1, 38, 37, 48, 100]
    let answer = try policy.generate(prompt, pixels, count: 6, .unrestricted).ids
    for count in 0..<answer.count {
      let again = try policy.generate(prompt + answer.prefix(count), pixels, count: 1, .unrestricted).ids
      #expect(again == [answer[count]])
    }
  }

  @Test func `restricted decoding answers with the best action token`() throws {
    let policy = try policy()
    let pixels = try pixels()
    let generation = try policy.generate([1, 38, 100], pixels, count: 7, .actions, keepingLogits: true)
    let range = policy.config.actionTokens
    #expect(range == 128..<384)
    let logits = try #require(generation.logits)
    for (step, id) in generation.ids.enumerated() {
      let row = try logits.selecting(step, 0).values(Float.self)
      #expect(id == range.max { row[$0] < row[$1] })
    }
  }

  @Test func `an answer of all tokens ends at end-of-sequence`() throws {
    let folder = try TinyPolicy.folder("dev")
    var config = folder.config
    let loaded = try Policy.load(folder, .float32)
    let pixels = try pixels()
    let first = try loaded.generate([1, 38, 100], pixels, count: 3, .unrestricted).ids
    // The second id answered is declared to be the end.
    config.decoder.eosTokenID = first[1]
    let policy = try Policy(config, loaded.parameters, .float32, on: .cpu)
    let answer = try policy.generate([1, 38, 100], pixels, count: 7, .unrestricted).ids
    #expect(answer == Array(first.prefix(first[0] == first[1] ? 1 : 2)))
  }

  @Test func `an action is un-normalised by hand`() throws {
    let policy = try policy()
    let statistics = try FeatureStatistics(
      mean: [0, 0], std: [1, 1], max: [1, 1], min: [-1, -1], q01: [-2, 0], q99: [2, 1], mask: [true, false])
    // Vocabulary 384: id 383 is bin 0, centre −1 + 1/255; id 128 is bin 255, decoded as 254, centre 1 − 1/255.
    let low = -1 + 1 / 255.0
    let action = try policy.action([383, 128], prompt: [1], statistics)
    #expect(abs(action[0] - (0.5 * (low + 1) * 4 - 2)) < 1e-12)
    #expect(abs(action[1] + low) < 1e-12)
    // An answer that ended early takes the prompt's last id, as the reference does.
    #expect(try policy.action([383], prompt: [1, 128], statistics)[0] > 1.9)
  }

  @Test func `a window that is too short is reported`() throws {
    let folder = try TinyPolicy.folder("dev")
    var config = folder.config
    config.decoder.slidingWindow = 20
    let policy = try Policy(config, Policy.load(folder, .float32).parameters, .float32, on: .cpu)
    #expect(throws: PolicyError.self) { try policy.generate([1, 38, 100], pixels(), count: 7) }
    let short = try policy.generate([1, 38], pixels(), count: 2)
    #expect(short.ids.count == 2)
  }
}
