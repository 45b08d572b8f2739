import ArgumentParser
import CommandLineStage

/// The stage that draws samples from episode stores.
@main
struct Mixture: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "armature-mixture",
    abstract: "Plan mixtures of episode stores, build their sample shards, and prove what is in them.",
    version: armatureVersion,
    subcommands: [
      PlanVerb.self, BuildVerb.self, VerifyVerb.self, DescribeVerb.self, ExplainVerb.self,
      ExportVerb.self, StreamVerb.self, BenchVerb.self,
    ])
}
