internal import EpisodeStore
public import JSON

extension Finding {
  /// The finding as JSON, for programs.
  public var json: JSONValue {
    [
      "check": .string(check), "class": .string(checkClass.rawValue), "episode": episode.map { JSONValue($0) } ?? .null,
      "steps": steps.map { [JSONValue($0.lowerBound), JSONValue($0.upperBound)] } ?? .null, "value": number(value),
      "threshold": number(threshold), "view": JSONValue(view), "message": .string(message),
    ]
  }
}

extension CheckOutcome {
  /// The outcome as JSON, without the scores of the episodes.
  public var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("id", .string(check.id)), .init("class", .string(check.checkClass.rawValue)),
      .init("threshold", .real(threshold)), .init("assessed", JSONValue(assessedCount)),
      .init("findings", JSONValue(findingCount)),
    ]
    if !notAssessed.isEmpty {
      members.append(
        .init(
          "notAssessed",
          .array(notAssessed.map { ["reason": .string($0.text), "episodes": JSONValue($0.episodeCount)] })))
    }
    if check.isSoft { members.append(.init("lengthCorrelation", lengthCorrelation.map { .real($0) } ?? .null)) }
    return .object(members)
  }
}

extension CurationReport {
  /// The report as JSON, for programs; the scores of the episodes are in the catalog.
  public var json: JSONValue {
    [
      "store": .string(store), "dataset": .string(index.dataset), "episodes": JSONValue(episodes.count),
      "steps": JSONValue(stepCount), "images": .bool(includesImages),
      "counts": .object(CheckClass.allCases.map { .init($0.rawValue, JSONValue(findingCount($0))) }),
      "findings": .array(findings.map(\.json)), "checks": .array(outcomes.map(\.json)),
    ]
  }
}

/// JSON has no infinite numbers; those are null.
private func number(_ value: Double) -> JSONValue { value.isFinite ? .real(value) : .null }
