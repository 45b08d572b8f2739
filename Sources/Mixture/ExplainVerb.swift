import ArgumentParser
import ByteIO
import CommandLineStage
import JSON
import MixtureBuild
import SampleShards
import Sampling

struct ExplainVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Trace one sample back to the source file and record that it was read from.",
    discussion: """
      The sample is read from a built mixture. Its source is looked up in the store, which is found as the mixture's
      manifest says; without the store the sample is explained as far as the mixture knows.
      """)

  @Argument(help: ArgumentHelp("A mixture.", valueName: "dir"))
  var path: String

  @Argument(help: ArgumentHelp("The sample's position, from 0.", valueName: "position"))
  var position: Int

  @Option(help: ArgumentHelp("A directory in which stores lie under their datasets' names.", valueName: "dir"))
  var stores: [String] = []

  @OptionGroup var options: StageOptions

  func run() async throws {
    try await runVerb {
      let samples = try SampleSet(path)
      let explanation = try SampleExplanation(samples, at: position, plan: plan(samples))
      options.report(explanation.json, text: explanation.text)
    }
  }

  /// The plan of the mixture's manifest, nil where its stores are not at hand.
  private func plan(_ samples: SampleSet) throws -> MixturePlan? {
    let manifest = try MixtureManifest(
      bytes: Array(samples.index.manifestText.utf8), file: path + "/" + MixtureIndex.fileName)
    do {
      return try MixturePlan(
        manifest, lookup: ProcessEnvironment.variable, storeDirectories: StoreSearch.directories(stores))
    } catch let error as any Failure where error.kind == .inputMissing { return nil }
  }
}
