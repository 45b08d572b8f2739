internal import Preferences

/// The steps of the rollouts that a group last asked for, up to a bound.
final class StepCache {
  /// The most steps that are held.
  static let stepLimit = 200_000

  private let read: (Int) throws -> StepTable
  private var tables: [Int: StepTable] = [:]
  private var stepCount = 0

  init(_ read: @escaping (Int) throws -> StepTable) { self.read = read }

  func table(_ rollout: Int) throws -> StepTable {
    if let table = tables[rollout] { return table }
    let table = try read(rollout)
    if stepCount + table.stepCount > Self.stepLimit {
      tables.removeAll()
      stepCount = 0
    }
    tables[rollout] = table
    stepCount += table.stepCount
    return table
  }
}
