/// Which episodes of a dataset to read: TFDS's split language.
///
/// `train`, `train[10:20]`, `train[:95%]`, `train[-2:]`, `train[:3shard]`, several joined by `+`, or `all`.
/// Percentages become positions by rounding half to even, as TFDS does.
public struct SplitExpression: Sendable {
  /// A run of episodes of one split, by position.
  public struct Selection: Equatable, Sendable {
    public let split: String
    public let range: Range<Int>

    public init(split: String, range: Range<Int>) {
      self.split = split
      self.range = range
    }
  }

  /// In the order of the expression.
  public let selections: [Selection]

  /// Reads `text` for splits of which the episodes per shard are given, in order.
  ///
  /// - Throws: `DatasetError` for unknown splits and malformed slices; `path` is where it says so.
  public init(_ text: String, splits: [(name: String, shardLengths: [Int])], path: String) throws(DatasetError) {
    var selections: [Selection] = []
    for part in text.split(separator: "+", omittingEmptySubsequences: false) {
      let part = String(part.filter { $0 != " " })
      if part == "all" {
        selections += splits.map { Selection(split: $0.name, range: 0..<$0.shardLengths.reduce(0, +)) }
        continue
      }
      let name: String
      let slice: Substring?
      if let bracket = part.firstIndex(of: "[") {
        guard part.hasSuffix("]") else { throw DatasetError(.badExpression(text, why: "`]` is missing"), path: path) }
        name = String(part[..<bracket])
        slice = part[part.index(after: bracket)...].dropLast()
      } else {
        name = part
        slice = nil
      }
      guard let split = splits.first(where: { $0.name == name }) else {
        throw DatasetError(.unknownSplit(name, known: splits.map(\.name)), path: path)
      }
      do {
        let range = try slice.map { slice throws(SliceFault) in try Self.range(slice, split.shardLengths) }
        selections.append(Selection(split: name, range: range ?? 0..<split.shardLengths.reduce(0, +)))
      } catch { throw DatasetError(.badExpression(text, why: error.why), path: path) }
    }
    self.selections = selections
  }

  private struct SliceFault: Error { let why: String }

  private enum Unit { case episodes, percent, shards }

  private static func range(_ slice: Substring, _ shardLengths: [Int]) throws(SliceFault) -> Range<Int> {
    let total = shardLengths.reduce(0, +)
    var starts = [0]
    for length in shardLengths { starts.append(starts[starts.count - 1] + length) }
    func position(_ text: Substring) throws(SliceFault) -> Int? {
      if text.isEmpty { return nil }
      let (number, unit) = try bound(text)
      switch unit {
      case .percent:
        guard abs(number) <= 100 else { throw SliceFault(why: "\(text) lies beyond 100%") }
        let shifted = (number * Double(total) / 100).rounded(.toNearestOrEven)
        return Int(shifted) + (number < 0 ? total : 0)
      case .episodes, .shards:
        guard let whole = Int(exactly: number), abs(whole) <= 1 << 40 else { throw SliceFault(why: "\(text) is no whole number") }
        let count = unit == .episodes ? total : shardLengths.count
        let index = whole < 0 ? whole + count : whole
        if unit == .episodes {
          guard index >= 0, index <= count else { throw SliceFault(why: "\(text) lies beyond the \(count) episodes") }
          return index
        }
        return starts[min(max(index, 0), count)]
      }
    }
    let parts = slice.split(separator: ":", omittingEmptySubsequences: false)
    if parts.count == 1, !slice.isEmpty, slice.hasSuffix("shard") {  // One shard: `train[3shard]`.
      let (number, _) = try bound(slice)
      guard let whole = Int(exactly: number) else { throw SliceFault(why: "\(slice) is no whole number") }
      let index = whole < 0 ? whole + shardLengths.count : whole
      guard shardLengths.indices.contains(index) else {
        throw SliceFault(why: "\(slice) lies beyond the \(shardLengths.count) shards")
      }
      return starts[index]..<starts[index + 1]
    }
    guard parts.count == 2 else { throw SliceFault(why: "a slice is written `[from:to]`") }
    guard slice != ":" else { throw SliceFault(why: "a slice needs a bound; for the whole split leave `[:]` away") }
    let lower = try position(parts[0]) ?? 0
    let upper = try position(parts[1]) ?? total
    guard lower <= upper else { throw SliceFault(why: "\(slice) runs backwards") }
    return lower..<upper
  }

  private static func bound(_ text: Substring) throws(SliceFault) -> (number: Double, unit: Unit) {
    let (digits, unit): (Substring, Unit) =
      text.hasSuffix("%") ? (text.dropLast(), .percent) : text.hasSuffix("shard") ? (text.dropLast(5), .shards) : (text, .episodes)
    let isPlain = digits.allSatisfy { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "-" || $0 == "_") }
    guard isPlain, let number = Double(digits.filter { $0 != "_" }) else {
      throw SliceFault(why: "`\(text)` is no number, percentage or shard")
    }
    return (number, unit)
  }
}
