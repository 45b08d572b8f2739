public import Actions
public import JSON

/// `statistics.json`, which is OpenVLA's `dataset_statistics.json`: one key per dataset.
public enum StatisticsFile {
  /// Returns the content for `dataset`: keys in OpenVLA's order, two spaces a level.
  public static func json(_ statistics: DatasetStatistics, dataset: String) -> JSONValue {
    [
      dataset: [
        "action": feature(statistics.action), "proprio": feature(statistics.proprio),
        "num_transitions": JSONValue(statistics.transitionCount),
        "num_trajectories": JSONValue(statistics.trajectoryCount),
      ]
    ]
  }

  private static func feature(_ statistics: FeatureStatistics) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("mean", JSONValue(statistics.mean)), .init("std", JSONValue(statistics.std)),
      .init("max", JSONValue(statistics.max)), .init("min", JSONValue(statistics.min)),
      .init("q01", JSONValue(statistics.q01)), .init("q99", JSONValue(statistics.q99)),
    ]
    if let mask = statistics.mask { members.append(.init("mask", .array(mask.map { .bool($0) }))) }
    return .object(members)
  }

  /// Reads the statistics of `dataset` from the file's content.
  ///
  /// - Throws: `JSONError`, `ActionsError`.
  public static func statistics(_ root: JSONNode, dataset: String) throws -> DatasetStatistics {
    let node = try root.member(dataset)
    return DatasetStatistics(
      action: try feature(node.member("action")), proprio: try feature(node.member("proprio")),
      transitionCount: try node.member("num_transitions").count(),
      trajectoryCount: try node.member("num_trajectories").count())
  }

  private static func feature(_ node: JSONNode) throws -> FeatureStatistics {
    func numbers(_ name: String) throws -> [Double] { try node.member(name).array().map { try $0.double() } }
    let mask = try node.optional("mask")?.array().map { node throws in
      guard let bool = node.value.bool else { throw node.failure(.notA("true or false")) }
      return bool
    }
    return try FeatureStatistics(
      mean: numbers("mean"), std: numbers("std"), max: numbers("max"), min: numbers("min"), q01: numbers("q01"),
      q99: numbers("q99"), mask: mask)
  }
}
