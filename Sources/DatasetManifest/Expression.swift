internal import ManifestSyntax

/// An expression of the manifest language, with its place in the text it was written in.
struct Expression: Sendable, Equatable {
  indirect enum Form: Sendable, Equatable {
    case feature(FeaturePath)
    /// Columns `start` up to `stop` of the last axis, counted from the end when negative.
    case slice(Expression, start: Int?, stop: Int?)
    /// One column of the last axis; the axis goes away.
    case index(Expression, Int)
    case call(Operation, values: [Expression], numbers: [Double])
  }

  let form: Form
  /// How many characters into its text it starts.
  let offset: Int

  /// The features that it reads.
  var features: [FeaturePath] {
    switch form {
    case .feature(let path): return [path]
    case .slice(let base, _, _), .index(let base, _): return base.features
    case .call(_, let values, _): return values.flatMap(\.features)
    }
  }

  /// How many rows its result has fewer than its input: `difference` has none for the last step.
  var rowsLost: Int {
    switch form {
    case .feature: return 0
    case .slice(let base, _, _), .index(let base, _): return base.rowsLost
    case .call(let operation, let values, _):
      return (values.map(\.rowsLost).max() ?? 0) + (operation == .difference ? 1 : 0)
    }
  }
}

/// An expression with the place of its text, as one entry of `action` or `proprio`.
struct ManifestPart: Sendable {
  let expression: Expression
  /// Where its text starts.
  let place: ManifestPlace

  func place(of part: Expression) -> ManifestPlace { place.advanced(by: part.offset) }
}
