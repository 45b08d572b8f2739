public import JSON

/// The shape of the language model: Llama's decoder, or Mistral's within its window.
public struct DecoderConfig: Equatable, Sendable {
  public var hidden: Int
  public var intermediate: Int
  public var layers: Int
  public var heads: Int
  public var keyValueHeads: Int
  /// Rows of the embedding and of the head, padding rows included.
  public var vocabularySize: Int
  public var rmsEpsilon: Double
  public var ropeTheta: Double
  /// The longest sequence it was made for; the arithmetic does not depend on it.
  public var maxPositions: Int
  /// Positions that a position attends to, itself included; `nil` is all.
  public var slidingWindow: Int?
  public var initializerRange: Double
  public var bosTokenID: Int
  public var eosTokenID: Int
  public var padTokenID: Int?

  /// The channels of one head.
  public var headDim: Int { hidden / heads }

  /// `LlamaConfig()` of transformers 4.40.1: what an absent key of `text_config` means.
  public static let llamaDefaults = DecoderConfig(
    hidden: 4096, intermediate: 11008, layers: 32, heads: 32, keyValueHeads: 32, vocabularySize: 32000,
    rmsEpsilon: 1e-6, ropeTheta: 10000, maxPositions: 2048, slidingWindow: nil, initializerRange: 0.02, bosTokenID: 1,
    eosTokenID: 2, padTokenID: nil)

  /// `MistralConfig()` of transformers 4.40.1.
  public static let mistralDefaults = DecoderConfig(
    hidden: 4096, intermediate: 14336, layers: 32, heads: 32, keyValueHeads: 8, vocabularySize: 32000,
    rmsEpsilon: 1e-6, ropeTheta: 10000, maxPositions: 4096 * 32, slidingWindow: 4096, initializerRange: 0.02,
    bosTokenID: 1, eosTokenID: 2, padTokenID: nil)
}

extension DecoderConfig {
  /// Reads `text_config`; absent keys mean the defaults of transformers 4.40.1, as its nested diffs leave them out.
  ///
  /// - Throws: `JSONError`, and `CheckpointError` for what is not computed here.
  public init(_ node: JSONNode?, _ architecture: LanguageBackbone.Architecture) throws {
    self = architecture == .mistral ? Self.mistralDefaults : Self.llamaDefaults
    if let node { try read(node, architecture) }
  }

  private mutating func read(_ node: JSONNode, _ architecture: LanguageBackbone.Architecture) throws {
    func refuse(_ key: String, _ problem: String) -> CheckpointError {
      CheckpointError(place: "\(node.file): \(node.path).\(key)", problem)
    }
    if let type = try node.optional("model_type")?.string(), type != architecture.rawValue {
      throw refuse("model_type", "`\(type)` is not what llm_backbone_id says, `\(architecture.rawValue)`")
    }
    func size(_ key: String, _ value: inout Int, limit: Int = 1 << 24) throws {
      guard let member = node.optional(key) else { return }
      value = try member.count()
      guard value > 0, value <= limit else { throw refuse(key, "\(value) is no size of a model") }
    }
    try size("hidden_size", &hidden)
    try size("intermediate_size", &intermediate)
    try size("num_hidden_layers", &layers, limit: 1 << 12)
    try size("num_attention_heads", &heads)
    if architecture == .llama { keyValueHeads = heads }
    try size("num_key_value_heads", &keyValueHeads)
    try size("vocab_size", &vocabularySize)
    try size("max_position_embeddings", &maxPositions)
    guard hidden % heads == 0, headDim % 2 == 0 else {
      throw refuse("num_attention_heads", "\(hidden) channels do not make \(heads) heads of even width")
    }
    guard heads % keyValueHeads == 0 else {
      throw refuse("num_key_value_heads", "\(heads) heads do not share \(keyValueHeads) evenly")
    }
    func number(_ key: String, _ value: inout Double) throws {
      guard let member = node.optional(key) else { return }
      value = try member.double()
      guard value > 0, value.isFinite else { throw refuse(key, "\(value) is not positive") }
    }
    try number("rms_norm_eps", &rmsEpsilon)
    try number("rope_theta", &ropeTheta)
    try number("initializer_range", &initializerRange)
    func token(_ key: String, _ value: inout Int?) throws {
      guard let member = node.optional(key) else { return }
      value = try member.count()
      if let id = value, id >= vocabularySize {
        throw refuse(key, "\(id) lies outside the vocabulary of \(vocabularySize)")
      }
    }
    var bos: Int? = bosTokenID
    var eos: Int? = eosTokenID
    try token("bos_token_id", &bos)
    try token("eos_token_id", &eos)
    try token("pad_token_id", &padTokenID)
    bosTokenID = bos ?? 1
    eosTokenID = eos ?? 2
    if architecture == .mistral, node.value["sliding_window"] != nil {
      slidingWindow = try node.optional("sliding_window")?.count()
      if let window = slidingWindow, window == 0 { throw refuse("sliding_window", "0 is no window") }
    }
    for (key, expected) in [
      ("tie_word_embeddings", false), ("attention_bias", false), ("mlp_bias", false),
    ] {
      if let value = try node.optional(key)?.bool(), value != expected {
        throw refuse(key, "`\(value)` is not supported; \(expected) is")
      }
    }
    if let activation = try node.optional("hidden_act")?.string(), activation != "silu" {
      throw refuse("hidden_act", "`\(activation)` is not supported; silu is")
    }
    if let width = try node.optional("head_dim")?.count(), width != headDim {
      throw refuse("head_dim", "heads of \(width) channels are not supported; \(hidden) / \(heads) = \(headDim) are")
    }
    if node.optional("rope_scaling") != nil { throw refuse("rope_scaling", "scaled positions are not supported") }
    if node.optional("rope_parameters") != nil {
      throw refuse("rope_parameters", "is not read; give rope_theta, as transformers 4 writes it")
    }
  }
}

extension JSONNode {
  /// The truth value.
  func bool() throws(JSONError) -> Bool {
    guard let value = value.bool else { throw failure(.notA("true or false")) }
    return value
  }
}
