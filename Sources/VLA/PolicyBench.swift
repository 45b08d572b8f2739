internal import Checkpoints
internal import TensorFiles
internal import Torch

/// How fast a policy runs on made-up input of its own shape.
public struct PolicyBench: Sendable {
  public let batch: Int
  /// Tokens of a text.
  public let textLength: Int
  public let repeats: Int

  public init(batch: Int, textLength: Int, repeats: Int) {
    self.batch = batch
    self.textLength = textLength
    self.repeats = repeats
  }

  /// Median times.
  public struct Result: Sendable {
    /// Seconds of one forward pass over the batch.
    public let forwardSeconds: Double
    /// Positions of the batch, patches included, per second.
    public let positionsPerSecond: Double
    /// Seconds of one answer of `actionTokens` tokens to one image and text.
    public let predictSeconds: Double
  }

  /// The tokens of an answer, as for a robot arm of seven dimensions.
  public static let actionTokens = 7

  /// Runs `policy` `repeats` times after one run to warm up.
  public func run(_ policy: Policy) throws -> Result {
    let made = try MadeUpBatch(policy.config, count: batch, length: textLength)
    let batch = made.batch
    let prompt = made.ids.prefix(textLength).map { Int($0) }
    let image = try batch.pixelValues?.slicing(0..<1, 0)
    let forward = try median {
      _ = try withoutGradient { () throws(TorchError) in try policy.logits(batch).size(0) }
    }
    let predict = try median { _ = try policy.generate(prompt, image, count: Self.actionTokens) }
    let positions = self.batch * (textLength + policy.patchCount)
    return Result(
      forwardSeconds: forward, positionsPerSecond: Double(positions) / forward, predictSeconds: predict)
  }

  private func median(_ body: () throws -> Void) throws -> Double {
    try body()
    var times: [Double] = []
    let clock = ContinuousClock()
    for _ in 0..<repeats {
      let time = try clock.measure(body)
      times.append(Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18)
    }
    times.sort()
    return times[times.count / 2]
  }
}
