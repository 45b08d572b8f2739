import ArgumentParser
import CommandLineStage

/// The stage that makes preference pairs from rollouts.
@main
struct Prefs: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "armature-prefs", abstract: "Make preference pairs from rollouts, and see what was paired and why.",
    version: armatureVersion,
    subcommands: [PairVerb.self, AuditVerb.self, RankVerb.self, ExportVerb.self, VerifyVerb.self])
}
