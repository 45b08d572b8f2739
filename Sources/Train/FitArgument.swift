import ByteIO
import CommandLineStage
import EpisodeStore
import MixtureBuild
import SampleShards
import Training

/// A run's configuration and its data, found by what the command line names.
enum FitArgument {
  /// Reads the training preset, or file, that `argument` names.
  static func config(_ argument: String) throws -> FitConfig {
    let path: String
    if ManifestSearch.isFile(argument) {
      path = argument
    } else if let file = ManifestSearch.file(argument, of: "training") {
      path = file
    } else {
      throw TrainingError(
        .inputMissing, place: argument,
        "there is no such file, and no `\(argument).yaml` in "
          + ManifestSearch.directories(of: "training").joined(separator: ", "))
    }
    return try FitConfig(path: path, lookup: ProcessEnvironment.variable)
  }

  /// Opens the mixtures of `config`, and the groups that held-out episodes go by.
  static func sources(_ config: FitConfig, workers: Int) async throws -> SourceBox {
    guard let mixture = config.mixture else {
      throw TrainingError(.usage, place: config.name, "no mixture is given; add data.mixture, or --mixture")
    }
    let samples = try await samples(mixture, config.stores, workers: workers)
    guard let other = config.evaluation.mixture else { return try sources(config, samples, nil) }
    return try sources(config, samples, try await self.samples(other, config.stores, workers: workers))
  }

  private static func sources(
    _ config: FitConfig, _ samples: any SampleProvider, _ evaluation: (any SampleProvider)?
  ) throws -> SourceBox {
    var sources = TrainingRun.Sources(samples, preset: ModelArgument.preset)
    sources.evaluation = evaluation
    if let group = config.evaluation.heldOut?.group {
      for entry in samples.index.entries {
        let store = try store(of: entry.dataset, entry.store, config.stores)
        sources.groups.append(try CatalogQuery("\(store)/catalog.sqlite").texts(of: group))
      }
    }
    return SourceBox(sources)
  }

  /// Opens the mixture at `path`, or the plan with its stores.
  static func samples(_ path: String, _ stores: [String], workers: Int) async throws -> any SampleProvider {
    try await openSamples(
      path, lookup: ProcessEnvironment.variable, storeDirectories: StoreSearch.directories(stores), workers: workers)
  }

  private static func store(of dataset: String, _ named: String?, _ directories: [String]) throws -> String {
    let places = StoreSearch.directories(directories).map { "\($0)/\(dataset)" } + (named.map { [$0] } ?? [])
    guard let store = places.first(where: { Directory.entry($0) == .directory }) else {
      throw TrainingError(
        .inputMissing, place: dataset, "its store is needed for evaluation.held_out.group; give --stores DIR")
    }
    return store
  }
}

/// Takes what a run is made of to the thread that it runs on; nothing else uses it meanwhile.
struct SourceBox: @unchecked Sendable {
  let value: TrainingRun.Sources

  init(_ value: TrainingRun.Sources) { self.value = value }
}
