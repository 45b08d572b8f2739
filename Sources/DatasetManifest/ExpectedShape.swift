internal import ManifestSyntax

/// The shape that a feature had in the dataset that a manifest was written for.
struct ExpectedShape: Sendable {
  /// The feature, with the place that says so.
  let path: PlacedPath
  /// The shape of one step; empty for a single number.
  let shape: [Int]

  /// Reads `shapes`, a mapping from feature to shape.
  static func all(_ node: ManifestNode?) throws(ManifestError) -> [ExpectedShape] {
    guard let node else { return [] }
    var shapes: [ExpectedShape] = []
    for (name, entry) in try node.mappingOfNames("a mapping from features to shapes, as in `action: [7]`").entries {
      let part = try ExpressionParser.parse(name, at: entry.place)
      guard case .feature(let path) = part.expression.form else {
        throw entry.error("expected a feature path, without slices and functions")
      }
      var shape: [Int] = []
      for size in try entry.list() { shape.append(try size.integer(in: 0...1_000_000_000)) }
      shapes.append(ExpectedShape(path: PlacedPath(path: path, place: entry.place), shape: shape))
    }
    return shapes
  }
}
