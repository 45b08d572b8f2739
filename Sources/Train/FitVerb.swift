import ArgumentParser
import ByteIO
import CommandLineStage
import JSON
import ManifestSyntax
import SampleShards
import Torch
import Training
import VLA

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

  @Option(help: ArgumentHelp("The folder of the run; runs/NAME unless given.", valueName: "dir"))
  var out: String?

  @OptionGroup var overrides: FitOverrides

  @Option(help: ArgumentHelp("Where to compute: cpu, cuda or cuda:N.", valueName: "device"))
  var device = "cpu"

  @Option(help: ArgumentHelp("The threads of one operation, and of the readers.", valueName: "n"))
  var workers: Int = WorkerOptions.availableCores

  @OptionGroup var options: StageOptions

  func validate() throws {
    guard (1...1024).contains(workers) else { throw ValidationError("--workers must be between 1 and 1024.") }
    guard Device(device) != nil else { throw ValidationError("--device must be cpu, cuda or cuda:N.") }
  }

  func run() async throws {
    try await runVerb {
      StopRequest.listen()
      var config = try FitArgument.config(self.config)
      try overrides.apply(to: &config)
      let sources = try await FitArgument.sources(config, device: Device(device) ?? .cpu, workers: workers)
      let path = out ?? "runs/\(config.name)"
      let (threads, quiet, settings) = (workers, options.quiet, config)
      let outcome = try await onDedicatedThread { () throws -> FitOutcome in
        try Engine.setThreadCount(threads)
        return try FitSession(path, settings, sources.value, workers: threads, quiet: quiet).train()
      }
      options.report(outcome.json, text: outcome.text)
      if outcome.ending == .stopped {
        complain("\(path): stopped after step \(outcome.step), as asked; the same command continues it")
        throw ExitCode(FailureKind.tryAgain.rawValue)
      }
    }
  }
}
