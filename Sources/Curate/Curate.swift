import ArgumentParser
import CommandLineStage

/// The stage that finds what is wrong with a dataset.
@main
struct Curate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "armature-curate", abstract: "Find what is wrong with a dataset, and drop it.",
    version: armatureVersion,
    subcommands: [
      CheckVerb.self, ReportVerb.self, QueryVerb.self, KeepVerb.self, DropVerb.self, DiffVerb.self, ExplainVerb.self,
      InjectVerb.self,
    ])
}
