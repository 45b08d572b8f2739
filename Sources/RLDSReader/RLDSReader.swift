import ArgumentParser
import CommandLineStage

/// The stage that reads RLDS datasets.
@main
struct RLDSReader: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "armature-rlds",
    abstract: "Read RLDS datasets without TensorFlow, and turn them into checked episode stores.",
    version: armatureVersion,
    subcommands: [
      Inspect.self, Dump.self, Standardize.self, IngestVerb.self, Stats.self, Tokens.self, Verify.self, ExportVerb.self,
      Scan.self, Registry.self,
    ])
}
