import Checkpoints
import JSON
import Testing

@Suite struct DecoderConfigTests {
  private func read(_ value: JSONValue, _ architecture: LanguageBackbone.Architecture = .llama) throws -> DecoderConfig
  {
    try DecoderConfig(JSONNode(value, file: "config.json", path: "text_config"), architecture)
  }

  @Test func `no config at all means the defaults of the architecture`() throws {
    #expect(try DecoderConfig(nil, .llama) == .llamaDefaults)
    #expect(try DecoderConfig(nil, .mistral) == .mistralDefaults)
    #expect(try read([:]) == .llamaDefaults)
  }

  @Test func `every key is read`() throws {
    let decoder = try read([
      "hidden_size": 96, "intermediate_size": 7, "num_hidden_layers": 3, "num_attention_heads": 6,
      "num_key_value_heads": 2, "vocab_size": 500, "rms_norm_eps": 1e-5, "rope_theta": 500_000.0,
      "max_position_embeddings": 99, "initializer_range": 0.5, "bos_token_id": 3, "eos_token_id": 4, "pad_token_id": 5,
      "head_dim": 16, "hidden_act": "silu", "rope_scaling": .null, "tie_word_embeddings": false,
    ])
    var expected = DecoderConfig.llamaDefaults
    (expected.hidden, expected.intermediate, expected.layers) = (96, 7, 3)
    (expected.heads, expected.keyValueHeads, expected.vocabularySize) = (6, 2, 500)
    (expected.rmsEpsilon, expected.ropeTheta, expected.maxPositions) = (1e-5, 500_000, 99)
    (expected.initializerRange, expected.bosTokenID, expected.eosTokenID, expected.padTokenID) = (0.5, 3, 4, 5)
    #expect(decoder == expected)
    #expect(decoder.headDim == 16)
  }

  @Test func `Llama has as many key heads as heads unless told, Mistral eight`() throws {
    #expect(try read(["hidden_size": 64, "num_attention_heads": 4]).keyValueHeads == 4)
    #expect(try read(["hidden_size": 1024, "num_attention_heads": 16], .mistral).keyValueHeads == 8)
  }

  @Test func `Mistral's window may be changed or lifted`() throws {
    #expect(try read([:], .mistral).slidingWindow == 4096)
    #expect(try read(["sliding_window": 7], .mistral).slidingWindow == 7)
    #expect(try read(["sliding_window": .null], .mistral).slidingWindow == nil)
    #expect(try read(["sliding_window": 7], .llama).slidingWindow == nil)
    #expect(throws: CheckpointError.self) { try read(["sliding_window": 0], .mistral) }
  }

  static let refusals: [(value: JSONValue, says: String)] = [
    (["model_type": "gemma"], "model_type: `gemma` is not what llm_backbone_id says, `llama`"),
    (["hidden_size": 0], "hidden_size: 0 is no size of a model"),
    (["hidden_size": 16_777_217], "hidden_size: 16777217 is no size of a model"),
    (["num_hidden_layers": 4097], "num_hidden_layers: 4097 is no size of a model"),
    (
      ["hidden_size": 60, "num_attention_heads": 4],
      "num_attention_heads: 60 channels do not make 4 heads of even width"
    ),
    (
      ["hidden_size": 64, "num_attention_heads": 5],
      "num_attention_heads: 64 channels do not make 5 heads of even width"
    ),
    (["num_key_value_heads": 5], "num_key_value_heads: 32 heads do not share 5 evenly"),
    (["rms_norm_eps": 0], "rms_norm_eps: 0.0 is not positive"),
    (["rope_theta": -1.5], "rope_theta: -1.5 is not positive"),
    (["bos_token_id": 32000], "bos_token_id: 32000 lies outside the vocabulary of 32000"),
    (["tie_word_embeddings": true], "tie_word_embeddings: `true` is not supported; false is"),
    (["attention_bias": true], "attention_bias: `true` is not supported; false is"),
    (["mlp_bias": true], "mlp_bias: `true` is not supported; false is"),
    (["hidden_act": "gelu"], "hidden_act: `gelu` is not supported; silu is"),
    (["head_dim": 64], "head_dim: heads of 64 channels are not supported; 4096 / 32 = 128 are"),
    (["rope_scaling": ["type": "linear", "factor": 2.0]], "rope_scaling: scaled positions are not supported"),
    (
      ["rope_parameters": ["rope_theta": 500_000.0]],
      "rope_parameters: is not read; give rope_theta, as transformers 4 writes it"
    ),
  ]

  @Test(arguments: refusals) func `what is not computed is refused by name`(_ refusal: (value: JSONValue, says: String))
  {
    #expect(complaint { _ = try read(refusal.value) } == "config.json: text_config.\(refusal.says)")
  }
}
