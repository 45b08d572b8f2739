internal import ByteIO
internal import PairShards

/// Which pairs of a set a run trains on and measures, and the steps that these use.
struct PairSelection {
  /// The pairs that are trained on, ascending.
  let trained: [Int]
  /// Those that are measured, by kind; kinds without a pair are left out.
  let measured: [(kind: PreferenceReport.Group.Kind, positions: [Int])]

  /// Chooses the pairs of the settings' units; of each kind at most `limit` are measured, evenly chosen.
  ///
  /// - Throws: `TrainingError` where there is nothing to train on; what reading the set throws.
  init(_ set: PairSet, _ settings: PreferenceSettings, limit: Int) throws {
    func positions(_ kind: PreferenceReport.Group.Kind) throws -> [Int] {
      let splits = kind.splits.filter { set.index.splits.contains($0) }
      let all = try splits.flatMap { try set.positions(in: $0) }.sorted()
      if settings.units.count == PreferenceSettings.allUnits.count { return all }
      return try all.filter { settings.units.contains(try set.pair($0).unit) }
    }
    trained = try positions(.train)
    guard !trained.isEmpty else {
      throw TrainingError(
        .usage, place: set.path,
        "no pair of split `train` is a \(settings.units.joined(separator: " or ")); choose other preference.units")
    }
    measured = try PreferenceReport.Group.Kind.allCases.map { ($0, evenly(try positions($0), limit)) }
      .filter { !$0.1.isEmpty }
  }

  /// The steps that the pairs use, each once, ascending; and those at which the distance from the reference is observed:
  /// chosen ones of held-out pairs where there are some.
  func steps(of set: PairSet, tokensPerStep: Int) throws -> ReferenceScores.Steps {
    let all = try PairBatch(set, trained + measured.flatMap(\.positions), tokensPerStep: tokensPerStep)
    let held = try PairBatch(set, measured.last?.positions ?? [], tokensPerStep: tokensPerStep)
    return ReferenceScores.Steps(
      used: all.steps.sorted { $0.row < $1.row }, observed: evenly(held.chosenSteps, ReferenceScores.observedLimit))
  }
}

/// At most `limit` of `items`, evenly chosen.
func evenly<T>(_ items: [T], _ limit: Int) -> [T] {
  items.count <= limit ? items : (0..<limit).map { items[$0 * items.count / limit] }
}
