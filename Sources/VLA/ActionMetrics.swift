internal import Actions
public import Torch

/// How well the predicted action tokens agree with the labels.
public struct ActionMetrics: Equatable, Sendable {
  /// The share of action tokens that are predicted exactly.
  public let accuracy: Float
  /// The mean distance of the bins' centres, in the normalised range [−1, 1].
  public let l1: Double
  /// The action tokens compared.
  public let tokenCount: Int
}

extension Policy {
  /// Compares the greedy prediction of each action label with it; end-of-sequence does not count.
  ///
  /// `nil` where nothing is labelled with an action. As OpenVLA: a prediction that is no action token counts as the
  /// nearest end of the range.
  public func actionMetrics(_ output: PolicyOutput) throws(TorchError) -> ActionMetrics? {
    guard let labels = output.labels else { return nil }
    let count = labels.size(1)
    let predicted = try output.logits.slicing(0..<count - 1, 1).argmax(-1).values(Int64.self)
    let wanted = try labels.slicing(1..<count, 1).values(Int64.self)
    var (right, total, distance) = (0, 0, 0.0)
    for (prediction, label) in zip(predicted, wanted) where label > actionTokenizer.actionTokenBegin {
      total += 1
      if prediction == label { right += 1 }
      let centers = actionTokenizer.decode([Int(prediction), Int(label)])
      distance += abs(centers[0] - centers[1])
    }
    guard total > 0 else { return nil }
    return ActionMetrics(accuracy: Float(right) / Float(total), l1: distance / Double(total), tokenCount: total)
  }
}
