internal import ByteIO
public import JSON
internal import PairShards
internal import Preferences

/// What was paired and why, in numbers.
public struct PairAudit: Sendable {
  /// Counts of values in ranges.
  struct Histogram: Sendable {
    let label: String
    /// The ranges' names.
    let names: [String]
    var counts: [Int]

    var json: JSONValue { .object(zip(names, counts).map { .init($0, JSONValue($1)) }) }
  }

  let set: PairSet
  let index: PairIndex
  /// How many episodes are on one side so often.
  private(set) var chosenReuse = Histogram(label: "times chosen", names: [], counts: [])
  private(set) var rejectedReuse = Histogram(label: "times rejected", names: [], counts: [])
  private(set) var margins = Histogram(label: "margin", names: [], counts: [])
  private(set) var lengths = Histogram(label: "chosen − rejected steps", names: [], counts: [])
  private(set) var meanLengthDifference = 0.0
  private(set) var findings: [LeakCheck.Finding] = []
  /// How far actions at equal offsets lie apart in bins, by column.
  private(set) var distances: [Histogram] = []
  /// How far the chosen sides' bins and the rejected ones' differ as distributions, by column: ½ Σ |p − q|, 0 to 1.
  private(set) var divergences: [Double] = []
  /// Pairs by what success says: agrees, disagrees, the same on both sides, unknown.
  private(set) var agreement = Histogram(
    label: "success against label", names: ["agrees", "disagrees", "equal", "unknown"], counts: [0, 0, 0, 0])
  private(set) var sources: [String: Int] = [:]
  /// First frames that occur in trained starts and in held-out ones.
  private(set) var sharedFirstFrames = 0
  private(set) var countedSteps = 0
  private(set) var maskedSteps = 0
  private(set) var warnings: [String] = []

  private static let distanceNames = ["0", "1–2", "3–7", "8–31", "32–127", "128–255"]

  /// Goes through the set at `path`.
  ///
  /// - Throws: `PairShardError`, `JSONError`, `FileError`.
  /// - Complexity: O(steps of all pairs); memory for the pairs.
  public init(_ path: String) throws {
    set = try PairSet(path)
    index = set.index
    var rollouts: [String: Int] = [:]
    var table: [Rollout] = []
    var pairs: [PreferencePair] = []
    var lines: [Double] = []
    var counted = [[Int]](
      repeating: [Int](repeating: 0, count: Self.distanceNames.count), count: index.layout.actionDimension)
    var frequencies = [BinFrequencies](repeating: BinFrequencies(), count: index.layout.actionDimension)
    var firstFrames: [UInt64: Swift.Set<String>] = [:]
    try PairLines.forEach(path) { line in
      func side(_ side: PairLine.Side) -> PairSide {
        let number = rollouts[side.episode] ?? table.count
        if number == table.count {
          rollouts[side.episode] = number
          table.append(
            Rollout(
              id: side.episode, task: line.task, instruction: "", start: line.start, policy: side.policy,
              success: side.success, length: side.length))
        }
        return PairSide(number, side.steps)
      }
      guard pairs.count < set.count else {
        throw PairBuildError("\(path)/\(PairIndex.rowsName): it has more lines than the index has pairs")
      }
      let row = try set.pair(pairs.count)
      pairs.append(
        PreferencePair(
          chosen: side(line.chosen), rejected: side(line.rejected),
          strategy: Strategy.Name(rawValue: line.strategy) ?? .successFailure,
          unit: PairUnit(rawValue: line.unit) ?? .trajectory, key: .start, chosenScore: line.margin,
          rejectedScore: 0, source: LabelSource(rawValue: line.source) ?? .success))
      lines.append(line.margin)
      sources[line.source, default: 0] += 1
      switch (line.chosen.success, line.rejected.success) {
      case (nil, _), (_, nil): agreement.counts[3] += 1
      case (true, false): agreement.counts[0] += 1
      case (false, true): agreement.counts[1] += 1
      default: agreement.counts[2] += 1
      }
      try note(row, &counted, &frequencies, &firstFrames)
    }
    findings = LeakCheck(pairs, table).findings
    (chosenReuse, rejectedReuse) = (
      Self.reuse(pairs.map(\.chosen), "times chosen"), Self.reuse(pairs.map(\.rejected), "times rejected")
    )
    margins = Self.histogram(lines, "margin")
    let differences = pairs.map { Double($0.chosen.steps.count - $0.rejected.steps.count) }
    lengths = Self.histogram(differences, "chosen − rejected steps")
    meanLengthDifference = differences.reduce(0, +) / Double(max(differences.count, 1))
    distances = counted.enumerated().map { Histogram(label: "column \($0)", names: Self.distanceNames, counts: $1) }
    divergences = frequencies.map(\.divergence)
    sharedFirstFrames = firstFrames.values.count { $0.count > 1 }
    warnings = index.warnings
    warnings += findings.filter(\.isWarning).map {
      "\($0.name) alone tells \($0.correctCount) of \($0.pairCount) labels: a policy can learn that instead"
    }
    if sharedFirstFrames > 0 {
      warnings.append("\(sharedFirstFrames) first frames occur in trained and in held-out starts")
    }
    let contradictions = index.filters.first { $0.name == Filter.contradiction.rawValue }?.count ?? 0
    if contradictions > 0 { warnings.append("\(contradictions) pairs contradicted each other and were left out") }
  }

  /// Takes in the steps of a pair.
  private mutating func note(
    _ row: PairRow, _ counted: inout [[Int]], _ frequencies: inout [BinFrequencies],
    _ firstFrames: inout [UInt64: Swift.Set<String>]
  ) throws {
    let (a, b) = (try set.episode(row.chosen.episode), try set.episode(row.rejected.episode))
    let (x, y) = (try a.actionBins(row.chosen.steps), try b.actionBins(row.rejected.steps))
    let width = index.layout.actionDimension
    for (place, bin) in x.enumerated() { frequencies[place % width].chosen[Int(bin)] += 1 }
    for (place, bin) in y.enumerated() { frequencies[place % width].rejected[Int(bin)] += 1 }
    for place in 0..<min(x.count, y.count) {
      let distance = abs(Int(x[place]) - Int(y[place]))
      let range = distance == 0 ? 0 : distance < 3 ? 1 : distance < 8 ? 2 : distance < 32 ? 3 : distance < 128 ? 4 : 5
      counted[place % width][range] += 1
    }
    for side in [row.chosen, row.rejected] {
      countedSteps += side.countedSteps
      maskedSteps += side.steps.count - side.countedSteps
    }
    guard let view = index.layout.views.first?.name else { return }
    let split = row.split == Split.seen.rawValue ? Split.train.rawValue : row.split
    for episode in [a, b] where episode.steps.lowerBound == 0 {
      var digest = ObservationDigest()
      digest.update(try episode.frame(view, 0))
      firstFrames[digest.value, default: []].insert(split)
    }
  }

  private static func reuse(_ sides: [PairSide], _ label: String) -> Histogram {
    var uses: [Int: Int] = [:]
    for side in sides { uses[side.rollout, default: 0] += 1 }
    var counts: [Int: Int] = [:]
    for count in uses.values { counts[count, default: 0] += 1 }
    let sorted = counts.sorted { $0.key < $1.key }
    return Histogram(label: label, names: sorted.map { String($0.key) }, counts: sorted.map(\.value))
  }

  /// Ten ranges of equal width, or one where all values are the same.
  private static func histogram(_ values: [Double], _ label: String) -> Histogram {
    guard let low = values.min(), let high = values.max(), (high - low).isFinite else {
      return Histogram(label: label, names: [], counts: [])
    }
    guard high > low else { return Histogram(label: label, names: [short(low)], counts: [values.count]) }
    var counts = [Int](repeating: 0, count: 10)
    for value in values { counts[min(9, Int((value - low) / (high - low) * 10))] += 1 }
    let names = (0..<10).map { short(low + (high - low) * Double($0) / 10) + " …" }
    return Histogram(label: label, names: names, counts: counts)
  }

  /// A number with at most three digits after the point.
  static func short(_ value: Double) -> String {
    let rounded = (value * 1000).rounded() / 1000
    return rounded == rounded.rounded() && rounded.magnitude < 1e15 ? String(Int(rounded)) : String(rounded)
  }

  /// The audit as JSON.
  public var json: JSONValue {
    [
      "name": .string(index.name), "pairs": JSONValue(index.pairCount), "unpaired": JSONValue(index.unpairedCount),
      "rollouts": JSONValue(index.rolloutCount), "starts": JSONValue(index.startCount),
      "starts_with_both": JSONValue(index.bothCount), "episodes": JSONValue(index.episodeCount),
      "filters": .object(index.filters.map { .init($0.name, JSONValue($0.count)) }),
      "tasks": index.json["tasks"] ?? .null, "splits": index.json["splits"] ?? .null,
      "strategies": index.json["strategies"] ?? .null,
      "label_sources": .object(sources.sorted { $0.key < $1.key }.map { .init($0.key, JSONValue($0.value)) }),
      "success_agreement": agreement.json, "chosen_reuse": chosenReuse.json, "rejected_reuse": rejectedReuse.json,
      "margins": margins.json, "length_differences": lengths.json,
      "mean_length_difference": .real(meanLengthDifference),
      "contradictions": JSONValue(index.filters.first { $0.name == Filter.contradiction.rawValue }?.count ?? 0),
      "leaks": .object(
        findings.map {
          .init(
            $0.name,
            [
              "pairs": JSONValue($0.pairCount), "correct": JSONValue($0.correctCount),
              "accuracy": .real($0.accuracy.share),
              "interval": [.real($0.accuracy.lower), .real($0.accuracy.upper)], "warning": .bool($0.isWarning),
            ])
        }), "bin_distances": .array(distances.map(\.json)),
      "bin_divergences": JSONValue(divergences), "shared_first_frames": JSONValue(sharedFirstFrames),
      "counted_steps": JSONValue(countedSteps), "masked_steps": JSONValue(maskedSteps),
      "action_tokens": JSONValue(countedSteps * index.layout.actionDimension), "warnings": JSONValue(warnings),
      "plan_sha256": .string(index.planDigest),
    ]
  }

  /// Writes `prefs_audit.json` and `prefs_audit.html` to `directory`, with `examples` pairs drawn for the set's seed.
  ///
  /// - Throws: `PairShardError`, `FileError`.
  public func write(to directory: String, examples: Int) throws -> (json: String, page: String) {
    try Directory.create(directory)
    let (data, page) = (directory + "/prefs_audit.json", directory + "/prefs_audit.html")
    try AtomicFile.write(Array((json.serialized(.indented) + "\n").utf8), to: data)
    try AtomicFile.write(Array(try AuditPage(self, examples: examples).html.utf8), to: page)
    return (data, page)
  }
}

extension PairAudit {
  /// The audit in a few lines.
  public var summary: String {
    var lines = [
      "\(index.name): \(index.pairCount) pairs of \(index.episodeCount) episodes; \(index.startCount) starts, "
        + "\(index.bothCount) with both outcomes",
      "\(countedSteps) steps count, \(maskedSteps) are masked; \(countedSteps * index.layout.actionDimension) action tokens",
    ]
    for finding in findings {
      lines.append(
        "\(finding.name) tells \(finding.correctCount) of \(finding.pairCount) labels, at least "
          + "\(Self.short(finding.accuracy.lower)) of all")
    }
    return (lines + warnings.map { "warning: " + $0 }).joined(separator: "\n")
  }
}

/// How often each bin occurs on the two sides of all pairs, in one column.
private struct BinFrequencies {
  var chosen = [Int](repeating: 0, count: 256)
  var rejected = [Int](repeating: 0, count: 256)

  /// The total variation distance of the two distributions.
  var divergence: Double {
    let (n, m) = (Double(max(chosen.reduce(0, +), 1)), Double(max(rejected.reduce(0, +), 1)))
    return zip(chosen, rejected).reduce(0) { $0 + (Double($1.0) / n - Double($1.1) / m).magnitude } / 2
  }
}
