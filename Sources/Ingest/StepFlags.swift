internal import RLDS
internal import TensorFiles

/// The flags that mark the ends of an episode, for the rows that are kept: [N] each, 0 or 1.
///
/// A flag of a step that was left out at an end passes to the nearest row. Where the source has no `is_first` or
/// `is_last`, position tells; where it has no `is_terminal`, no step is.
struct StepFlags {
  let isFirst: [UInt8]
  let isLast: [UInt8]
  let isTerminal: [UInt8]
  /// Whether the source says which steps are terminal.
  let hasTerminal: Bool

  init(_ episode: Episode, rows: [Int]) throws(EpisodeError) {
    let first = try Self.flags("steps/is_first", episode)
    let last = try Self.flags("steps/is_last", episode)
    let terminal = try Self.flags("steps/is_terminal", episode)
    isFirst = Self.kept(first, rows, passing: .first) ?? rows.indices.map { $0 == 0 ? 1 : 0 }
    isLast = Self.kept(last, rows, passing: .last) ?? rows.indices.map { $0 == rows.count - 1 ? 1 : 0 }
    isTerminal = Self.kept(terminal, rows, passing: .last) ?? [UInt8](repeating: 0, count: rows.count)
    hasTerminal = terminal != nil
  }

  private enum End { case first, last }

  private static func flags(_ path: String, _ episode: Episode) throws(EpisodeError) -> [UInt8]? {
    guard let column = try episode.column(path), case .numbers(let tensor) = column.items,
      tensor.shape.dropFirst().allSatisfy({ $0 == 1 })
    else { return nil }
    return tensor.doubles.map { $0 == 0 ? 0 : 1 }
  }

  private static func kept(_ flags: [UInt8]?, _ rows: [Int], passing end: End) -> [UInt8]? {
    guard let flags else { return nil }
    var kept = rows.map { flags[$0] }
    guard let first = rows.first, let last = rows.last else { return kept }
    switch end {
    case .first: if flags[..<first].contains(1) { kept[0] = 1 }
    case .last: if flags[(last + 1)...].contains(1) { kept[kept.count - 1] = 1 }
    }
    return kept
  }
}
