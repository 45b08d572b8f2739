internal import EpisodeStore
internal import TensorFiles

extension EpisodeExam {
  /// At most so many places of one episode are findings of their own; the last covers the rest.
  static let placeLimit = 8

  /// One finding for each run of `flags`, which `message` tells.
  mutating func judgeRuns(_ id: String, _ flags: [Bool], score: Double, _ message: (ClosedRange<Int>) -> String) {
    var places = runs(flags)
    if places.count > Self.placeLimit, let last = places.last {
      places = places.prefix(Self.placeLimit - 1) + [places[Self.placeLimit - 1].lowerBound...last.upperBound]
    }
    if places.isEmpty { judge(id, score, "") }
    for run in places { judge(id, score, steps: run, message(run)) }
  }

  mutating func examineFiniteness() throws {
    let rewards = try store.rows("reward", place, as: Float.self)
    var bad = 0
    var flags = [Bool](repeating: false, count: count)
    var first: (what: String, step: Int)?
    for (what, rows, width) in [("action", a, actionWidth), ("state", s, stateWidth), ("reward", rewards, 1)]
    where width > 0 && !rows.allSatisfy(\.isFinite) {
      for (i, value) in rows.enumerated() where !value.isFinite {
        bad += 1
        flags[i / width] = true
        if first == nil { first = ("\(what) dimension \(i % width) is \(value)", i / width) }
        if what != "reward" { summary.isFinite = false }
      }
    }
    judgeRuns("non-finite", flags, score: Double(bad)) { run in
      "\(bad) values are not finite, at \(shown(run)); the first: \(first?.what ?? "")"
    }
  }

  mutating func examineFlags() throws {
    let last = count - 1
    var flags = [Bool](repeating: false, count: count)
    var words: [String] = []
    for (name, expected) in [("is_first", 0), ("is_last", last)] {
      let values = try store.rows(name, place, as: UInt8.self)
      for (step, value) in values.enumerated() where (value != 0) != (step == expected) {
        flags[step] = true
        if words.count < 3 { words.append("`\(name)` is \(value) at step \(step)") }
      }
    }
    let terminal = try store.rows("is_terminal", place, as: UInt8.self)
    for (step, value) in terminal.enumerated() where value != 0 && step != last {
      flags[step] = true
      if words.count < 3 { words.append("`is_terminal` is \(value) at step \(step) of \(count)") }
    }
    judgeRuns("broken-flags", flags, score: Double(flags.count { $0 })) { _ in words.joined(separator: ", ") }
  }

  mutating func examineTime() throws {
    let file = store.shards[place.shard].file
    let times: [Double]
    switch file.declaration("timestamp")?.dtype {
    case .float64: times = try store.rows("timestamp", place, as: Double.self)
    case .float32: times = try store.rows("timestamp", place, as: Float.self).map(Double.init)
    default: return summary.sheet.skip(["time-order", "time-gap"], .noTimestamps)
    }
    guard times.count >= 3 else { return summary.sheet.skip(["time-order", "time-gap"], .tooShort) }
    let gaps = zip(times.dropFirst(), times).map { $0 - $1 }
    let back = [false] + gaps.map { !($0 > 0) }
    judgeRuns("time-order", back, score: Double(back.count { $0 })) { run in
      "time does not rise at \(shown(run))"
    }
    guard let median = Robust(gaps)?.median, median > 0 else { return summary.sheet.skip("time-gap", .nothingMoves) }
    let threshold = selection.threshold(of: CheckCatalog.all[ScoreSheet.place("time-gap")])
    let greatest = (gaps.max() ?? 0) / median
    judgeRuns("time-gap", [false] + gaps.map { $0 / median > threshold }, score: greatest) { run in
      "up to \(shown(greatest)) times the median time passes before \(shown(run))"
    }
  }

  mutating func examineInstructions() throws {
    let index = try store.rows("instruction.index", place, as: Int32.self)
    let rows = index.map { $0 < 0 ? -1 : store.texts[place.shard][Int($0)] }
    let blank = rows.map { $0 < 0 || store.instructions[$0].allSatisfy(\.isWhitespace) }
    judgeRuns("empty-instruction", blank, score: Double(blank.count { $0 })) { run in "no instruction at \(shown(run))"
    }
    var distinct: [Int] = []
    for (row, isBlank) in zip(rows, blank) where !isBlank && !distinct.contains(row) { distinct.append(row) }
    let placeholders = distinct.filter { isPlaceholder(store.instructions[$0]) }
    let text = placeholders.first.map { store.instructions[$0] } ?? ""
    let steps = extent(rows.map { placeholders.contains($0) })
    judge(
      "placeholder-instruction", Double(placeholders.count), steps: steps, "the instruction `\(text)` says nothing")
    let change = zip(rows, rows.dropFirst()).enumerated().first { $0.element.0 != $0.element.1 }?.offset
    judge(
      "changing-instruction", Double(max(distinct.count, 1)), steps: change.map { $0...$0 + 1 },
      "\(distinct.count) instructions in one episode")
  }

  mutating func examineBounds() {
    var worst = (value: 0.0, dimension: 0)
    var far = [Bool](repeating: false, count: count)
    var outside = [Bool](repeating: false, count: count)
    var assessed = false
    let threshold = selection.threshold(of: CheckCatalog.all[ScoreSheet.place("out-of-bounds")])
    for d in 0..<actionWidth where scale.action[d].range > 0 {
      let dimension = scale.action[d]
      assessed = true
      for step in 0..<count {
        let x = Double(a[step * actionWidth + d])
        let distance = abs(x - dimension.center) / dimension.range
        if distance > worst.value { worst = (distance, d) }
        if distance > threshold { far[step] = true }
        if x > dimension.high + dimension.range || x < dimension.low - dimension.range { outside[step] = true }
      }
    }
    guard assessed else {
      return summary.sheet.skip(["out-of-bounds", "normalization-outlier"], .nothingMoves)
    }
    judgeRuns("out-of-bounds", far, score: worst.value) { run in
      "action dimension \(worst.dimension) is up to \(shown(worst.value)) typical ranges away, at \(shown(run))"
    }
    let share = Double(outside.count { $0 }) / Double(count)
    judge(
      "normalization-outlier", share, steps: extent(outside),
      "\(shown(100 * share)) % of the steps lie beyond the typical bounds by more than a typical range")
  }
}

/// Whether an instruction is one that a program put where none was given.
func isPlaceholder(_ text: String) -> Bool {
  let words = text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
  let names: Set<String> = [
    "default", "task", "none", "null", "nil", "unknown", "todo", "tbd", "na", "placeholder", "test", "instruction",
    "dummy", "untitled", "empty", "string", "description", "episode", "demo", "no", "the", "a", "lang", "language",
  ]
  let letters = text.count { $0.isLetter }
  // Texts without cased letters (Chinese, Japanese) say much in few signs.
  guard text.unicodeScalars.allSatisfy({ $0.value < 0x2E80 }) else { return false }
  return letters < 3 || words.allSatisfy { names.contains($0) || $0.allSatisfy(\.isNumber) }
}
