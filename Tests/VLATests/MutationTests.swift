import TensorFiles
import Testing
import Torch

@testable import Checkpoints
@testable import VLA

/// Mistakes that a port easily makes: each must show in the logits, or the parity tests would not see it.
@Suite(.serialized) struct MutationTests {
  /// Runs the oracle's batch with one thing done wrongly, and returns how far the logits are off.
  private func difference(
    config change: (inout PolicyConfig) -> Void = { _ in },
    features: (Policy, [Tensor], Tensor) throws -> [Tensor] = { _, towers, _ in towers },
    mask: (Policy, Tensor) throws -> Tensor = { policy, mask in try policy.widened(mask, 1) }
  ) throws -> Double {
    try Engine.setThreadCount(1)
    let folder = try TinyPolicy.folder("dev")
    let loaded = try Policy.load(folder, .float32)
    var config = folder.config
    change(&config)
    let policy = try Policy(config, loaded.parameters, .float32, on: .cpu)
    let expected = try TinyPolicy.expected("dev")
    func tensor(_ name: String) throws -> Tensor { try TinyPolicy.tensor("dev", name) }
    let logits = try withoutGradient {
      let pixels = try tensor("pixel_values")
      let towers = try features(policy, policy.patches(pixels).towers, pixels)
      let joined = try Tensor.concatenating(towers, 2)
      let patches = Policy.Patches(towers: towers, features: joined, projected: try policy.projector(joined))
      let merged = try policy.merged(tensor("input_ids"), patches)
      let mask = try mask(policy, tensor("attention_mask"))
      return try policy.decoder.logits(policy.decoder.hidden(merged, policy.attention(mask)))
    }
    return largestDifference(try logits.values(Double.self), try numbers(expected, "logits"))
  }

  @Test func `nothing done wrongly passes`() throws {
    #expect(try difference() <= 1e-4)
  }

  @Test func `a final norm after the towers fails`() throws {
    let off = try difference(features: { policy, towers, _ in
      let scope = policy.parameters.scope("vision_backbone.featurizer.norm")
      return [try towers[0].layerNorm(scope.required("weight"), scope.required("bias"), epsilon: 1e-6), towers[1]]
    })
    #expect(off > 1e-2)
  }

  @Test(arguments: [0, 1])
  func `the last block's output fails`(tower: Int) throws {
    #expect(try difference(config: { $0.towers[tower].depth += 1 }) > 1e-2)
  }

  @Test func `keeping class token and registers fails`() throws {
    let off = try difference(features: { policy, towers, pixels in
      let tokens = try policy.towers[0].tokens(pixels.slicing(0..<3, 1))
      return [try tokens.slicing(0..<policy.patchCount, 1), towers[1]]
    })
    #expect(off > 1e-2)
  }

  @Test func `swapping what the towers see fails`() throws {
    let off = try difference(features: { policy, _, pixels in
      [
        try policy.towers[0].features(pixels.slicing(3..<6, 1)),
        try policy.towers[1].features(pixels.slicing(0..<3, 1)),
      ]
    })
    #expect(off > 1e-2)
  }

  @Test func `a mask that is not extended by the patches fails`() throws {
    let off = try difference(mask: { policy, mask in
      try Tensor.concatenating([mask, Tensor.full([mask.size(0), policy.patchCount], 1, .int64)], 1)
    })
    #expect(off > 1e-2)
  }

  @Test func `another norm epsilon, rotary base or activation fails`() throws {
    #expect(try difference(config: { $0.decoder.rmsEpsilon = 1e-5 }) > 1e-2)
    #expect(try difference(config: { $0.decoder.ropeTheta = 50_000 }) > 1e-2)
    #expect(
      try difference(config: { config in
        let tower = config.towers[0]
        config.towers[0] = VisionTower(
          modelID: tower.modelID, family: tower.family, imageSize: tower.imageSize, patchSize: tower.patchSize,
          width: tower.width, depth: tower.depth, heads: tower.heads, mlpRatio: tower.mlpRatio,
          activation: .quickGELU)
      }) > 1e-3)
  }
}
