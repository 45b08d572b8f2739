extension DatasetExam {
  /// Finds episodes that are there twice, exactly or nearly.
  mutating func findDuplicates() {
    let store = store
    var copyOf = [Int?](repeating: nil, count: summaries.count)
    findExact(&copyOf)
    findNear(&copyOf)
    for episode in summaries.indices {
      let place = store.places[episode]
      guard store.splits.count > 1 else {
        summaries[episode].sheet.skip("split-leakage", .oneSplit)
        continue
      }
      let other = copyOf[episode].flatMap { store.places[$0].split != place.split ? $0 : nil }
      judge(
        "split-leakage", episode, other == nil ? 0 : 1, steps: wholeEpisode(episode),
        "a copy of episode \(other.map { store.places[$0].ordinal } ?? -1), which is in split "
          + "`\(other.map { store.splits[store.places[$0].split] } ?? "")`; this one is in "
          + "`\(store.splits[place.split])`")
    }
  }

  private mutating func findExact(_ copyOf: inout [Int?]) {
    let store = store
    var first: [Signature128: [Int]] = [:]
    for episode in summaries.indices where store.places[episode].steps.count > 0 {
      let digest = summaries[episode].digest
      let earlier = first[digest] ?? []
      judge(
        "exact-duplicate", episode, Double(earlier.count), steps: wholeEpisode(episode),
        "actions and states equal those of episode \(earlier.first.map { store.places[$0].ordinal } ?? -1)")
      copyOf[episode] = earlier.first { store.places[$0].split != store.places[episode].split } ?? earlier.first
      first[digest] = earlier + [episode]
    }
  }

  /// Outlines are compared where their means over each eighth of the values are near: those differ by no more than the
  /// root mean square difference times √8.
  private mutating func findNear(_ copyOf: inout [Int?]) {
    let store = store
    let check = CheckCatalog.all[ScoreSheet.place("near-duplicate")]
    let limit = max(selection.threshold(of: check), check.threshold.value)
    let assessed = summaries.indices.filter { !summaries[$0].outline.isEmpty }
    let keys = assessed.map { Self.keys(summaries[$0].outline) }
    let order = assessed.indices.sorted { (keys[$0][0], $0) < (keys[$1][0], $1) }
    let reach = Float(limit * 1000 * 8.0.squareRoot())
    var nearest = [(distance: Double, episode: Int)?](repeating: nil, count: summaries.count)
    for (position, i) in order.enumerated() {
      for next in order[(position + 1)...] {
        guard keys[next][0] - keys[i][0] <= reach else { break }
        guard (1..<8).allSatisfy({ abs(keys[next][$0] - keys[i][$0]) <= reach }) else { continue }
        let (earlier, later) =
          assessed[i] < assessed[next] ? (assessed[i], assessed[next]) : (assessed[next], assessed[i])
        guard summaries[earlier].digest != summaries[later].digest, haveLikeLengths(earlier, later) else { continue }
        let distance = Self.distance(summaries[earlier].outline, summaries[later].outline)
        guard distance < limit, lookAlike(earlier, later) else { continue }
        if let known = nearest[later], (known.distance, known.episode) <= (distance, earlier) { continue }
        nearest[later] = (distance, earlier)
      }
    }
    for episode in assessed {
      // Beyond the limit, distances are not measured: the score is the limit then.
      let found = nearest[episode]
      judge(
        "near-duplicate", episode, found?.distance ?? limit, steps: wholeEpisode(episode),
        "differs by \(shown(found?.distance ?? 0)) of the typical ranges from episode "
          + "\(found.map { store.places[$0.episode].ordinal } ?? -1)")
      if copyOf[episode] == nil, let found, found.distance < selection.threshold(of: check) {
        copyOf[episode] = found.episode
      }
    }
  }

  private func haveLikeLengths(_ a: Int, _ b: Int) -> Bool {
    let (x, y) = (store.places[a].steps.count, store.places[b].steps.count)
    return 10 * abs(x - y) <= max(x, y)
  }

  /// Whether the mean frames of the first view agree, so far as there are any.
  private func lookAlike(_ a: Int, _ b: Int) -> Bool {
    guard let x = summaries[a].views.first?.thumbnail, let y = summaries[b].views.first?.thumbnail, !x.isEmpty,
      x.count == y.count
    else { return true }
    let difference = zip(x, y).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
    return difference < 24 * x.count
  }

  private static func keys(_ outline: [Int16]) -> [Float] {
    (0..<8).map { part in
      let range = part * outline.count / 8..<(part + 1) * outline.count / 8
      guard !range.isEmpty else { return 0 }
      return Float(outline[range].reduce(0) { $0 + Int($1) }) / Float(range.count)
    }
  }

  /// The root mean square difference, in typical ranges.
  private static func distance(_ a: [Int16], _ b: [Int16]) -> Double {
    var sum = 0.0
    for (x, y) in zip(a, b) { sum += Double((Int(x) - Int(y)) * (Int(x) - Int(y))) }
    return (sum / Double(max(a.count, 1))).squareRoot() / 1000
  }
}
