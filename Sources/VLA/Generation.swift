public import Actions
internal import ByteIO
internal import Checkpoints
internal import TensorFiles
public import Torch

/// Which ids greedy decoding may choose.
public enum DecodedTokens: String, Sendable, CaseIterable {
  /// Action tokens only, so that every answer is an action.
  case actions
  /// Every row of the head, as the reference: an answer may hold words, and ends at end-of-sequence.
  case unrestricted
}

/// What greedy decoding answers.
public struct Generation {
  public let ids: [Int]
  /// The float32 logits each id was chosen from [step, row]; `nil` unless asked for.
  public let logits: Tensor?
}

extension Policy {
  /// Decodes up to `count` ids greedily after the prompt `ids`, for one image [1, 3 per tower, row, column].
  ///
  /// Keys and values of earlier positions are kept, so each further id costs one position.
  public func generate(
    _ ids: [Int], _ pixels: Tensor?, count: Int, _ tokens: DecodedTokens = .actions, keepingLogits: Bool = false
  ) throws -> Generation {
    try withoutGradient {
      let patches = try pixels.map { try self.patches($0) }
      let length = ids.count + (patches == nil ? 0 : patchCount)
      try check(length: length + count)
      let cache = KeyValueCache(layers: config.decoder.layers, capacity: length + count)
      var x = try merged(try row(ids), patches)
      var mask = AttentionMask.causal
      var answer: [Int] = []
      var kept: [Tensor] = []
      while answer.count < count {
        let hidden = try decoder.hidden(x, mask, cache: cache)
        let last = try hidden.selecting(hidden.size(1) - 1, 1)
        let range = config.actionTokens
        let whole = try tokens == .unrestricted || keepingLogits ? decoder.logits(last) : nil
        if keepingLogits, let whole { kept.append(whole) }
        let choices =
          if tokens == .unrestricted, let whole { whole } else { try decoder.logits(last, over: range) }
        let id = Int(try choices.argmax(-1).scalar()) + (tokens == .actions ? range.lowerBound : 0)
        answer.append(id)
        if tokens == .unrestricted, id == config.decoder.eosTokenID { break }
        if answer.count < count {
          x = try decoder.embed(try row([id]))
          mask = .none
        }
      }
      return Generation(ids: answer, logits: kept.isEmpty ? nil : try Tensor.concatenating(kept, 0))
    }
  }

  /// The action that `ids`, the answer to `prompt`, stand for: bin centres, in the units of `statistics`.
  ///
  /// An answer that ended early is filled from the prompt's end, as the reference's slice of the last ids does.
  public func action(_ ids: [Int], prompt: [Int], _ statistics: FeatureStatistics) throws -> [Double] {
    let last = (prompt + ids).suffix(statistics.dimension)
    guard last.count == statistics.dimension else {
      throw PolicyError(.badData, place: "action", "\(last.count) ids for \(statistics.dimension) dimensions")
    }
    var action = actionTokenizer.decode(Array(last))
    try ActionUnnormalizer(statistics: statistics).unnormalize(&action)
    return action
  }

  private func row(_ ids: [Int]) throws(TorchError) -> Tensor {
    try Tensor(ids.map { Int64($0) }, [1, ids.count]).converted(on: device)
  }

  /// Refuses sequences that the attention here would not compute as the model's.
  func check(length: Int) throws(PolicyError) {
    guard let window = config.decoder.slidingWindow, length > window else { return }
    throw PolicyError(
      .badData, place: "sequence", "\(length) positions exceed the attention window of \(window); use a shorter text")
  }
}
