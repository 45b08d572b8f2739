/// What a run says of the steps since it last said something.
public struct StepReport: Sendable {
  /// The steps done.
  public var step: Int
  /// The steps of the whole run, where known.
  public var total: Int?
  /// The pass over the data.
  public var epoch: Int
  /// The mean loss of the steps, and that of the last one.
  public var loss: Double
  public var lastLoss: Double
  /// What the objective says of the steps.
  public var summary: StepSummary
  public var learningRate: Double
  /// The norm of the last step's gradients, before clipping.
  public var gradientNorm: Double
  /// Of a step.
  public var secondsPerStep: Double
  /// The share of the time that was spent waiting for batches.
  public var waitShare: Double
  /// Positions, patches included, per second, over all ranks.
  public var positionsPerSecond: Double
  /// Seconds of training so far.
  public var seconds: Double

  /// The figures under the reference's names, and further ones in its manner; then the objective's own.
  public var metrics: [(name: String, value: Double)] {
    [
      ("VLA Train/Step", Double(step)), ("VLA Train/Epoch", Double(epoch)), ("VLA Train/Loss", loss),
      ("VLA Train/Loss (Raw)", lastLoss), ("VLA Train/Learning Rate", learningRate),
      ("VLA Train/Step Time", secondsPerStep), ("VLA Train/Gradient Norm", gradientNorm),
      ("VLA Train/Tokens per Second", positionsPerSecond), ("VLA Train/Data Wait", waitShare),
    ] + summary.figures
  }
}
