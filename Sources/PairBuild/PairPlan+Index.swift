internal import ByteIO
internal import EpisodeStore
internal import PairShards
internal import Preferences

extension PairPlan {
  /// The index of the set that this plan makes, given its files.
  func index(stepShards: [PairIndex.Shard], pairShards: [PairIndex.Shard], files: [PairIndex.File]) -> PairIndex {
    var splits: [Split: Int] = [:]
    var strategies: [Strategy.Name: Int] = [:]
    for pair in pairs {
      splits[manifest.split.split(pair, rollouts), default: 0] += 1
      strategies[pair.strategy, default: 0] += 1
    }
    return PairIndex(
      name: manifest.name, seed: manifest.seed, manifestText: String(decoding: manifest.source, as: UTF8.self),
      manifestDigest: SHA256Digest.hexadecimal(of: manifest.source), planDigest: digest,
      stores: stores.map {
        .init(dataset: $0.index.dataset, sha256: $0.digest, episodeCount: $0.index.episodeCount)
      },
      normalizationKey: normalization.key, normalization: manifest.normalization, absoluteMask: absolute,
      layout: layout, startKind: manifest.fields.start.kind, warnings: warnings, rolloutCount: table.foundCount,
      startCount: startCount,
      bothCount: bothCount, pairCount: pairs.count, unpairedCount: unpaired.count,
      strategies: Strategy.Name.allCases.map(\.rawValue), units: PairUnit.allCases.map(\.rawValue),
      splits: Split.allCases.map(\.rawValue), splitCounts: Split.allCases.map { splits[$0] ?? 0 },
      strategyCounts: Strategy.Name.allCases.map { strategies[$0] ?? 0 }, tasks: tasks,
      filters: counts.all.map { ($0.filter.rawValue, $0.count) }, stepShards: stepShards, pairShards: pairShards,
      files: files)
  }
}
