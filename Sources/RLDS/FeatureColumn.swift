public import ByteIO
public import TensorFiles

/// All values that one episode has of one feature.
public struct FeatureColumn: Sendable {
  /// The values in order, one after another whatever the sequences around them.
  public enum Items: Sendable {
    /// Numbers of one shape: [values, shape…].
    case numbers(HostTensor)
    /// Byte strings, as many for each value as its shape has elements.
    case strings([Bytes], perValue: Int)
    /// Image files as stored.
    case images([Bytes])
    /// Numbers whose shapes differ.
    case tensors([HostTensor])
  }

  public let feature: DeclaredFeature
  public let items: Items
  /// The length of every row of each sequence around the values, outermost first.
  ///
  /// For a per-step feature the first is `[T]`; for a list per step the second has T lengths.
  public let lengths: [[Int]]

  /// The number of values.
  public var count: Int {
    switch items {
    case .numbers(let tensor): tensor.shape[0]
    case .strings(let strings, let perValue): perValue > 0 ? strings.count / perValue : lengths.isEmpty ? 1 : 0
    case .images(let images): images.count
    case .tensors(let tensors): tensors.count
    }
  }

  /// Whether each step has exactly one value.
  public var isFlat: Bool { lengths.count <= 1 }

  /// The range of values that belong to each entry of the outermost sequence.
  public var rowRanges: [Range<Int>] {
    guard let rows = lengths.first?.first else { return [0..<count] }
    var ranges = (0..<rows).map { $0..<$0 + 1 }
    for level in lengths.dropFirst() {
      var starts = [0]
      for length in level { starts.append(starts[starts.count - 1] + length) }
      ranges = ranges.map { starts[$0.lowerBound]..<starts[$0.upperBound] }
    }
    return ranges
  }
}
