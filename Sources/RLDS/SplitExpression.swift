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

  /// Works out one slice; a unit at either bound is that of both, as in TFDS.
  private static func range(_ slice: Substring, _ shardLengths: [Int]) throws(SliceFault) -> Range<Int> {
    let parts = slice.split(separator: ":", omittingEmptySubsequences: false)
    var bounds: [(number: Double, unit: Unit?)?] = []
    for part in parts { bounds.append(part.isEmpty ? nil : try bound(part)) }
    let units = Set(bounds.compactMap { $0?.unit })
    guard units.count <= 1 else { throw SliceFault(why: "\(slice) has two units") }
    let unit = units.first ?? .episodes
    var starts = [0]
    for length in shardLengths { starts.append(starts[starts.count - 1] + length) }
    func start(ofShard index: Int) -> Int { starts[min(max(index, 0), shardLengths.count)] }

    if parts.count == 1, unit == .shards, let only = bounds[0] {  // One shard: `train[3shard]`.
      let index = try whole(only.number, slice, count: shardLengths.count)
      return start(ofShard: index)..<start(ofShard: index + 1)
    }
    guard parts.count == 2 else { throw SliceFault(why: "a slice is written `[from:to]`") }
    guard slice != ":" else { throw SliceFault(why: "a slice needs a bound; for the whole split leave `[:]` away") }
    let total = starts[shardLengths.count]
    func position(_ index: Int) throws(SliceFault) -> Int? {
      guard let bound = bounds[index] else { return nil }
      switch unit {
      case .shards: return start(ofShard: try whole(bound.number, parts[index], count: shardLengths.count))
      case .episodes:
        let position = try whole(bound.number, parts[index], count: total)
        guard position >= 0, position <= total else {
          throw SliceFault(why: "\(parts[index]) lies beyond the \(total) episodes")
        }
        return position
      case .percent:
        guard abs(bound.number) <= 100 else { throw SliceFault(why: "\(parts[index]) lies beyond 100%") }
        let position = Int((bound.number * Double(total) / 100).rounded(.toNearestOrEven))
        return position < 0 ? position + total : position
      }
    }
    let lower = try position(0) ?? 0
    let upper = try position(1) ?? total
    guard lower <= upper else { throw SliceFault(why: "\(slice) runs backwards") }
    return lower..<upper
  }

  /// Returns `number` as an index among `count`, counted from the end when negative.
  private static func whole(_ number: Double, _ text: Substring, count: Int) throws(SliceFault) -> Int {
    guard let whole = Int(exactly: number), abs(whole) <= 1 << 40 else {
      throw SliceFault(why: "\(text) is no whole number")
    }
    return whole < 0 ? whole + count : whole
  }

  private static func bound(_ text: Substring) throws(SliceFault) -> (number: Double, unit: Unit?) {
    let (digits, unit): (Substring, Unit?) =
      text.hasSuffix("%") ? (text.dropLast(), .percent) : text.hasSuffix("shard") ? (text.dropLast(5), .shards) : (text, nil)
    let isPlain = digits.utf8.allSatisfy { $0 >= 48 && $0 <= 57 || $0 == 46 || $0 == 45 || $0 == 95 }
    guard isPlain, let number = Double(digits.filter { $0 != "_" }) else {
      throw SliceFault(why: "`\(text)` is no number, percentage or shard")
    }
    return (number, unit)
  }
}
