import ArgumentParser
import CommandLineStage
import MixtureBuild
import SampleShards

/// A mixture to read samples from: a built one, or a plan with its stores.
struct SampleArgument: ParsableArguments {
  @Argument(help: ArgumentHelp("A mixture, or a plan that --virtual wrote.", valueName: "dir"))
  var path: String

  @Option(
    help: ArgumentHelp(
      "A directory in which the stores of a plan lie under their datasets' names, where its manifest has no `stores`.",
      valueName: "dir"))
  var stores: [String] = []

  @Option(help: ArgumentHelp("How the stores of a plan are checked first: digests or sizes.", valueName: "check"))
  var checkStores = MixtureBuilder.StoreCheck.sizes

  /// Opens the mixture, or the plan and its stores.
  func open(workers: Int) async throws -> any SampleProvider {
    try await openSamples(
      path, lookup: ProcessEnvironment.variable, storeDirectories: StoreSearch.directories(stores), check: checkStores,
      workers: workers)
  }
}
