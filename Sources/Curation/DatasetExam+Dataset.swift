internal import Actions
internal import EpisodeStore
internal import Glibc

extension Double {
  var logarithm: Double { log(self) }
}

extension DatasetExam {
  /// Compares `statistics.json` with the steps.
  mutating func examineStatistics(_ totals: Totals) {
    var worst = (value: 0.0, text: "")
    var disorder: [String] = []
    let statistics = store.statistics
    let features = [
      ("action", statistics.action, 0, store.actionWidth),
      ("proprio", statistics.proprio, store.actionWidth, store.stateWidth),
    ]
    for (name, feature, first, width) in features where width > 0 && feature.dimension == width {
      for d in 0..<width {
        if !(feature.q01[d] <= feature.q99[d]) || feature.q01[d] < feature.min[d] || feature.q99[d] > feature.max[d] {
          disorder.append("\(name) dimension \(d)")
        }
        guard totals.stepCount > 0 else { continue }
        let range = max(totals.high[first + d] - totals.low[first + d], 1e-9)
        let mean = totals.sums[first + d] / Double(totals.stepCount)
        for (what, declared, found) in [
          ("mean", feature.mean[d], mean), ("min", feature.min[d], totals.low[first + d]),
          ("max", feature.max[d], totals.high[first + d]),
        ] {
          let difference = abs(declared - found) / range
          if !(difference <= worst.value) {
            worst = (difference, "\(name) dimension \(d): \(what) is \(shown(declared)), of the steps \(shown(found))")
          }
        }
      }
    }
    let steps = store.index.stepCount
    if statistics.transitionCount != steps || statistics.trajectoryCount != store.places.count {
      worst = (
        1,
        "it counts \(statistics.trajectoryCount) episodes and \(statistics.transitionCount) steps, the store "
          + "\(store.places.count) and \(steps)"
      )
    }
    if worst.value.isNaN { worst.value = 1 }
    judgeDataset("statistics-mismatch", worst.value, "statistics.json does not fit the data: " + worst.text)
    judgeDataset(
      "broken-quantiles", Double(disorder.count),
      "quantiles are out of order in \(disorder.prefix(4).joined(separator: ", "))")
  }

  mutating func examineTasks() {
    let named = tasks.filter { $0.key >= 0 && !store.instructions[$0.key].allSatisfy(\.isWhitespace) }
    let total = named.values.reduce(0) { $0 + $1.count }
    guard total > 0 else {
      skipAll(
        ["empty-instruction", "placeholder-instruction", "rare-instruction", "changing-instruction"], .noInstructions)
      for episode in summaries.indices {
        for id in ["empty-instruction", "placeholder-instruction", "changing-instruction"] {
          summaries[episode].sheet.scores[ScoreSheet.place(id)] = .nan
        }
        summaries[episode].sheet.findings.removeAll { $0.check == "empty-instruction" }
      }
      return dataset.skip("task-imbalance", .noInstructions)
    }
    let share = Double(total) / Double(named.count)
    let instructions = store.instructions
    for (row, members) in named.sorted(by: { $0.key < $1.key }) {
      let value = Double(members.count) / share
      for episode in members {
        judge(
          "rare-instruction", episode, value,
          "\(members.count) episodes have the instruction `\(instructions[row])`, \(shown(value)) of an even "
            + "share")
      }
    }
    for episode in summaries.indices where named[store.places[episode].instruction] == nil {
      summaries[episode].sheet.skip("rare-instruction", .noInstructions)
    }
    guard named.count > 1 else { return dataset.skip("task-imbalance", .tooFewEpisodes) }
    let entropy = named.sorted { $0.key < $1.key }.reduce(0.0) { sum, task in
      let p = Double(task.value.count) / Double(total)
      return sum - p * log(p)
    }
    let evenness = entropy / log(Double(named.count))
    let counts = named.values.map(\.count)
    judgeDataset(
      "task-imbalance", evenness,
      "the evenness of \(named.count) instructions is \(shown(evenness)); they have \(counts.min() ?? 0) to "
        + "\(counts.max() ?? 0) episodes")
  }

  mutating func examineScales() {
    guard summaries.count >= Self.leastCount else {
      for episode in summaries.indices where summaries[episode].isFinite {
        summaries[episode].sheet.skip(["unit-mismatch", "dead-dimension"], .tooFewEpisodes)
      }
      return
    }
    let finite = summaries.indices.filter { summaries[$0].isFinite && !summaries[$0].constant.isEmpty }
    let paths = Robust(summaries.map(\.path))?.median ?? .nan
    let commandSize = Robust(summaries.map(\.commandSize))?.median ?? .nan
    let stateSize = Robust(summaries.map(\.stateSize))?.median ?? .nan
    for episode in finite {
      let summary = summaries[episode]
      var worst = (value: 0.0, text: "")
      // Small commands are no other unit where the robot hardly moves.
      let features = [
        ("commands", summary.commandSize / commandSize, summary.path >= 0.3 * paths),
        ("states", summary.stateSize / stateSize, true),
      ]
      for (name, ratio, allowsSmall) in features where ratio > 0 && ratio.isFinite && (ratio > 1 || allowsSmall) {
        let decades = log10(ratio)
        if abs(decades) > abs(worst.value) {
          worst = (decades, "\(name) are \(shown(ratio)) times as large as those of the dataset")
        }
      }
      guard summary.commandSize.isFinite || summary.stateSize.isFinite else {
        summaries[episode].sheet.skip("unit-mismatch", .nothingMoves)
        continue
      }
      judge("unit-mismatch", episode, abs(worst.value), steps: wholeEpisode(episode), worst.text)
    }
    var dead = [Int](repeating: 0, count: summaries.count)
    var which = [Int](repeating: 0, count: summaries.count)
    for d in 0..<store.actionWidth where scale.isMotion(d) {
      let varying = finite.count { !summaries[$0].constant[d] }
      // Of more than ten, one other with the same fault counts with the episode.
      let together = finite.count > 10 && varying < finite.count - 1 ? 1 : 0
      guard Double(varying + together) >= 0.95 * Double(finite.count - 1) else { continue }
      for episode in finite where summaries[episode].constant[d] {
        dead[episode] += 1
        which[episode] = d
      }
    }
    for episode in finite {
      // Where nothing moves at all, other checks speak.
      let score = store.places[episode].steps.count < 3 ? 0 : Double(dead[episode])
      judge(
        "dead-dimension", episode, score, steps: wholeEpisode(episode),
        "action dimension \(which[episode]) is constant, as in hardly any other episode")
    }
  }

  mutating func examineDataset() {
    let constant = (0..<store.actionWidth).filter { d in
      summaries.allSatisfy { $0.constant.isEmpty || $0.constant[d] } && scale.action[d].low == scale.action[d].high
    }
    judgeDataset(
      "constant-dimension", Double(constant.count),
      "action dimensions \(constant.map(String.init).joined(separator: ", ")) never change")
    examineStarts()
    guard let following = scale.following else {
      return dataset.skip("delta-or-absolute", store.stateWidth == 0 ? .noStates : .noRelation)
    }
    guard scale.absolute != nil else { return dataset.skip("delta-or-absolute", .noDeclaration) }
    let isAbsolute = following.pairs.count { scale.isAbsolute($0.action) } * 2 > following.pairs.count
    let excess =
      isAbsolute
      ? following.incrementFit - following.positionFit : following.positionFit - following.incrementFit
    judgeDataset(
      "delta-or-absolute", excess,
      "commands are declared \(isAbsolute ? "absolute" : "relative") but correlate with the state's "
        + "\(isAbsolute ? "increments" : "positions") better, by \(shown(excess))")
  }

  private mutating func examineStarts() {
    let starts = summaries.map(\.start).filter { $0.count == store.stateWidth && $0.allSatisfy(\.isFinite) }
    guard store.stateWidth > 0 else { return dataset.skip("start-diversity", .noStates) }
    guard starts.count >= Self.leastCount else { return dataset.skip("start-diversity", .tooFewEpisodes) }
    var ratios: [Double] = []
    for d in 0..<store.stateWidth where scale.state[d].isContinuous && store.statistics.proprio.dimension > d {
      let values = starts.map { Double($0[d]) }
      let mean = values.reduce(0, +) / Double(values.count)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
      let all = store.statistics.proprio.std[d]
      if all > 0 { ratios.append(variance.squareRoot() / all) }
    }
    guard let ratio = Robust(ratios)?.median else { return dataset.skip("start-diversity", .nothingMoves) }
    judgeDataset("start-diversity", ratio, "first states spread \(shown(ratio)) times as far as all states")
  }
}
