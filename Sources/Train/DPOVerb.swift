import ArgumentParser
import ByteIO
import CommandLineStage
import PairShards
import Training

struct DPOVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dpo",
    abstract: "Align a trained model with preference pairs, by DPO or one of its kin.",
    discussion: """
      CONFIG is a training preset's name or a file with a section `preference`. The reference's log-probabilities are \
      computed once for each step that pairs use, before the first step of training. Interrupted, the same command \
      continues the run, and ends in the same weights.
      """)

  @Argument(help: ArgumentHelp("A training preset's name or file.", valueName: "config"))
  var config: String

  @Option(help: ArgumentHelp("The pairs, in place of the configuration's.", valueName: "dir"))
  var pairs: String?

  @Option(help: ArgumentHelp("The checkpoint to begin with, which is also the reference.", valueName: "folder"))
  var checkpoint: String?

  @OptionGroup var overrides: FitOverrides
  @OptionGroup var options: RunOptions

  func run() async throws {
    try await runVerb {
      StopRequest.listen()
      var config = try FitArgument.config(self.config)
      try overrides.apply(to: &config)
      if let checkpoint { config.start = .checkpoint(checkpoint) }
      if let pairs { config.pairs = pairs }
      guard let path = config.pairs else {
        throw TrainingError(.usage, place: config.name, "no pairs are given; add data.pairs, or --pairs")
      }
      var sources = PreferenceRun.Sources(try PairSet(path))
      if let mixture = config.mixture {
        sources.anchor = try await FitArgument.samples(mixture, config.stores, workers: options.workers)
      }
      try await options.train(config) { [config, sources] path, device, group in
        var sources = sources
        (sources.device, sources.group) = (device, group)
        return try PreferenceRun(path, config, sources)
      }
    }
  }
}
