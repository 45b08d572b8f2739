import ByteIO
import Checkpoints
import Foundation
import PairShards
import PairSupport
import TensorFiles
import TestSupport
import Testing
import Torch
import VLA

@testable import Training

/// The reference's log-probabilities: computed once, kept, and checked.
@Suite struct ReferenceScoresTests {
  private static func scores(
    _ bench: PairBench, _ folder: String, _ policy: Policy, fingerprint: String = "f", used: Int? = nil
  ) throws -> ReferenceScores {
    let selection = try PairSelection(bench.set, PairBench.settings(), limit: 100)
    var steps = try selection.steps(of: bench.set, tokensPerStep: 3)
    if let used { steps.used = Array(steps.used.prefix(used)) }
    return try ReferenceScores(folder, bench.set, steps, bench.pass(policy), fingerprint: fingerprint, nil)
  }

  @Test func `each step that pairs use is passed once, and never again`() async throws {
    try await PairBench.run { bench in
      let folder = try TemporaryDirectory()
      let policy = try bench.policy()
      let first = try Self.scores(bench, folder.path, policy)
      #expect(first.passedCount == 21 && first.usedCount == 21)
      let steps = try PairBatch(bench.set, Array(0..<bench.set.count), tokensPerStep: 3).steps
      for (step, score) in zip(steps, try bench.pass(policy).logProbabilities(steps)) {
        #expect(abs(Double(first.values[step.row]) - score) <= 1e-5)
      }
      let second = try Self.scores(bench, folder.path, policy)
      #expect(second.passedCount == 0)
      #expect(second.values.filter(\.isFinite) == first.values.filter(\.isFinite))
      #expect(Directory.entry(folder("reference")) == .missing)
      // Other settings: all is computed anew.
      #expect(try Self.scores(bench, folder.path, policy, fingerprint: "g").passedCount == 21)
      // The distance of a policy from itself is none.
      #expect(try abs(first.observed.divergence(bench.pass(policy))) <= 1e-6)
      #expect(first.observed.steps.count == 9)
    }
  }

  @Test func `blocks of an interrupted computation are used, those of another are not`() async throws {
    try await PairBench.run { bench in
      let folder = try TemporaryDirectory()
      let policy = try bench.policy()
      let whole = try Self.scores(bench, folder.path, policy)
      let used = whole.values.filter(\.isFinite)
      for (fingerprint, passed) in [("f", 0), ("another", 21)] {
        try Directory.remove(folder(ReferenceScores.fileName))
        try Directory.create(folder("reference"))
        let writer = try SafetensorsWriter(
          folder("reference/block-0.safetensors"), [TensorDeclaration("log_probability", .float32, [21])],
          metadata: ["fingerprint": fingerprint])
        try writer.append("log_probability") { try $0.append(values: used) }
        _ = try writer.commit()
        let again = try Self.scores(bench, folder.path, policy)
        #expect(again.passedCount == passed)
        #expect(again.values.filter(\.isFinite) == used)
      }
    }
  }

  @Test func `gaps are refused, and so are scores that are not the model's`() async throws {
    try await PairBench.run { bench in
      let folder = try TemporaryDirectory()
      let policy = try bench.policy()
      _ = try Self.scores(bench, folder.path, policy, used: 20)
      #expect {
        _ = try Self.scores(bench, folder.path, policy)
      } throws: { error in
        "\(error)".contains("1 of 21 steps have no log-probability under the reference")
          && "\(error)".contains(ReferenceScores.fileName)
      }
      try Directory.remove(folder(ReferenceScores.fileName))
      let right = try Self.scores(bench, folder.path, policy)
      #expect(try right.recheck(1, bench.pass(policy), tokensPerStep: 3) == 21)
      #expect(try right.recheck(0, bench.pass(policy), tokensPerStep: 3) == 0)
      #expect(try right.recheck(0.01, bench.pass(policy), tokensPerStep: 3) == 8)
      // Another model under the same name.
      try withoutGradient {
        for name in policy.parameters.names where name.hasSuffix("lm_head.weight") {
          try policy.parameters[name]?.multiply(1.5)
        }
      }
      #expect {
        _ = try right.recheck(0.5, bench.pass(policy), tokensPerStep: 3)
      } throws: { error in
        "\(error)".contains("computed again") && "\(error)".contains("remove the file")
      }
    }
  }

  @Test func `the distance from the reference is the divergence of the answers over bins`() async throws {
    try await PairBench.run { bench in
      let folder = try TemporaryDirectory()
      let policy = try bench.policy()
      let scores = try Self.scores(bench, folder.path, policy)
      let before = try Self.policyDistributions(bench, policy, scores.observed.steps)
      try withoutGradient {
        for name in policy.parameters.names where name.hasSuffix("lm_head.weight") {
          try policy.parameters[name]?.multiply(1.5)
        }
      }
      let after = try Self.policyDistributions(bench, policy, scores.observed.steps)
      // Σ p (log p − log q) over the 256 bins, averaged over the answers.
      var sum = 0.0
      for (p, q) in zip(after, before) {
        for (a, b) in zip(p, q) { sum += a * (log(a) - log(b)) }
      }
      let due = sum / Double(after.count)
      let found = try scores.observed.divergence(bench.pass(policy))
      #expect(due > 1e-4)
      #expect(abs(found - due) <= 1e-4 * due + 1e-7)
    }
  }

  /// The shares of the 256 bins at each answer.
  private static func policyDistributions(_ bench: PairBench, _ policy: Policy, _ steps: [PairStep]) throws
    -> [[Double]]
  {
    var found: [[Double]] = []
    try bench.pass(policy).logits(steps) { _, _, logits in
      let range = policy.config.actionTokens
      let values = try logits.slicing(range, 1).softmax(-1).values(Double.self)
      for row in stride(from: 0, to: values.count, by: 256) { found.append(Array(values[row..<row + 256])) }
    }
    return found
  }
}
