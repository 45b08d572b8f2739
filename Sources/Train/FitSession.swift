import ByteIO
import CommandLineStage
import JSON
import Training

/// What a run came to.
struct FitOutcome: Sendable {
  var path: String
  var ending: Trainer.Ending
  var step: Int
  var loss: Double?
  var evaluation: JSONValue
  var peakMemory: Int

  var json: JSONValue {
    [
      "out": .string(path), "complete": .bool(ending == .complete), "step": JSONValue(step),
      "loss": loss.map { .real($0) } ?? .null, "evaluation": evaluation, "peak_resident_bytes": JSONValue(peakMemory),
    ]
  }

  var text: String {
    var text = "\(path): \(step) steps"
    if let loss { text += ", loss \(formatDecimal(loss, places: 4))" }
    return text + (ending == .complete ? "; the model is in \(path)/checkpoint" : "")
  }
}

/// One run from the command line: trains, says how it goes, evaluates, and writes the checkpoint.
struct FitSession {
  private let run: TrainingRun
  private let workers: Int
  private let quiet: Bool

  init(_ path: String, _ config: FitConfig, _ sources: TrainingRun.Sources, workers: Int, quiet: Bool) throws {
    run = try TrainingRun(path, config, sources)
    self.workers = workers
    self.quiet = quiet
  }

  func train() throws -> FitOutcome {
    var outcome = FitOutcome(
      path: run.path, ending: .complete, step: 0, loss: nil, evaluation: .null, peakMemory: 0)
    let progress = FitProgress(run, quiet: quiet)
    var last: StepReport?
    var hooks = Trainer.Hooks()
    hooks.logged = { report in
      last = report
      progress.show(report)
    }
    hooks.isStopRequested = { StopRequest.isPending }
    hooks.evaluate = { step in _ = try evaluate() }
    outcome.ending = try run.train(hooks, workers: workers)
    outcome.step = run.trainer.position.step
    outcome.loss = last?.loss
    if outcome.ending == .complete, let report = try evaluate() { outcome.evaluation = report.json }
    try run.writeCheckpoint()
    outcome.peakMemory = ProcessMemory.peak
    return outcome
  }

  private func evaluate() throws -> EvaluationReport? {
    guard let samples = run.heldOut else { return nil }
    return try run.evaluate(on: samples, workers: workers)
  }
}
