import ArgumentParser
import CommandLineStage

/// The stage that holds the model: what it is, what it answers, and its checkpoints.
@main
struct Train: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "armature-train",
    abstract: "Describe, check, run and convert vision-language-action models.",
    version: armatureVersion,
    subcommands: [
      DescribeVerb.self, ForwardVerb.self, PredictVerb.self, ExportVerb.self, InitVerb.self, TokenizerVerb.self,
      FitVerb.self, DPOVerb.self, EvalVerb.self, MergeVerb.self, TraceVerb.self, BenchVerb.self,
    ])
}
