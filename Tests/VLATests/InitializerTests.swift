import Checkpoints
import TestSupport
import Testing
import Torch
import VLA

@Suite(.serialized) struct InitializerTests {
  private func values(_ name: String, seed: UInt64 = 3) throws -> [Double] {
    let config = try ModelPreset(path: Repository.root + "/manifests/models/tiny.yaml").config
    let parameter = try #require(config.parameters.first { $0.name == name })
    return try Initializer(config, seed: seed).tensor(parameter).values(Double.self)
  }

  private func deviation(_ values: [Double]) -> Double {
    (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
  }

  @Test func `each kind of parameter begins as it should`() throws {
    let tower = "vision_backbone.featurizer"
    #expect(Set(try values("\(tower).blocks.0.norm1.weight")) == [1])
    #expect(Set(try values("\(tower).blocks.0.norm1.bias")) == [0])
    #expect(Set(try values("\(tower).reg_token")) == [0])
    #expect(try values("\(tower).blocks.0.ls1.scale_factor").allSatisfy { abs($0 - 1e-5) < 1e-11 })
    #expect(deviation(try values("\(tower).cls_token")) < 2e-6)
    // 96 × 288 draws: the deviation is known to about 0.4 %.
    #expect(abs(deviation(try values("\(tower).blocks.0.attn.qkv.weight")) / 0.02 - 1) < 0.02)
    // Uniform within 1/√(3·16·16): deviation a third of the root of 3 of that.
    let bound = 1 / (768.0).squareRoot()
    let patches = try values("\(tower).patch_embed.proj.weight")
    #expect(patches.allSatisfy { abs($0) <= bound })
    #expect(abs(deviation(patches) / (bound / 3.0.squareRoot()) - 1) < 0.02)
    #expect(abs(deviation(try values("language_model.lm_head.weight")) / 0.02 - 1) < 0.02)
    #expect(Set(try values("language_model.model.norm.weight")) == [1])
  }

  @Test func `the padding row of the embedding is zero, and no other`() throws {
    let rows = try values("language_model.model.embed_tokens.weight")
    for row in 0..<704 {
      let isZero = rows[row * 128..<(row + 1) * 128].allSatisfy { $0 == 0 }
      #expect(isZero == (row == 640))
    }
  }

  @Test func `a weight follows from the seed and its name alone`() throws {
    let name = "projector.fc1.weight"
    #expect(try values(name) == values(name))
    #expect(try values(name) != values(name, seed: 4))
    #expect(try values("projector.fc3.weight").prefix(8) != values(name).prefix(8))
  }
}
