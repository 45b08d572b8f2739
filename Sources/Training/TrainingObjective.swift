public import SampleShards

/// What a run minimises: it takes batch after batch, and adds their gradients to the policy's parameters.
public protocol TrainingObjective: AnyObject {
  /// The number of sums that a step makes of its batches.
  var sumCount: Int { get }

  /// Adds the gradients of the next batch, times `place.weight`, and returns what it came to.
  ///
  /// - Throws: `TrainingError` for a loss that is not a number, with the step and the samples.
  func accumulate(_ place: BatchPlace) throws -> BatchOutcome

  /// What sums over `steps` steps say.
  func summary(of sums: [Double], steps: Double) -> StepSummary

  /// Ends reading ahead.
  func stop()
}

/// Which batch of a run is next.
public struct BatchPlace: Sendable {
  /// The steps done before.
  public var step: Int
  /// The batch within the step, and the rank that takes it.
  public var batch: Int
  public var rank: Int
  /// The factor of its gradients: one over the batches of a step.
  public var weight: Double
}

/// What one batch came to.
public struct BatchOutcome: Sendable {
  public var loss: Double
  /// The positions computed, patches and padding included.
  public var positions: Double
  /// Figures that add up over batches and ranks, ``TrainingObjective/sumCount`` of them.
  public var sums: [Double]
  /// Where the streams stand after it: that of the run's data, and that of an anchor beside it, where there is one.
  public var place: SampleReader.Place
  public var anchor: SampleReader.Place?
  /// The seconds that it was waited for.
  public var wait: Double
}

/// What the steps since the last report say.
public struct StepSummary: Sendable {
  /// Figures under the names that logs have.
  public var figures: [(name: String, value: Double)] = []
  /// The few that a line of progress shows.
  public var highlights: [(label: String, text: String)] = []

  public init() {}
}
