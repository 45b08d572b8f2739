internal import ManifestSyntax

extension ManifestNode {
  /// An expression, or a text that starts where the expression does.
  func part() throws(ManifestError) -> ManifestPart {
    guard isScalar else { throw wrongType("an expression") }
    return try ExpressionParser.parse(string(), at: place.advanced(by: textOffset))
  }

  /// A feature path, with its place.
  func path() throws(ManifestError) -> PlacedPath {
    let part = try part()
    guard case .feature(let path) = part.expression.form else {
      throw ManifestError(place: place, "expected a feature path, without slices and functions")
    }
    return PlacedPath(path: path, place: place)
  }
}

/// A feature path with the place that names it.
struct PlacedPath: Sendable {
  let path: FeaturePath
  let place: ManifestPlace
}
