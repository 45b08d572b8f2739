/// Something that a check found, with the place and the numbers.
public struct Finding: Sendable, Equatable {
  /// The id of the check.
  public var check: String
  public var checkClass: CheckClass
  /// The episode's ordinal; nil for a finding about the dataset.
  public var episode: Int?
  /// The first and the last step, counted from 0 in the episode; nil where the episode as a whole is meant.
  public var steps: ClosedRange<Int>?
  public var value: Double
  public var threshold: Double
  /// One line: what was found, with the numbers.
  public var message: String
  /// The view whose frames show it; nil where any does.
  public var view: String?

  public init(
    _ check: Check, episode: Int?, steps: ClosedRange<Int>? = nil, value: Double, threshold: Double, message: String,
    view: String? = nil
  ) {
    self.check = check.id
    checkClass = check.checkClass
    self.episode = episode
    self.steps = steps
    self.value = value
    self.threshold = threshold
    self.message = message
    self.view = view
  }
}
