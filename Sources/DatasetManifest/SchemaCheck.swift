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
    for rule in rules(actionWidth: widths.action) { try check.apply(rule, of: self) }
    return widths
  }

  /// Everything in which a dataset's features do not fit the manifest, in the order of its keys; none when they do.
  ///
  /// Unlike `check(against:)` this also tells where a feature has another shape than the manifest was written for.
  public func problems(against schema: [FeatureDeclaration]) -> [ManifestError] {
    let check = SchemaCheck(schema)
    var problems: [ManifestError] = []
    var isWhole = true
    for part in action where !check.holds(.part(part), of: self, addingTo: &problems) { isWhole = false }
    for part in proprio { check.holds(.part(part), of: self, addingTo: &problems) }
    let width = isWhole ? try? check.width(of: action) : nil
    for rule in rules(actionWidth: width) + shapes.map(SchemaRule.shape) {
      check.holds(rule, of: self, addingTo: &problems)
    }
    return problems
  }

  /// The rules after those of the action's and the state's parts.
  private func rules(actionWidth: Int?) -> [SchemaRule] {
    var rules: [SchemaRule] = actionWidth.map { [.actionWidth($0)] } ?? []
    rules += language.map(SchemaRule.language)
    for paths in [viewPaths, depthPaths] {
      rules += paths.sorted(by: { $0.key < $1.key }).map { .image($0.value) }
    }
    rules += [reward, discount, success].compactMap(\.self).map(SchemaRule.scalar)
    for filter in filters {
      switch filter.rule {
      case .require(let path, _, _, .always), .dropNoOps(let path, _): rules.append(.present(path))
      default: continue
      }
    }
    return rules
  }
}

/// One thing that a manifest asks of a schema.
private enum SchemaRule {
  /// A part of the action or the state can be computed and joined.
  case part(ManifestPart)
  /// The action is as wide as the masks.
  case actionWidth(Int)
  /// There is a text here.
  case language(ManifestPart)
  /// There is an image here.
  case image(PlacedPath)
  /// There is one number per step here.
  case scalar(PlacedPath)
  /// The feature exists.
  case present(PlacedPath)
  /// The feature has the shape that it had when the manifest was written.
  case shape(ExpectedShape)
}

/// Looks features up in a schema.
private struct SchemaCheck {
  private let forms: [String: FeatureDeclaration.Form]

  init(_ schema: [FeatureDeclaration]) {
    forms = Dictionary(schema.map { ($0.name, $0.form) }, uniquingKeysWith: { first, _ in first })
  }

  /// Checks one rule.
  func apply(_ rule: SchemaRule, of manifest: DatasetManifest) throws(ManifestError) {
    switch rule {
    case .part(let part): _ = try width(of: [part])
    case .actionWidth(let width): if width != manifest.masks.normalize.count { throw manifest.maskError(width) }
    case .language(let part): try language(part)
    case .image(let path): try image(path)
    case .scalar(let path): try scalar(path)
    case .present(let path): _ = try form(of: path.path, at: path.place)
    case .shape(let expected): try shape(expected)
    }
  }

  /// Checks one rule, and adds what it finds to `problems`, each once; returns whether the rule holds.
  @discardableResult
  func holds(
    _ rule: SchemaRule, of manifest: DatasetManifest, addingTo problems: inout [ManifestError]
  ) -> Bool {
    do throws(ManifestError) {
      try apply(rule, of: manifest)
      return true
    } catch {
      if !problems.contains(error) { problems.append(error) }
      return false
    }
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

  /// Compares a feature's shape with the one that the manifest was written for.
  func shape(_ expected: ExpectedShape) throws(ManifestError) {
    // A missing feature is told by the part that needs it.
    guard case .numbers(_, let found) = forms[expected.path.path.name] else { return }
    guard found != expected.shape.map({ $0 }) else { return }
    throw ManifestError(
      place: expected.path.place,
      "the feature has shape \(describe(found)), the manifest was written for \(describe(expected.shape)); "
        + "look whether its columns still mean the same")
  }
}
