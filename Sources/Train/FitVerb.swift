import ArgumentParser
import ByteIO
import CommandLineStage
import JSON
import Ranks
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

  @Option(help: ArgumentHelp("Processes on this machine that train together, each on its own part.", valueName: "n"))
  var ranks = 1

  @OptionGroup var options: StageOptions

  func validate() throws {
    guard (1...1024).contains(ranks) else { throw ValidationError("--ranks must be between 1 and 1024.") }
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
      let place = try RankPlace(ProcessEnvironment.variable)
      if ranks > 1, place == nil { return try launch(path) }
      let (threads, settings) = (workers, config)
      let quiet = options.quiet || place?.rank ?? 0 > 0
      let outcome = try await onDedicatedThread { () throws -> FitOutcome in
        try Engine.setThreadCount(threads)
        var sources = sources.value
        if let place {
          ProcessGroup.followParent()
          sources.group = try ProcessGroup(place)
          if case .cuda = sources.device { sources.device = .cuda(place.localRank) }
        }
        return try FitSession(path, settings, sources, workers: threads, quiet: quiet).train()
      }
      if place?.rank ?? 0 == 0 { options.report(outcome.json, text: outcome.text) }
      if outcome.ending == .stopped {
        if place?.rank ?? 0 == 0 {
          complain("\(path): stopped after step \(outcome.step), as asked; the same command continues it")
        }
        throw ExitCode(FailureKind.tryAgain.rawValue)
      }
    }
  }

  /// Starts the ranks, and ends as they end.
  private func launch(_ path: String) throws {
    let outcome = try RankLauncher(world: ranks, arguments: CommandLine.arguments).run {
      StopRequest.isPending
    }
    guard let rank = outcome.firstFailure else { return }
    switch outcome.endings[rank] {
    case .status(let status): throw ExitCode(status)
    case .signal(let number):
      complain("\(path): rank \(rank) of \(ranks) was ended by signal \(number); the same command continues the run")
      throw ExitCode(FailureKind.tryAgain.rawValue)
    }
  }
}
