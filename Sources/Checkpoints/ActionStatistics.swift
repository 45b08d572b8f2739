public import Actions
internal import ByteIO
public import JSON

/// The statistics by which a model's actions are brought back to a robot's units, one set per training dataset.
public struct ActionStatistics: Sendable {
  /// The datasets' names, the unnorm keys, in the file's order.
  public let keys: [String]
  private let statistics: [String: FeatureStatistics]
  /// The file that they come from.
  public let file: String

  /// Reads `{dataset: {action: {mean, std, max, min, q01, q99, mask}, …}}`; only q01 and q99 must be there.
  public init(_ root: JSONNode) throws {
    var keys: [String] = []
    var statistics: [String: FeatureStatistics] = [:]
    for (name, node) in try root.members() {
      let action = try node.member("action")
      func row(_ key: String) throws -> [Double]? {
        try action.optional(key)?.array().map { node in
          let number = try node.double()
          guard number.isFinite else { throw node.failure(.notA("a finite number")) }
          return number
        }
      }
      guard let q01 = try row("q01"), let q99 = try row("q99") else {
        throw action.failure(.missing("q01 and q99"))
      }
      guard !q01.isEmpty else { throw CheckpointError(place: "\(action.file): \(action.path).q01", "it has no values") }
      let mask = try action.optional("mask")?.array().map { try $0.bool() }
      do {
        statistics[name] = try FeatureStatistics(
          mean: row("mean") ?? q01, std: row("std") ?? q01, max: row("max") ?? q99, min: row("min") ?? q01, q01: q01,
          q99: q99, mask: mask)
      } catch let error as ActionsError {
        throw CheckpointError(place: "\(action.file): \(action.path)", error.description)
      }
      keys.append(name)
    }
    self.keys = keys
    self.statistics = statistics
    file = root.file
  }

  /// The action statistics of `key`, which may be left out when there is one dataset only.
  ///
  /// - Throws: `CheckpointError` that lists the keys there are.
  public func action(_ key: String?) throws(CheckpointError) -> (key: String, statistics: FeatureStatistics) {
    guard !keys.isEmpty else {
      throw CheckpointError(place: file, "it has no action statistics; add a dataset_statistics.json")
    }
    let known = keys.sorted().joined(separator: ", ")
    guard let key = key ?? (keys.count == 1 ? keys[0] : nil) else {
      throw CheckpointError(
        .usage, place: file, "the model knows several datasets; choose one with --unnorm-key: \(known)")
    }
    guard let found = statistics[key] else {
      throw CheckpointError(.usage, place: file, "there is no unnorm key `\(key)`; known are \(known)")
    }
    return (key, found)
  }

  /// The most action dimensions of any dataset.
  public var largestDimension: Int { statistics.values.map(\.dimension).max() ?? 0 }
}
