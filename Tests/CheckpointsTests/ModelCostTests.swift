import ByteIO
import Checkpoints
import JSON
import TestSupport
import Testing

@Suite struct ModelCostTests {
  /// One tower of four patches and a decoder of two layers that share keys, small enough to count by hand.
  private static let config = Result {
    try PolicyConfig(
      JSONNode(
        [
          "vision_backbone_id": "siglip-vit-so400m", "image_sizes": [28], "pad_to_multiple_of": 4, "pad_token_id": 0,
          "timm_override_kwargs": [["embed_dim": 4, "depth": 3, "num_heads": 2, "mlp_ratio": 2.0]],
          "text_config": [
            "hidden_size": 8, "intermediate_size": 10, "num_hidden_layers": 2, "num_attention_heads": 4,
            "num_key_value_heads": 2, "vocab_size": 300,
          ],
        ], file: "config.json"))
  }

  private func cost(_ batch: Int = 1, _ text: Int = 6) throws -> ModelCost {
    try ModelCost(Self.config.get(), batch: batch, textLength: text)
  }

  @Test func `parameters by hand`() throws {
    let cost = try cost()
    // A linear layer of n inputs and m outputs has n·m + m.
    // Block: two norms 2·8, qkv 4·12 + 12 = 60, proj 20, MLP 4·8 + 8 = 40 and 8·4 + 4 = 36: 172.
    // Tower: positions 4·4, patches 4·3·14·14 + 4 = 2356, 3 blocks, norm 8;
    // pool: latent 4, q 20, kv 4·8 + 8 = 40, proj 20, norm 8, MLP 76: 168. 16 + 2356 + 516 + 8 + 168 = 3064.
    #expect(cost.parameterCount(.featurizer) == 3064)
    // 4·8 + 8 = 40, 8·8 + 8 = 72.
    #expect(cost.parameterCount(.projector) == 112)
    // Layer: q and o 64 each, k and v 8·4 = 32 each, MLP 3·80, norms 16: 448. Two of them, embedding and head 2400
    // each, the last norm 8: 5704.
    #expect(cost.parameterCount(.languageModel) == 5704)
    #expect(cost.parameterCount() == 8880)
    #expect(cost.weightBytes(width: 4) == 35_520)
    #expect(cost.weightBytes(width: 2) == 17_760)
    #expect(cost.trainingStateBytes == 142_080)
  }

  @Test func `arithmetic by hand`() throws {
    let cost = try cost()
    // 4 patches and 6 tokens of text.
    #expect(cost.sequenceLength == 10)
    // Two of three blocks for 4 tokens: 2·(4·16 + 2·4·8) = 256 each, attention 4·4·4·4 = 256: 2·(4·256 + 256) = 2560;
    // patches 2·4·3·196·4 = 18,816; projector 2·4·(32 + 64) = 768.
    #expect(cost.visionOperations == 22_144)
    // Layers hold 2·(2·64 + 2·32 + 240) = 864 weights. 10 positions: 2·10·864 = 17,280; pairs 10·11/2 = 55 with
    // 4·8·2 each: 3520; the head for 256 actions: 2·8·256 = 4096.
    #expect(cost.prefillOperations == 22_144 + 17_280 + 3520 + 4096)
    // One position after 10: 2·864 + 11·64 = 2432, and the head.
    #expect(cost.decodeOperations == 2432 + 4096)
    // Three times as much as a forward pass with the whole head on 6 rows: 2·8·300·6 = 28,800.
    #expect(cost.trainingOperations == 3 * (22_144 + 17_280 + 3520 + 28_800))
    #expect(try self.cost(5).trainingOperations == 5 * cost.trainingOperations)
  }

  @Test func `memory by hand`() throws {
    let cost = try cost()
    // Keys and values, 2 layers, 2 heads of 2 channels, in float32.
    #expect(cost.cacheBytesPerPosition(width: 4) == 2 * 2 * 2 * 2 * 4)
    // Tower: 2 blocks · 4 tokens · (8·4 + 2·8) = 384; decoder: 10 positions · 2 layers · (8·8 + 4·10) = 2080; logits and
    // their gradient 2·6·300 = 3600.
    #expect(cost.activationBytes(width: 2) == 2 * (384 + 2080 + 3600))
    #expect(try self.cost(5).activationBytes(width: 2) == 5 * cost.activationBytes(width: 2))
  }

  /// Figures of the published model: 2·32·4096·2 bytes a position; about 3.6 TFLOP for a prompt of some 276 positions in
  /// the decoder and 0.4 in the towers.
  @Test func `the published model's figures`() throws {
    let preset = try ModelPreset(path: "\(Repository.root)/manifests/models/openvla-7b.yaml")
    let cost = try ModelCost(preset.config, textLength: 20)
    #expect(cost.cacheBytesPerPosition(width: 2) == 524_288)
    #expect(cost.weightBytes(width: 2) == 15_082_474_368)
    #expect(cost.sequenceLength == 276)
    #expect((0.36e12...0.44e12).contains(Double(cost.visionOperations)))
    #expect((3.5e12...3.8e12).contains(Double(cost.prefillOperations - cost.visionOperations)))
    // Each further token multiplies with all weights of the layers, 32 · 202,375,168, once.
    #expect((12.95e9...13.2e9).contains(Double(cost.decodeOperations)))
  }

  @Test func `figures beyond counting are refused, not wrapped`() throws {
    let preset = try ModelPreset(path: "\(Repository.root)/manifests/models/openvla-7b.yaml")
    let error = #expect(throws: CheckpointError.self) {
      try ModelCost(preset.config, batch: 1 << 20, textLength: 1 << 20)
    }
    #expect(error?.kind == .usage)
    #expect(
      error?.description
        == "dinosiglip-vit-so-224px: a batch of 1048576 with 1048576 tokens of this model is beyond counting; give a "
        + "smaller one")
    #expect(try ModelCost(preset.config, batch: 1 << 16).trainingOperations > 0)
  }
}
