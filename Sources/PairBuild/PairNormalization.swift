internal import Actions
internal import ByteIO
internal import EpisodeStore
internal import JSON
internal import ManifestSyntax
internal import Preferences

/// The statistics that both sides of every pair are normalised with: those that the policy was trained with.
struct PairNormalization: Sendable {
  let type: NormalizationType
  let statistics: DatasetStatistics
  /// The key in the file of statistics.
  let key: String
  /// The file of statistics with this key alone.
  let text: String

  /// Takes the statistics of `key` from the file that is named, or those of the stores when all have the same.
  ///
  /// - Throws: `PairBuildError` where stores differ and no file is named, or the dimensions do not fit.
  init(_ manifest: PairManifest, _ stores: [RolloutStore], file: String?, key: String?) throws {
    guard let type = NormalizationType(rawValue: manifest.normalization) else {
      let names = NormalizationType.allCases.map(\.rawValue)
      throw ManifestError(
        place: manifest.normalizationPlace ?? ManifestPlace(file: manifest.file),
        "unknown name \(quoted(manifest.normalization)); "
          + (NearestName.hint(manifest.normalization, among: names) ?? "the names are \(names.joined(separator: ", "))")
      )
    }
    self.type = type
    guard let first = stores.first else { throw PairBuildError(.usage, "no store was given; name at least one") }
    for store in stores
    where store.index.actionDimension != first.index.actionDimension
      || store.index.proprioDimension != first.index.proprioDimension
      || store.index.absoluteMask != first.index.absoluteMask
    {
      throw PairBuildError(
        "\(store.path): its actions or states have other columns than those of \(first.path); pair them apart")
    }
    let path: String
    if let file {
      path = file
      let root = try JSONNode(file: file)
      let keys = try root.members().map(\.name)
      guard let chosen = key ?? (keys.count == 1 ? keys.first : nil), keys.contains(chosen) else {
        throw PairBuildError(
          .usage, "\(file): name one of its keys with --unnorm-key: \(keys.joined(separator: ", "))")
      }
      self.key = chosen
      statistics = try StatisticsFile.statistics(root, dataset: chosen)
    } else {
      for store in stores where store.index.statisticsDigest != first.index.statisticsDigest {
        throw PairBuildError(
          "\(store.path): its statistics are not those of \(first.path), so that equal actions would have other tokens; "
            + "name the policy's own dataset_statistics.json with --statistics")
      }
      self.key = first.index.dataset
      path = first.path + "/" + StoreIndex.statisticsName
      statistics = try StatisticsFile.statistics(JSONNode(file: path), dataset: self.key)
    }
    guard statistics.action.dimension == first.index.actionDimension else {
      throw PairBuildError(
        "\(path): its actions have \(statistics.action.dimension) dimensions, those of the stores "
          + "\(first.index.actionDimension); name the statistics of the policy that was rolled out")
    }
    text = StatisticsFile.json(statistics, dataset: self.key).serialized(.indented)
  }
}
