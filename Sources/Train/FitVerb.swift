import ArgumentParser
import CommandLineStage
import Training

struct FitVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fit",
    abstract: "Train a model on a mixture, from a preset or a checkpoint, whole or by an adapter.",
    discussion: """
      CONFIG is a training preset's name or a file. The run keeps its states in --out: interrupted, by whatever it may \
      be, the same command continues it, and ends in the same weights.
      """)

  @Argument(help: ArgumentHelp("A training preset's name or file.", valueName: "config"))
  var config: String

  @OptionGroup var overrides: FitOverrides
  @OptionGroup var options: RunOptions

  func run() async throws {
    try await runVerb {
      StopRequest.listen()
      var config = try FitArgument.config(self.config)
      try overrides.apply(to: &config)
      let sources = try await FitArgument.sources(config, workers: options.workers)
      try await options.train(config) { [config] path, device, group in
        var sources = sources.value
        (sources.device, sources.group) = (device, group)
        return try TrainingRun(path, config, sources)
      }
    }
  }
}
