public import ManifestSyntax
internal import Preferences

extension PreferenceSettings {
  /// Reads the section `preference` of a configuration.
  ///
  /// - Throws: `ManifestError` with line and column.
  public init(_ node: ManifestNode) throws {
    let keys = try node.mapping(allowing: [
      "loss", "losses", "beta", "label_smoothing", "penalty", "margin", "sft", "aggregation", "units", "reference",
      "recheck", "count_end", "anchor",
    ])
    var terms: [PreferenceObjective.Term] = []
    if let losses = keys["losses"] {
      guard ["loss", "beta", "label_smoothing", "penalty", "margin"].allSatisfy({ keys[$0] == nil }) else {
        throw losses.error("give one `loss` or a list of `losses`, each with settings of its own, not both")
      }
      for entry in try losses.list() {
        let settings = try entry.mapping(allowing: ["loss", "weight", "beta", "label_smoothing", "penalty", "margin"])
        let weight = try settings["weight"]?.number(in: 0...1e6) ?? 1
        terms.append(.init(try Self.loss(entry, settings.required("loss", "its name")), weight: weight))
      }
      guard !terms.isEmpty else { throw losses.error("the list is empty; give one loss or more") }
    } else {
      terms = [.init(try Self.loss(node, keys["loss"]))]
    }
    let aggregation = try keys["aggregation"]?.choice(of: RatioAggregation.self) ?? .sum
    if let node = keys["aggregation"], aggregation != .sum,
      let term = terms.first(where: { $0.loss.kind.dividesByLength })
    {
      throw node.error("loss `\(term.loss.kind.rawValue)` divides by lengths itself; leave aggregation at `sum`")
    }
    self.init(
      PreferenceObjective(
        terms, supervisedWeight: try keys["sft"]?.number(in: 0...1e6) ?? 0, aggregation: aggregation))
    if let units = keys["units"] {
      self.units = try units.list().map { entry in
        let unit = try entry.string()
        guard Self.allUnits.contains(unit) else {
          throw entry.error("there is no unit `\(unit)`; the units are \(Self.allUnits.joined(separator: ", "))")
        }
        return unit
      }
      guard !self.units.isEmpty else { throw units.error("the list is empty; give one unit or more") }
    }
    reference = try keys["reference"]?.choice(of: Reference.self) ?? reference
    recheckedShare = try keys["recheck"]?.number(in: 0...1) ?? recheckedShare
    countsEnd = try keys["count_end"]?.bool() ?? countsEnd
    if let anchor = try keys["anchor"]?.mapping(allowing: ["weight", "batch"]) {
      self.anchor = Anchor(
        weight: try anchor["weight"]?.number(in: 0...1e6) ?? 1,
        batchSize: try anchor["batch"]?.integer(in: 1...1 << 20) ?? 16)
    }
  }

  /// Reads the settings of one loss, which stand in `node`; sigmoid unless `name` says otherwise.
  private static func loss(_ node: ManifestNode, _ name: ManifestNode?) throws -> PreferenceLoss {
    let keys = try node.mappingOfNames("settings")
    func number(_ key: String) throws -> Double? { try keys[key]?.number() }
    do {
      return try PreferenceLoss(
        name?.choice(of: PreferenceLoss.Kind.self) ?? .sigmoid, beta: number("beta") ?? 0.1,
        labelSmoothing: number("label_smoothing") ?? 0, penalty: number("penalty") ?? 0,
        marginScale: number("margin") ?? 0)
    } catch let error as PreferenceError {
      throw (name ?? node).error("\(error)")
    }
  }
}
