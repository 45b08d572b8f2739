public import JSON

extension CurationReport {
  /// The findings as SARIF 2.1.0, which code hosts and editors show.
  ///
  /// A finding's place is the store, with the episode and the steps as a logical location. Source: OASIS Static Analysis
  /// Results Interchange Format 2.1.0.
  public var sarif: JSONValue {
    let rules = outcomes.map { outcome -> JSONValue in
      [
        "id": .string(outcome.check.id), "name": .string(outcome.check.title),
        "shortDescription": ["text": .string(outcome.check.meaning)],
        "fullDescription": ["text": .string(outcome.check.mechanism)],
        "defaultConfiguration": ["level": .string(outcome.check.checkClass.level)],
      ]
    }
    var numbers: [String: Int] = [:]
    for (number, outcome) in outcomes.enumerated() { numbers[outcome.check.id] = number }
    let results = findings.map { finding -> JSONValue in
      var place = "dataset"
      if let episode = finding.episode { place = "episode/\(episode)" }
      if let steps = finding.steps { place += "/steps/\(steps.lowerBound)-\(steps.upperBound)" }
      return [
        "ruleId": .string(finding.check), "ruleIndex": JSONValue(numbers[finding.check] ?? 0),
        "level": .string(finding.checkClass.level), "message": ["text": .string(finding.message)],
        "locations": [
          [
            "physicalLocation": ["artifactLocation": ["uri": "store.json"]],
            "logicalLocations": [["fullyQualifiedName": .string(place), "kind": "element"]],
          ]
        ],
        "properties": [
          "episode": finding.episode.map { JSONValue($0) } ?? .null,
          "value": finding.value.isFinite ? .real(finding.value) : .null,
          "threshold": finding.threshold.isFinite ? .real(finding.threshold) : .null,
        ],
      ]
    }
    return [
      "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
      "runs": [
        [
          "tool": ["driver": ["name": "armature-curate", "rules": .array(rules)]],
          "results": .array(results),
        ]
      ],
    ]
  }
}

extension CheckClass {
  /// SARIF's level.
  fileprivate var level: String {
    switch self {
    case .defect: "error"
    case .risk: "warning"
    case .info: "note"
    }
  }
}
