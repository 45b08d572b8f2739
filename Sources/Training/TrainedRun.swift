public import JSON
public import RunLog
public import Torch
internal import VLA

/// A run that a session takes to its end, whatever it trains on.
public protocol TrainedRun {
  var folder: RunFolder { get }
  var trainer: Trainer { get }

  /// The step at which the run is complete, as far as steps and passes decide.
  var stepLimit: Int? { get }

  /// Trains to the end, or until it is asked to stop; a run that is complete does nothing.
  func train(_ hooks: Trainer.Hooks, workers: Int) throws -> Trainer.Ending

  /// Measures the policy on what is held out; `nil` where nothing is.
  func evaluate(workers: Int) throws -> (any RunEvaluation)?

  /// Writes what the run has come to.
  func writeCheckpoint() throws

  /// What the run is, for its page.
  var facts: [(name: String, value: String)] { get }

  /// What there is to say of it besides, as members of the JSON object that it ends with.
  var remarks: [JSONValue.Member] { get }
}

extension TrainedRun {
  /// The place of this process among those that train together.
  public var rank: Int { folder.group?.rank ?? 0 }

  /// Whether the run had come to its end when it was opened, and its checkpoint is there.
  public var isComplete: Bool {
    let position = trainer.position
    let isDone =
      stepLimit.map { position.step >= $0 } ?? false
      || folder.config.length.minutes.map { position.seconds >= $0 * 60 } ?? false
    return isDone && folder.hasCheckpoint
  }

  /// The step at which `count` samples or pairs were trained on as often as the configuration says.
  func stepLimit(of count: Int) -> Int? {
    let config = folder.config
    guard let epochs = config.length.epochs else { return config.length.steps }
    let perStep = config.batchSize * config.accumulation * (folder.group?.world ?? 1)
    let (product, overflows) = epochs.multipliedReportingOverflow(by: count)
    let steps = max(1, overflows ? Int.max : product / perStep)
    return min(config.length.steps ?? steps, steps)
  }
}

/// What an evaluation came to, for people, logs and pages.
public protocol RunEvaluation: Sendable {
  var json: JSONValue { get }
  /// Figures under the names that logs have.
  var metrics: [(name: String, value: Double)] { get }
  /// Adds its tables, pictures and examples.
  func fill(_ content: inout RunPage.Content) throws
  /// A picture for the log, where there is one.
  func picture() throws -> (name: String, png: [UInt8], height: Int, width: Int)?
}

/// Begins a run on every rank; what goes wrong for all is said by rank 0 alone.
///
/// - Throws: what `body` throws; `RankLoss` on the other ranks where rank 0 cannot begin.
public func beginTogether<Run>(_ group: ProcessGroup?, _ body: () throws -> Run) throws -> Run {
  guard let group else { return try body() }
  if group.rank == 0 {
    let run = try body()
    try group.meet()
    return run
  }
  let result = Result(catching: body)
  do { try group.meet() } catch {
    throw RankLoss(missing: [0], isWriter: false, step: 0, names: "rank 0", world: group.world)
  }
  return try result.get()
}
