/// For each episode the nearest earlier one, and how far it is in typical ranges; nil where none is near.
typealias NearOutlines = [(distance: Double, episode: Int)?]

extension DatasetExam {
  /// Finds episodes that are there twice, exactly or nearly.
  mutating func findDuplicates(_ near: NearOutlines) {
    let store = store
    var copyOf = [Int?](repeating: nil, count: summaries.count)
    findExact(&copyOf)
    judgeNear(near, &copyOf)
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

  private var nearCheck: Check { CheckCatalog.all[ScoreSheet.place("near-duplicate")] }

  /// Beyond it, distances are not measured.
  private var nearLimit: Double { max(selection.threshold(of: nearCheck), nearCheck.threshold.value) }

  /// Outlines are compared where their means over each eighth of the values are near: the mean square of the differences
  /// of these is at most that of the values.
  func nearOutlines() -> NearOutlines {
    let limit = nearLimit
    let assessed = summaries.indices.filter { !summaries[$0].outline.isEmpty }
    var nearest = NearOutlines(repeating: nil, count: summaries.count)
    var grid = OutlineGrid(reach: Float(limit * 1000), assessed.map { summaries[$0].outline })
    for (position, later) in assessed.enumerated() {
      for candidate in grid.insert(position) {
        let earlier = assessed[candidate]
        guard summaries[earlier].digest != summaries[later].digest, haveLikeLengths(earlier, later) else { continue }
        let distance = OutlineGrid.distance(summaries[earlier].outline, summaries[later].outline)
        guard distance < limit, lookAlike(earlier, later) else { continue }
        if let known = nearest[later], (known.distance, known.episode) <= (distance, earlier) { continue }
        nearest[later] = (distance, earlier)
      }
    }
    return nearest
  }

  private mutating func judgeNear(_ nearest: NearOutlines, _ copyOf: inout [Int?]) {
    let store = store
    let threshold = selection.threshold(of: nearCheck)
    let limit = nearLimit
    for episode in summaries.indices where !summaries[episode].outline.isEmpty {
      // Beyond the limit, distances are not measured: the score is the limit then.
      let found = nearest[episode]
      judge(
        "near-duplicate", episode, found?.distance ?? limit, steps: wholeEpisode(episode),
        "differs by \(shown(found?.distance ?? 0)) of the typical ranges from episode "
          + "\(found.map { store.places[$0.episode].ordinal } ?? -1)")
      if copyOf[episode] == nil, let found, found.distance < threshold {
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
}
