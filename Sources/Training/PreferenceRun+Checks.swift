internal import Actions
internal import ByteIO
internal import Checkpoints
internal import JSON
internal import PairShards
internal import VLA

extension PreferenceRun {
  /// Refuses configurations that cannot be trained on pairs.
  static func check(_ config: FitConfig, _ settings: PreferenceSettings, _ sources: Sources) throws {
    func refuse(_ problem: String) -> TrainingError { TrainingError(.usage, place: config.name, problem) }
    guard case .checkpoint = config.start else {
      throw refuse("preferences are learnt by a trained model; give model.checkpoint, or --checkpoint")
    }
    guard config.adapter?.dropout ?? 0 == 0 else {
      throw refuse("dropout would tell the policy from its reference; set adapter.dropout to 0")
    }
    guard settings.reference == .precomputed || config.adapter != nil else {
      throw refuse("`reference: adapter_off` needs an `adapter` to leave off; give one, or `precomputed`")
    }
    guard !config.augments else { throw refuse("pairs are compared on their own images; leave data.augmentation off") }
    guard (settings.anchor != nil) == (sources.anchor != nil) else {
      throw refuse(
        settings.anchor != nil
          ? "preference.anchor needs samples; give data.mixture, or --mixture"
          : "a mixture is given, but no preference.anchor says how much its samples count")
    }
    guard sources.pairs.count > 0 else { throw TrainingError(place: sources.pairs.path, "it has no pairs") }
  }

  /// Refuses pairs whose actions have other tokens than the model's.
  static func checkStatistics(_ pairs: PairSet, _ base: CheckpointFolder) throws {
    let key = pairs.index.normalizationKey
    let file = "\(pairs.path)/\(PairIndex.statisticsName)"
    let own = try ActionStatistics(JSONNode(file: file)).action(key).statistics
    let known = try base.actionStatistics
    guard known.keys.contains(key) else {
      throw TrainingError(
        place: pairs.path,
        "its actions are normalised as `\(key)`, which the model does not know (\(known.keys.joined(separator: ", "))); "
          + "pair again with the model's statistics: --statistics \(base.path)/\(PairIndex.statisticsName) --unnorm-key KEY"
      )
    }
    let theirs = try known.action(key).statistics
    func differs(_ a: [Double], _ b: [Double]) -> Bool {
      a.count != b.count || zip(a, b).contains { abs($0 - $1) > 1e-6 * max(abs($0), abs($1)) }
    }
    let isOther: Bool =
      switch pairs.index.normalization {
      case "bounds": differs(own.min, theirs.min) || differs(own.max, theirs.max)
      case "normal": differs(own.mean, theirs.mean) || differs(own.std, theirs.std)
      default: differs(own.q01, theirs.q01) || differs(own.q99, theirs.q99)
      }
    if isOther || own.mask != theirs.mask {
      throw TrainingError(
        place: file,
        "the statistics of `\(key)` are not the model's, so that equal actions have other tokens; pair again with "
          + "--statistics \(base.path)/\(PairIndex.statisticsName) --unnorm-key \(key)")
    }
  }
}
