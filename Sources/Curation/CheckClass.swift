/// How much a finding claims.
public enum CheckClass: String, CaseIterable, Sendable, Comparable {
  /// Objective: the data is broken, whatever it is used for.
  case defect
  /// Probably harmful; somebody should look.
  case risk
  /// A characteristic, for ranking and comparing; never a verdict.
  case info

  public static func < (a: CheckClass, b: CheckClass) -> Bool {
    (allCases.firstIndex(of: a) ?? 0) < (allCases.firstIndex(of: b) ?? 0)
  }
}
