internal import ByteIO
public import ManifestSyntax

/// Which checks to run, and with which thresholds.
public struct CheckSelection: Sendable {
  /// In the order of the catalog of checks.
  public let checks: [Check]
  private let thresholds: [String: Double]

  /// Selects `checks`, all by default, with their own thresholds where `thresholds` has none.
  ///
  /// - Throws: `CurationError` for a name that there is not, and a threshold that is not finite.
  public init(_ names: [String]? = nil, thresholds: [String: Double] = [:]) throws(CurationError) {
    let wanted = try names.map { names throws(CurationError) in Set(try Self.checks(named: names).map(\.id)) }
    for (name, value) in thresholds.sorted(by: { $0.key < $1.key }) {
      _ = try Self.checks(named: [name])
      guard value.isFinite else { throw CurationError(.usage, "threshold of \(name): \(value); give a finite number") }
    }
    checks = CheckCatalog.all.filter { wanted?.contains($0.id) ?? true }
    self.thresholds = thresholds
  }

  /// The threshold that applies to `check`.
  public func threshold(of check: Check) -> Double { thresholds[check.id] ?? check.threshold.value }

  /// Whether the check called `id` is wanted.
  public func contains(_ id: String) -> Bool { checks.contains { $0.id == id } }

  /// The checks called `names`, in that order.
  ///
  /// - Throws: `CurationError` for a name that there is not.
  public static func checks(named names: [String]) throws(CurationError) -> [Check] {
    var found: [Check] = []
    for name in names {
      guard let check = CheckCatalog.check(name) else {
        let hint = NearestName.hint(name, among: CheckCatalog.all.map(\.id)) ?? "`armature curate explain` lists them"
        throw CurationError(.usage, "there is no check `\(name)`; \(hint)")
      }
      found.append(check)
    }
    return found
  }

  /// Reads thresholds from a YAML file that maps checks to numbers.
  ///
  /// - Throws: `ManifestError` with the place.
  public static func thresholds(file path: String) throws(ManifestError) -> [String: Double] {
    let text = try ManifestText(path: path)
    var thresholds: [String: Double] = [:]
    for (name, node) in try text.root().mapping(allowing: CheckCatalog.all.map(\.id)).entries {
      thresholds[name] = try node.number()
    }
    return thresholds
  }
}
