internal import FoundationEssentials

/// The file that holds every logged point and the summary.
public struct Results: Sendable, Codable {
  public var runs: [Run]
  public var rewardModels: [Experiment.RewardModelRecord]
  public var summary: Summary

  public init(_ experiments: [Experiment], sweep: Sweep) {
    runs = experiments.flatMap(\.runs)
    rewardModels = experiments.flatMap(\.rewardModels)
    summary = Summary(experiments, sweep: sweep)
  }

  /// As JSON with sorted keys.
  public func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }
}
