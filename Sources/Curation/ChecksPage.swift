public import JSON

/// The checks in words, for `explain` and for docs/checks.md.
public enum ChecksPage {
  /// All checks as a page of Markdown.
  public static var markdown: String {
    var text = """
      # Checks

      What `armature curate check` looks for. This page is made by `armature curate explain --all --markdown`.

      A *defect* is objective: the data is broken, whatever it is used for. A *risk* is probably harmful; somebody should
      look. *Info* is a characteristic to rank and compare by, never a verdict. What a check cannot assess it reports as
      not assessed, with the reason; its column in the catalog is then NULL, never 0.

      The typical range of a dimension is the 75th percentile, over the episodes in which it varies, of greatest minus
      least value; unlike extremes and quantiles of all steps it stays the same when a few episodes are broken. Robust
      deviations are 1.4826 median absolute deviations.

      | check | class | of | finding when the value is | unit |
      |---|---|---|---|---|

      """
    for check in CheckCatalog.all {
      text += "| [`\(check.id)`](#\(check.id)) | \(check.checkClass.rawValue) | \(check.scope.rawValue) | "
      text += "\(check.threshold.side.rawValue) \(number(check.threshold.value)) | \(check.threshold.unit) |\n"
    }
    for check in CheckCatalog.all {
      text += "\n## \(check.id)\n\n"
      text += "**\(check.title).** \(check.meaning)\n\n"
      text += "- Harm: \(check.mechanism)\n"
      text += "- \(rule(check))\n"
      if !check.needs.isEmpty { text += "- Needs: \(check.needs.map(\.rawValue).joined(separator: ", ")).\n" }
      if check.scope == .episode { text += "- Column: `\(check.column)`.\n" }
    }
    return text
  }

  /// One check in words, for people.
  public static func text(_ check: Check) -> String {
    var lines = [
      "\(check.id) (\(check.checkClass.rawValue), of \(check.scope == .episode ? "an episode" : "the dataset"))",
      check.title + ".", "", check.meaning, "Harm: " + check.mechanism, rule(check),
    ]
    if !check.needs.isEmpty { lines.append("Needs: \(check.needs.map(\.rawValue).joined(separator: ", ")).") }
    if check.scope == .episode { lines.append("Column: \(check.column).") }
    return lines.joined(separator: "\n")
  }

  private static func rule(_ check: Check) -> String {
    "Finding: \(check.threshold.side.rawValue) \(number(check.threshold.value)) \(check.threshold.unit); "
      + "source: \(check.threshold.source)."
  }

  /// A number without needless digits.
  static func number(_ value: Double) -> String {
    if value == value.rounded(), abs(value) < 1e15 { return "\(Int(value))" }
    return JSONValue.real(value).serialized()
  }
}

extension Check {
  /// The check as JSON, for programs.
  public var json: JSONValue {
    [
      "id": .string(id), "class": .string(checkClass.rawValue), "title": .string(title), "meaning": .string(meaning),
      "mechanism": .string(mechanism), "scope": .string(scope.rawValue),
      "threshold": [
        "value": .real(threshold.value), "side": .string(threshold.side.rawValue), "unit": .string(threshold.unit),
        "source": .string(threshold.source),
      ],
      "needs": .array(needs.map { .string($0.rawValue) }), "column": scope == .episode ? .string(column) : .null,
      "soft": .bool(isSoft),
    ]
  }
}
