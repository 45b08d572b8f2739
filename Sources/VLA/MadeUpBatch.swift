public import Checkpoints
internal import TensorFiles
internal import Torch

/// A batch of made-up texts and images of a policy's own shape, to see how fast it is.
public struct MadeUpBatch {
  /// [sample · position]; each text begins with the begin id.
  public let ids: [Int64]
  public let batch: PolicyBatch

  /// Makes `count` texts of `length` tokens, and as many images of noise, the same every time.
  public init(_ config: PolicyConfig, count: Int, length: Int) throws {
    let pixels = try Tensor.full([count, 3 * config.towers.count, config.imageSize, config.imageSize], 0)
    try RandomSource(seed: 0).fillNormal(pixels, deviation: 1)
    let limit = min(config.actionVocabularySize, config.decoder.vocabularySize)
    ids = (0..<count * length).map { Int64($0 % length == 0 ? 1 : 3 + ($0 * 7919) % (limit - 3)) }
    batch = PolicyBatch(
      inputIDs: try Tensor(ids, [count, length]), attentionMask: try Tensor.full([count, length], 1, .int64),
      pixelValues: pixels, labels: nil)
  }
}
