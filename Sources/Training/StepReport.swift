/// What a run says of the steps since it last said something.
public struct StepReport: Sendable {
  /// The steps done.
  public var step: Int
  /// The steps of the whole run, where known.
  public var total: Int?
  /// The pass over the mixture.
  public var epoch: Int
  /// The mean loss of the steps, and that of the last one.
  public var loss: Double
  public var lastLoss: Double
  public var tally: ActionTally
  public var datasets: [String]
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

  /// The figures under the reference's names, and further ones in its manner.
  public var metrics: [(name: String, value: Double)] {
    let all = tally.total()
    var metrics: [(String, Double)] = [
      ("VLA Train/Step", Double(step)), ("VLA Train/Epoch", Double(epoch)), ("VLA Train/Loss", loss),
      ("VLA Train/Loss (Raw)", lastLoss), ("VLA Train/Action Token Accuracy", all.accuracy),
      ("VLA Train/L1 Loss", all.l1), ("VLA Train/Learning Rate", learningRate),
      ("VLA Train/Step Time", secondsPerStep), ("VLA Train/Gradient Norm", gradientNorm),
      ("VLA Train/Tokens per Second", positionsPerSecond), ("VLA Train/Data Wait", waitShare),
    ]
    for (index, dataset) in datasets.enumerated() {
      let cell = tally.total(index)
      guard cell.count > 0 else { continue }
      metrics.append(("\(dataset)/L1 Loss", cell.l1))
      metrics.append(("\(dataset)/Action Token Accuracy", cell.accuracy))
    }
    for dimension in 0..<tally.dimensionCount {
      let cell = tally.total(dimension: dimension)
      guard cell.count > 0 else { continue }
      metrics.append(("Dimension \(dimension)/L1 Loss", cell.l1))
      metrics.append(("Dimension \(dimension)/Action Token Accuracy", cell.accuracy))
    }
    return metrics
  }
}
