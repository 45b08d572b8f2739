import ArgumentParser
import ByteIO
import CommandLineStage
import JSON
import SampleShards
import Torch
import Training
import VLA

/// What a run came to.
struct FitOutcome: Sendable {
  var path: String
  var ending: Trainer.Ending
  var step: Int
  var loss: Double?
  var evaluation: JSONValue
  /// What else there is to say of the run.
  var remarks: [JSONValue.Member] = []
  /// The evaluation for people.
  var table: String?
  var peakMemory: Int

  var json: JSONValue {
    .object(
      [
        .init("out", .string(path)), .init("complete", .bool(ending == .complete)), .init("step", JSONValue(step)),
        .init("loss", loss.map { .real($0) } ?? .null), .init("evaluation", evaluation),
        .init("peak_resident_bytes", JSONValue(peakMemory)),
      ] + remarks)
  }

  var text: String {
    var text = "\(path): \(step) steps"
    if let loss { text += ", loss \(formatDecimal(loss, places: 4))" }
    if ending == .complete { text += "; the model is in \(path)/checkpoint" }
    return text + (table.map { "\nheld out: \($0)" } ?? "")
  }
}

/// One run from the command line: trains, says how it goes, evaluates, and writes the checkpoint.
struct FitSession {
  private let run: any TrainedRun
  private let workers: Int
  private let quiet: Bool
  private var folder: RunFolder { run.folder }

  init(_ run: any TrainedRun, workers: Int, quiet: Bool) {
    self.run = run
    self.workers = workers
    self.quiet = quiet
  }

  func train() throws -> FitOutcome {
    var outcome = FitOutcome(
      path: folder.path, ending: .complete, step: 0, loss: nil, evaluation: .null, remarks: run.remarks, peakMemory: 0)
    let progress = FitProgress(folder.config, quiet: quiet)
    guard isWriter else { return try follow(outcome) }
    if run.isComplete { return try finished(outcome) }
    let record = try RunRecord(folder.path, folder.config, resumingAfter: run.trainer.position.step)
    var last: StepReport?
    var hooks = Trainer.Hooks()
    hooks.logged = { report in
      last = report
      try record.append(report)
      progress.show(report)
    }
    hooks.saving = record.flush
    hooks.isStopRequested = { StopRequest.isPending }
    hooks.evaluate = { step in _ = try evaluate(step, record) }
    do { outcome.ending = try run.train(hooks, workers: workers) } catch let error as RankLoss {
      try run.writeCheckpoint()
      throw error
    }
    let step = run.trainer.position.step
    outcome.step = step
    outcome.loss = last?.loss
    if outcome.ending == .complete, let report = try evaluate(step, record) {
      outcome.evaluation = report.json
      outcome.table = EvaluationText(report).text
    }
    try run.writeCheckpoint()
    try record.flush()
    try record.writePage(facts: facts(outcome, last))
    outcome.peakMemory = ProcessMemory.peak
    return outcome
  }

  /// What a run that had ended before came to.
  private func finished(_ outcome: FitOutcome) throws -> FitOutcome {
    var outcome = outcome
    outcome.step = run.trainer.position.step
    let evaluation = "\(folder.path)/\(RunRecord.evaluationName)"
    if Directory.entry(evaluation) == .file { outcome.evaluation = try JSONNode(file: evaluation).value }
    outcome.peakMemory = ProcessMemory.peak
    return outcome
  }

  /// Whether this process writes what the run leaves: rank 0 does.
  private var isWriter: Bool { run.rank == 0 }

  /// Trains as one of the other ranks; only where rank 0 is lost may it be this one that writes.
  private func follow(_ outcome: FitOutcome) throws -> FitOutcome {
    var outcome = outcome
    var hooks = Trainer.Hooks()
    hooks.isStopRequested = { StopRequest.isPending }
    do { outcome.ending = try run.train(hooks, workers: workers) } catch let error as RankLoss {
      if error.isWriter { try run.writeCheckpoint() }
      throw error
    }
    outcome.step = run.trainer.position.step
    return outcome
  }

  private func evaluate(_ step: Int, _ record: RunRecord) throws -> (any RunEvaluation)? {
    guard let report = try run.evaluate(workers: workers) else { return nil }
    try record.append(report, step: step)
    return report
  }

  private func facts(_ outcome: FitOutcome, _ last: StepReport?) -> [(name: String, value: String)] {
    let trained = run.trainer.optimizer.parameters.reduce(0) { $0 + $1.elementCount }
    let config = folder.config
    return [("Steps", "\(outcome.step)")] + run.facts + [
      ("Parameters", grouped(run.trainer.policy.parameters.elementCount)), ("Trained", grouped(trained)),
      ("Batch", "\(config.batchSize) × \(config.accumulation)"), ("Precision", config.precision.rawValue),
      ("Seed", "\(config.seed)"), ("Time", last.map { "\(formatDecimal($0.seconds / 60, places: 1)) min" } ?? "–"),
    ]
  }
}
