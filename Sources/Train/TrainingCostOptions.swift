import ArgumentParser
import ByteIO
import Checkpoints
import CommandLineStage
import DatasetManifest
import JSON
import MixtureBuild
import SampleShards
import Sampling
import Training

/// What a model is to be trained on, for `describe`.
struct TrainingCostOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("A mixture to train on: its directory, or a manifest, from published sizes.", valueName: "mix"))
  var mixture: String?

  @Option(help: ArgumentHelp("The passes over the mixture.", valueName: "n"))
  var epochs = 1.0

  @Option(help: ArgumentHelp("The devices that share the work.", valueName: "n"))
  var devices = 1

  @Option(
    help: ArgumentHelp("What a device sustains, in 10¹² operations a second; 125 is 40 % of an A100.", valueName: "x"))
  var teraflops = TrainingCost.sustainedOfA100 / 1e12

  @Option(help: ArgumentHelp("Train an adapter of this rank rather than all parameters.", valueName: "r"))
  var adapterRank: Int?

  func validate() throws {
    guard epochs > 0, epochs.isFinite, devices > 0, teraflops > 0, teraflops.isFinite, adapterRank ?? 1 > 0 else {
      throw ValidationError("--epochs, --devices, --teraflops and --adapter-rank must be positive.")
    }
  }

  /// The cost of training `cost`'s model on the mixture, where one is given.
  func cost(_ cost: ModelCost) throws -> TrainingCost? {
    guard let mixture else { return nil }
    return TrainingCost(
      cost, samples: try samples(mixture), epochs: epochs, devices: devices, operationsPerSecond: teraflops * 1e12,
      adapterRank: adapterRank)
  }

  private func samples(_ mixture: String) throws -> Int {
    if Directory.entry("\(mixture)/\(MixtureIndex.fileName)") == .file { return try SampleSet(mixture).count }
    let file = ManifestSearch.isFile(mixture) ? mixture : ManifestSearch.file(mixture, of: "mixtures")
    guard let file else {
      throw TrainingError(.inputMissing, place: mixture, "there is no such mixture, and no manifest of this name")
    }
    let registry = try DatasetRegistry(ManifestSearch.directories(of: "datasets"))
    return try SimulatedPlan(MixtureManifest(path: file), registry, lookup: ProcessEnvironment.variable)
      .table.sampleCount
  }
}
