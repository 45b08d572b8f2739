import ArgumentParser
import CommandLineStage
import DatasetManifest
import Ingest
import JSON

struct Standardize: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what a dataset manifest makes of an episode that `dump` wrote.")

  @Argument(help: ArgumentHelp("A file that `dump` wrote.", valueName: "file"))
  var file: String

  @Option(help: ArgumentHelp("A dataset's name, or a manifest's file.", valueName: "name|file.yaml"))
  var dataset: String

  @Option(help: ArgumentHelp("The safetensors file to write.", valueName: "file"))
  var out: String

  @OptionGroup var options: StageOptions

  func run() async throws {
    try await runVerb {
      let manifest = try ManifestArgument.manifest(dataset)
      let episode = try DumpedEpisode(file).standardize(by: manifest, to: out)
      options.report(
        [
          "out": .string(out), "dataset": .string(manifest.name), "steps": JSONValue(episode.rows.count),
          "action_dimension": JSONValue(episode.actionDimension),
          "proprio_dimension": JSONValue(episode.proprioDimension),
        ],
        text: "\(out): \(episode.rows.count) steps, action of \(episode.actionDimension) dimensions, "
          + "proprio of \(episode.proprioDimension)")
    }
  }
}
