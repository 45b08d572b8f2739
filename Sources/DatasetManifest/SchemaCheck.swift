public import ManifestSyntax

/// What a manifest makes of a dataset's schema.
public struct StandardizedWidths: Sendable, Equatable {
  /// Columns of the action, nil when the schema leaves them open.
  public var action: Int?
  /// Columns of the state, 0 for none, nil when the schema leaves them open.
  public var proprio: Int?

  /// Gathers the widths.
  public init(action: Int?, proprio: Int?) {
    self.action = action
    self.proprio = proprio
  }
}

extension DatasetManifest {
  /// Checks the manifest against a dataset's features before any data is read.
  /// - Returns: the widths that actions and states will have.
  /// - Throws: `ManifestError` for a feature that is missing or of an unfit type or shape, with the manifest's line.
  @discardableResult
  public func check(against schema: [FeatureDeclaration]) throws(ManifestError) -> StandardizedWidths {
    let check = SchemaCheck(schema)
    let widths = StandardizedWidths(
      action: try check.width(of: action), proprio: try check.width(of: proprio))
    if let width = widths.action, width != masks.normalize.count { throw maskError(width) }
    for part in language { try check.language(part) }
    for (_, view) in viewPaths.sorted(by: { $0.key < $1.key }) { try check.image(view) }
    for (_, view) in depthPaths.sorted(by: { $0.key < $1.key }) { try check.image(view) }
    for path in [reward, discount, success] { if let path { try check.scalar(path) } }
    for filter in filters {
      if case .require(let path, _) = filter.rule { _ = try check.form(of: path.path, at: path.place) }
    }
    return widths
  }
}

/// Looks features up in a schema.
private struct SchemaCheck {
  private let forms: [String: FeatureDeclaration.Form]

  init(_ schema: [FeatureDeclaration]) {
    forms = Dictionary(schema.map { ($0.name, $0.form) }, uniquingKeysWith: { first, _ in first })
  }

  func form(of path: FeaturePath, at place: ManifestPlace) throws(ManifestError) -> FeatureDeclaration.Form {
    guard let form = forms[path.name] else {
      throw .missingFeature(path, among: Array(forms.keys), at: place)
    }
    return form
  }

  private func type(of path: FeaturePath, at place: ManifestPlace) throws(ManifestError) -> ExpressionType? {
    switch try form(of: path, at: place) {
    case .numbers(let kind, let shape): return ExpressionType(kind: kind, shape: shape)
    case .strings: return nil
    case .image: throw ManifestError(place: place, "\(quoted(path.manifestForm)) is an image, not numbers")
    case .other(let what):
      throw ManifestError(place: place, "\(quoted(path.manifestForm)) is \(what), not numbers")
    }
  }

  /// The columns of parts joined together.
  func width(of parts: [ManifestPart]) throws(ManifestError) -> Int? {
    var total: Int? = 0
    for part in parts {
      let inference = TypeInference(part: part) { path, place throws(ManifestError) in
        try type(of: path, at: place)
      }
      let found = try inference.type()
      switch found.columns {
      case .known(let width): total = total.map { $0 + width }
      case .unknown: total = nil
      case .none:
        throw ManifestError(
          place: part.place,
          "a shape of \(describe(found.shape)) cannot be joined; slice it or use flatten(…)")
      }
    }
    return total
  }

  func language(_ part: ManifestPart) throws(ManifestError) {
    switch (try LanguageSource(part), try form(of: LanguageSource(part).path, at: part.place)) {
    case (.text, .strings), (.codePoints, .numbers(.integer, _)): return
    case (.text(let path), _):
      throw ManifestError(
        place: part.place, "\(quoted(path.manifestForm)) is not a text; code_points(…) reads Unicode numbers")
    case (.codePoints(let path), _):
      throw ManifestError(place: part.place, "\(quoted(path.manifestForm)) does not hold whole numbers")
    }
  }

  func image(_ path: PlacedPath) throws(ManifestError) {
    switch try form(of: path.path, at: path.place) {
    case .image, .strings: return
    case .numbers(_, let shape) where shape.count >= 2: return
    case .numbers, .other:
      throw ManifestError(place: path.place, "\(quoted(path.path.manifestForm)) is not an image")
    }
  }

  func scalar(_ path: PlacedPath) throws(ManifestError) {
    let found = try type(of: path.path, at: path.place)
    guard let found, found.size == 1 || found.size == nil else {
      throw ManifestError(place: path.place, "\(quoted(path.path.manifestForm)) is not one number per step")
    }
  }
}
