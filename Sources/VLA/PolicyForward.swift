internal import TensorFiles
public import Torch

/// A prepared batch: text padded on the right, and images.
public struct PolicyBatch {
  /// [batch, position], int64.
  public var inputIDs: Tensor
  /// [batch, position], 1 where there is text, 0 at padding.
  public var attentionMask: Tensor
  /// [batch, 3 per tower, row, column]; `nil` for text alone.
  public var pixelValues: Tensor?
  /// [batch, position]: the ids to predict, −100 where none is.
  public var labels: Tensor?

  public init(inputIDs: Tensor, attentionMask: Tensor, pixelValues: Tensor?, labels: Tensor?) {
    self.inputIDs = inputIDs
    self.attentionMask = attentionMask
    self.pixelValues = pixelValues
    self.labels = labels
  }
}

/// Every stage of one forward pass.
public struct PolicyOutput {
  public let patches: Policy.Patches?
  /// The mask over the whole sequence [batch, position], int64.
  public let attentionMask: Tensor
  /// The labels over the whole sequence, −100 at patches.
  public let labels: Tensor?
  /// [batch, position, hidden].
  public let mergedEmbeddings: Tensor
  /// The merged embeddings, then each layer's output; the last one after the final norm.
  public let hiddenStates: [Tensor]
  /// [batch, position, row], float32.
  public let logits: Tensor
  /// The mean cross-entropy over the supervised positions.
  public let loss: Tensor?
}

extension Policy {
  /// The label of a position without one, as PyTorch's cross-entropy has it.
  public static let ignoredLabel = -100

  /// Runs `batch` through the whole model, keeping every stage.
  public func forward(_ batch: PolicyBatch) throws(TorchError) -> PolicyOutput {
    let ids = try batch.inputIDs.converted(to: .int64, on: device)
    let textMask = try batch.attentionMask.converted(to: .int64, on: device)
    var patches: Patches?
    if let pixels = batch.pixelValues { patches = try self.patches(pixels) }
    let mask = try patches == nil ? textMask : widened(textMask, 1)
    var labels = try batch.labels?.converted(to: .int64, on: device)
    if let text = labels, patches != nil { labels = try widened(text, Double(Self.ignoredLabel)) }

    let merged = try merged(ids, patches)
    var states: [Tensor] = []
    let hidden = try decoder.hidden(merged, attention(mask)) { states.append($0) }
    let logits = try decoder.logits(hidden)
    return PolicyOutput(
      patches: patches, attentionMask: mask, labels: labels, mergedEmbeddings: merged, hiddenStates: states,
      logits: logits, loss: try labels.map { labels throws(TorchError) in try loss(logits, labels) })
  }

  /// Runs `batch` through the whole model and keeps the logits only: [batch, position, row], float32.
  public func logits(_ batch: PolicyBatch) throws(TorchError) -> Tensor {
    let ids = try batch.inputIDs.converted(to: .int64, on: device)
    var mask = try batch.attentionMask.converted(to: .int64, on: device)
    var patches: Patches?
    if let pixels = batch.pixelValues {
      patches = try self.patches(pixels)
      mask = try widened(mask, 1)
    }
    return try decoder.logits(decoder.hidden(merged(ids, patches), attention(mask)))
  }

  /// Causal attention that leaves out the padding of `mask` [batch, position].
  func attention(_ mask: Tensor) throws(TorchError) -> AttentionMask {
    let count = mask.size(1)
    let filled = try mask.converted(to: .bool)
    if try filled.negated().sum().scalar() == 0 { return .causal }
    let causal = try Tensor.full([count, count], 1, .bool, on: device).lowerTriangle()
    return .allowed(try causal.and(filled.reshaped([mask.size(0), 1, 1, count])))
  }

  /// The mean cross-entropy of each position's logits with the next position's label.
  func loss(_ logits: Tensor, _ labels: Tensor) throws(TorchError) -> Tensor {
    let count = labels.size(1)
    let rows = try logits.slicing(0..<count - 1, 1).reshaped([-1, logits.size(2)])
    return try rows.crossEntropy(labels.slicing(1..<count, 1).reshaped([-1]), ignoring: Self.ignoredLabel)
  }
}
