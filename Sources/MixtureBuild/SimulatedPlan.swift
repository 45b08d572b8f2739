internal import ByteIO
public import DatasetManifest
public import Sampling

/// What a mixture would hold if its datasets had their published sizes.
///
/// Every published transition counts as a frame that can be drawn: splits and filters need the data.
public struct SimulatedPlan: Sendable {
  public let table: PlanTable

  /// Plans `manifest` with the sizes of `registry`.
  ///
  /// - Throws: `MixtureError` for a dataset without published size, and what a plan throws.
  public init(_ manifest: MixtureManifest, _ registry: DatasetRegistry, lookup: (String) -> String?) throws {
    var sizes: [Int] = []
    var episodes: [Int] = []
    for entry in manifest.entries {
      let place = EpisodeSelection.place(entry)
      guard let dataset = registry[entry.name] else {
        throw MixtureError(
          .inputMissing,
          "\(place): the registry has no dataset `\(entry.name)`; "
            + (registry.nearest(to: entry.name).map { "did you mean `\($0)`" }
              ?? "plan on its store, without --simulate"))
      }
      guard let transitions = dataset.about.transitions else {
        throw MixtureError(
          .inputMissing,
          "\(place): \(dataset.file) gives no number of transitions; plan on its store, without --simulate")
      }
      sizes.append(transitions)
      episodes.append(dataset.about.trajectories ?? 0)
    }
    let amounts = try MixtureAmounts(
      manifest, sizes: sizes, lookup: lookup, drawable: sizes.map { $0 > 0 })
    var warnings: [String] = []
    var rows: [PlanTable.Row] = []
    for (number, entry) in manifest.entries.enumerated() {
      let repeats = sizes[number] == 0 ? 0 : Double(amounts.quotas[number]) / Double(sizes[number])
      if repeats > 10 {
        warnings.append("`\(entry.name)` repeats \(Double(Int(repeats * 10)) / 10) times; lower its weight")
      }
      rows.append(
        PlanTable.Row(
          dataset: entry.name, split: entry.split ?? "all", weight: entry.weight, share: amounts.shares[number],
          samples: amounts.quotas[number], episodes: episodes[number], frames: sizes[number],
          transitions: sizes[number], repeats: repeats, dropped: []))
    }
    table = PlanTable(
      name: manifest.name, seed: manifest.seed, rows: rows, sampleCount: amounts.quotas.reduce(0, +),
      epochSampleCount: amounts.epochSampleCount, warnings: warnings)
  }
}
