internal import ByteIO

/// What a policy costs to run: parameters, memory and arithmetic, from its shape alone.
///
/// One multiplication with its addition counts as two operations. `docs/models.md` has the formulae.
public struct ModelCost: Equatable, Sendable {
  public let config: PolicyConfig
  /// Images, and texts, at a time.
  public let batch: Int
  /// Tokens of a text, action tokens included.
  public let textLength: Int

  /// - Throws: `CheckpointError` where the figures would not fit 62 bits.
  public init(_ config: PolicyConfig, batch: Int = 1, textLength: Int = 32) throws(CheckpointError) {
    self.config = config
    self.batch = batch
    self.textLength = textLength
    guard bound < 0x1p62 else {
      throw CheckpointError(
        .usage, place: config.visionBackboneID,
        "a batch of \(batch) with \(textLength) tokens of this model is beyond counting; give a smaller one")
    }
  }

  /// A number that no figure exceeds.
  private var bound: Double {
    let decoder = config.decoder
    let layers = Double(decoder.layers)
    let tokens = Double(config.patchCount) + Double(max(textLength, 8))
    var parameters = 0.0
    for parameter in config.parameters { parameters += Double(parameter.elementCount) }
    var depths = layers * Double(decoder.hidden)
    var kept = layers * Double(8 * decoder.hidden + 4 * decoder.intermediate)
    for tower in config.towers {
      depths += Double(tower.depth * tower.width)
      kept += Double(tower.depth * (8 * tower.width + 2 * tower.mlpHidden))
    }
    let arithmetic = 3 * Double(batch) * (2 * tokens * parameters + 4 * tokens * tokens * depths)
    let memory = 8 * Double(batch) * (tokens * kept + Double(textLength) * Double(decoder.vocabularySize))
    return max(arithmetic, memory, 16 * parameters)
  }

  /// The parameters of `part`, or of all parts.
  public func parameterCount(_ part: PolicyPart? = nil) -> Int {
    config.parameters.reduce(0) { $0 + (part == nil || $1.part == part ? $1.elementCount : 0) }
  }

  /// The positions of one sequence.
  public var sequenceLength: Int { config.patchCount + textLength }

  /// The key-value cache's bytes per position in a type of `width` bytes.
  public func cacheBytesPerPosition(width: Int) -> Int {
    2 * config.decoder.layers * config.decoder.keyValueHeads * config.decoder.headDim * width
  }

  /// The vision towers' and the projector's operations for one image.
  public var visionOperations: Int {
    let towers = config.towers.reduce(0) { sum, tower in
      let tokens = tower.patchCount + tower.prefixTokens
      let width = tower.width
      let perToken = 2 * (4 * width * width + 2 * width * tower.mlpHidden)
      let attention = 4 * tokens * tokens * width
      let patches = 2 * tower.patchCount * 3 * tower.patchSize * tower.patchSize * width
      return sum + (tower.depth - 1) * (tokens * perToken + attention) + patches
    }
    let projector = config.parameters.reduce(0) {
      $0 + ($1.part == .projector && $1.shape.count == 2 ? $1.elementCount : 0)
    }
    return towers + 2 * config.patchCount * projector
  }

  /// The weights that every position is multiplied with in the decoder's layers.
  private var layerWeights: Int {
    let decoder = config.decoder
    let shared = decoder.keyValueHeads * decoder.headDim
    return decoder.layers
      * (2 * decoder.hidden * decoder.hidden + 2 * shared * decoder.hidden
        + 3 * decoder.hidden * decoder.intermediate)
  }

  /// The decoder's operations for `positions` new positions after `earlier` ones, without the head.
  private func decoderOperations(_ positions: Int, after earlier: Int) -> Int {
    let pairs = positions * earlier + positions * (positions + 1) / 2
    return 2 * positions * layerWeights + 4 * pairs * config.decoder.hidden * config.decoder.layers
  }

  /// The operations from an image and a text to the first action token.
  public var prefillOperations: Int {
    visionOperations + decoderOperations(sequenceLength, after: 0)
      + 2 * config.decoder.hidden * PolicyConfig.actionBinCount
  }

  /// The operations of one further action token.
  public var decodeOperations: Int {
    decoderOperations(1, after: sequenceLength) + 2 * config.decoder.hidden * PolicyConfig.actionBinCount
  }

  /// The operations of one training step over the batch: forward, and twice as much backward.
  public var trainingOperations: Int {
    let head = 2 * config.decoder.hidden * config.decoder.vocabularySize * textLength
    return 3 * batch * (visionOperations + decoderOperations(sequenceLength, after: 0) + head)
  }

  /// The bytes of the weights in a type of `width` bytes.
  public func weightBytes(width: Int) -> Int { parameterCount() * width }

  /// The bytes of a training step's state with float32 master weights: weights, gradients and two moments.
  public var trainingStateBytes: Int { 16 * parameterCount() }

  /// An estimate of the activations that a training step keeps for its backward pass, in a type of `width` bytes.
  public func activationBytes(width: Int) -> Int {
    let towers = config.towers.reduce(0) { sum, tower in
      let tokens = tower.patchCount + tower.prefixTokens
      return sum + (tower.depth - 1) * tokens * (8 * tower.width + 2 * tower.mlpHidden)
    }
    let decoder = config.decoder
    let layer = 8 * decoder.hidden + 4 * decoder.intermediate
    let logits = 2 * textLength * decoder.vocabularySize
    return batch * width * (towers + sequenceLength * decoder.layers * layer + logits)
  }
}
