import ArgumentParser
import CommandLineStage

/// The stage that reads RLDS datasets.
@main
struct RLDSReader: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "armature-rlds",
    abstract: "Read RLDS datasets without TensorFlow, and turn them into checked episode stores.",
    version: armatureVersion,
    subcommands: [Scan.self])
}
