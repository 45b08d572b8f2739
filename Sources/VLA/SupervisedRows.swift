internal import Torch

/// The positions of a batch that have a label, and what the model is to answer there.
public struct SupervisedRows: Sendable {
  /// The row of each in the flattened sequence [batch · position], whose logits predict the label.
  public let rows: [Int64]
  /// The labels, [row].
  public let targets: [Int64]
  /// Which sample of the batch each belongs to, ascending.
  public let samples: [Int]

  /// Finds the labels of `labels` [batch][position], of texts that `patches` patches follow the first token of.
  ///
  /// The label of a text's token is predicted by the position before it; the first token has none before.
  public init(_ labels: [[Int64]], patches: Int) {
    var rows: [Int64] = []
    var targets: [Int64] = []
    var samples: [Int] = []
    for (sample, row) in labels.enumerated() {
      let start = sample * (row.count + patches) + patches
      for (position, label) in row.enumerated().dropFirst() where label != Int64(Policy.ignoredLabel) {
        rows.append(Int64(start + position - 1))
        targets.append(label)
        samples.append(sample)
      }
    }
    self.rows = rows
    self.targets = targets
    self.samples = samples
  }
}
