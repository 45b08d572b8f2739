import ArgumentParser
import ByteIO
import CommandLineStage
import Ranks
import Torch
import Training

/// Where and with what a run is trained.
struct RunOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The folder of the run; runs/NAME unless given.", valueName: "dir"))
  var out: String?

  @Option(help: ArgumentHelp("Where to compute: cpu, cuda or cuda:N.", valueName: "device"))
  var device = "cpu"

  @Option(help: ArgumentHelp("The threads of one operation, and of the readers.", valueName: "n"))
  var workers: Int = WorkerOptions.availableCores

  @Option(help: ArgumentHelp("Processes on this machine that train together, each on its own part.", valueName: "n"))
  var ranks = 1

  @OptionGroup var stage: StageOptions

  func validate() throws {
    guard (1...1024).contains(ranks) else { throw ValidationError("--ranks must be between 1 and 1024.") }
    guard (1...1024).contains(workers) else { throw ValidationError("--workers must be between 1 and 1024.") }
    guard Device(device) != nil else { throw ValidationError("--device must be cpu, cuda or cuda:N.") }
  }

  /// Trains what `open` opens in the run's folder, as one process or as one of several ranks, which this starts.
  ///
  /// `open` runs on the thread that trains.
  func train(
    _ config: FitConfig, _ open: sending @escaping (String, Device, ProcessGroup?) throws -> any TrainedRun
  ) async throws {
    let path = out ?? "runs/\(config.name)"
    let place = try RankPlace(ProcessEnvironment.variable)
    if ranks > 1, place == nil { return try launch(path) }
    let threads = workers
    let isFirst = place?.rank ?? 0 == 0
    let quiet = stage.quiet || !isFirst
    let asked = Device(device) ?? .cpu
    let box = RunOpening(open)
    let outcome: FitOutcome
    do {
      outcome = try await onDedicatedThread { () throws -> FitOutcome in
        try Engine.setThreadCount(threads)
        var (device, group): (Device, ProcessGroup?) = (asked, nil)
        if let place {
          ProcessGroup.followParent()
          group = try ProcessGroup(place)
          if case .cuda = device { device = .cuda(place.localRank) }
        }
        let run = try beginTogether(group) { try box.open(path, device, group) }
        return try FitSession(run, workers: threads, quiet: quiet).train()
      }
    } catch let error as RankLoss where !isFirst && !error.isWriter {
      throw ExitCode(error.kind.rawValue)  // Another rank says it.
    }
    if isFirst { stage.report(outcome.json, text: outcome.text) }
    if outcome.ending == .stopped {
      if isFirst { complain("\(path): stopped after step \(outcome.step), as asked; the same command continues it") }
      throw ExitCode(FailureKind.tryAgain.rawValue)
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

/// Takes the opening of a run to the thread that it runs on; nothing else uses it meanwhile.
private struct RunOpening: @unchecked Sendable {
  let open: (String, Device, ProcessGroup?) throws -> any TrainedRun

  init(_ open: @escaping (String, Device, ProcessGroup?) throws -> any TrainedRun) { self.open = open }
}
