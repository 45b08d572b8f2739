public import SampleShards
internal import TensorFiles
internal import Torch
public import VLA

/// One batch in the form that the model takes, still on the host.
public struct TrainingBatch: PreparedBatch {
  /// Texts, padded on the right, [B, T].
  public var ids: [Int64] = []
  /// The ids to predict, −100 where none is, [B][T].
  public var labels: [[Int64]] = []
  /// 1 where there is text, [B, T].
  public var mask: [Int64] = []
  /// [B, 3 per tower, row, column].
  public var pixels: [Float] = []
  /// One image's shape, [3 per tower, row, column].
  public var imageShape: [Int] = []
  /// Which of the mixture's `datasetNames` each sample is of, [B].
  public var datasets: [Int] = []
  /// The place of each sample in what is read, and in the whole mixture, [B].
  public var places: [Int] = []
  public var positions: [Int] = []
  /// Where the stream stands after this batch.
  public var place = SampleReader.Place()

  /// The number of samples, B.
  public var count: Int { labels.count }

  /// The memory it takes, in bytes.
  public var byteCount: Int { 4 * pixels.count + 8 * (ids.count + mask.count + 2 * ids.count) }

  /// Lays out `texts`, padded on the right with `padding`; the last `supervised` tokens of each are labelled.
  mutating func layOut(_ texts: [[Int]], supervised: Int, padding: Int) {
    let ignored = Int64(Policy.ignoredLabel)
    let width = texts.map(\.count).max() ?? 0
    for text in texts {
      let rest = width - text.count
      ids += text.map { Int64($0) } + [Int64](repeating: Int64(padding), count: rest)
      mask += [Int64](repeating: 1, count: text.count) + [Int64](repeating: 0, count: rest)
      labels.append(
        [Int64](repeating: ignored, count: text.count - supervised) + text.suffix(supervised).map { Int64($0) }
          + [Int64](repeating: ignored, count: rest))
    }
  }

  /// The labelled positions.
  public func rows(patches: Int) -> SupervisedRows { SupervisedRows(labels, patches: patches) }

  /// The tensors.
  public func policyBatch() throws -> PolicyBatch {
    let width = ids.count / max(1, count)
    return PolicyBatch(
      inputIDs: try Tensor(ids, [count, width]), attentionMask: try Tensor(mask, [count, width]),
      pixelValues: try Tensor(pixels, [count] + imageShape), labels: nil)
  }
}
