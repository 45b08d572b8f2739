import ByteIO

/// The uniform binning that turns one normalised action value into one token of a language model.
///
/// `binCount` edges e_j = −1 + j·2/(binCount − 1), the last exactly 1; a value x in [−1, 1] belongs to digit
/// d = number of edges ≤ x (1…binCount), to bin d − 1 and to token id vocabularySize − d, so that higher actions
/// have lower ids. There is one interval fewer than there are edges: digit binCount holds 1.0 alone, and decodes
/// to the centre of the interval before. Source: OpenVLA's ActionTokenizer, with numpy's digitize and linspace.
public struct ActionTokenizer: Sendable {
  /// The number of edges, and of token ids in use.
  public let binCount: Int
  /// The size of the model's vocabulary, without padding; ids just below it stand for actions.
  public let vocabularySize: Int
  /// The edges, ascending, [binCount].
  public let edges: [Double]
  /// The middle of each interval, ascending, [binCount − 1].
  public let centers: [Double]

  /// Prepares the edges.
  /// - Throws: `usage` unless 2 ≤ binCount ≤ 65,536 and the vocabulary has room for the bins.
  public init(binCount: Int = 256, vocabularySize: Int) throws(ActionsError) {
    guard (2...65_536).contains(binCount) else {
      throw ActionsError(.usage, "action tokens: \(binCount) bins; 2 to 65,536 are supported")
    }
    guard vocabularySize >= binCount, vocabularySize <= Int(Int32.max) else {
      throw ActionsError(
        .usage, "action tokens: a vocabulary of \(vocabularySize) has no room for \(binCount) bins")
    }
    self.binCount = binCount
    self.vocabularySize = vocabularySize
    let step = 2 / Double(binCount - 1)
    var edges = (0..<binCount).map { Double($0) * step - 1 }
    edges[binCount - 1] = 1
    self.edges = edges
    centers = (0..<binCount - 1).map { (edges[$0] + edges[$0 + 1]) / 2 }
  }

  /// The id just below the smallest action token; a label is an action when it is greater.
  public var actionTokenBegin: Int { vocabularySize - (binCount + 1) }

  /// The bin 0…binCount − 1 of `value`, clipped to [−1, 1]; NaN takes the highest, as in the reference.
  public func bin(of value: Double) -> Int {
    guard value < 1 else { return binCount - 1 }
    guard value > -1 else { return 0 }
    // A guess within one of the truth, then the comparison that decides.
    var bin = Swift.min(Int((value + 1) * Double(binCount - 1) / 2), binCount - 2)
    while bin + 1 < binCount, edges[bin + 1] <= value { bin += 1 }
    while bin > 0, edges[bin] > value { bin -= 1 }
    return bin
  }

  /// The bin 0…binCount − 1 of `value`, which is compared in float64.
  public func bin(of value: Float) -> Int { bin(of: Double(value)) }

  /// The token id of `bin`; bins outside 0…binCount − 1 count as the nearest.
  public func id(ofBin bin: Int) -> Int {
    vocabularySize - 1 - Swift.min(Swift.max(bin, 0), binCount - 1)
  }

  /// The bin whose token is `id`, as the reference decodes: the index of a centre, 0…binCount − 2, ids outside
  /// the action tokens counting as the nearest.
  public func decodedBin(ofID id: Int) -> Int {
    let (bin, overflows) = vocabularySize.subtractingReportingOverflow(id)
    if overflows { return id < 0 ? binCount - 2 : 0 }
    return Swift.min(Swift.max(bin - 1, 0), binCount - 2)
  }

  /// The token ids of `values`.
  public func encode(_ values: [Float]) -> [Int] { values.map { id(ofBin: bin(of: $0)) } }

  /// The token ids of `values`.
  public func encode(_ values: [Double]) -> [Int] { values.map { id(ofBin: bin(of: $0)) } }

  /// The bin centres that `ids` stand for.
  public func decode(_ ids: [Int]) -> [Double] { ids.map { centers[decodedBin(ofID: $0)] } }
}
