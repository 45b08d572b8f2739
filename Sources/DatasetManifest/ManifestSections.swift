internal import ManifestSyntax

extension DatasetManifest {
  /// The keys of a manifest.
  static let keys = [
    "dataset", "about", "drop", "action", "proprio", "language", "views", "depth", "reward", "discount",
    "success", "encodings", "masks", "filters", "frame_filter", "shapes", "unsupported",
  ]

  /// The names that views may have, in their usual order.
  public static let viewOrder = ["primary", "secondary", "wrist", "left_wrist", "right_wrist"]

  /// One expression or a list of them, at least one.
  static func parts(_ node: ManifestNode) throws(ManifestError) -> [ManifestPart] {
    guard node.isList else { return [try node.part()] }
    var parts: [ManifestPart] = []
    for entry in try node.list() { parts.append(try entry.part()) }
    guard !parts.isEmpty else { throw node.error("the list is empty; give at least one expression") }
    return parts
  }

  static func optionalParts(_ node: ManifestNode?) throws(ManifestError) -> [ManifestPart] {
    guard let node else { return [] }
    return try parts(node)
  }

  static func paths(_ node: ManifestNode) throws(ManifestError) -> [String: PlacedPath] {
    var paths: [String: PlacedPath] = [:]
    for (name, entry) in try node.mapping(allowing: viewOrder).entries {
      let path = try entry.path()
      guard path.path.isPerStep else {
        throw entry.error(
          "a view is a feature of the steps; \(quoted(path.path.manifestForm)) belongs to the episode")
      }
      paths[name] = path
    }
    return paths
  }

  static func masks(
    _ root: ManifestMapping, encoding: ActionEncoding?
  ) throws(ManifestError) -> (ActionMasks, ManifestPlace) {
    let node = root["masks"]
    let given = try node?.mapping(allowing: ["normalize", "absolute"])
    let normalize = try mask(given?["normalize"]) ?? encoding?.masks?.normalize
    let absolute = try mask(given?["absolute"]) ?? encoding?.masks?.absolute
    guard let normalize, let absolute else {
      throw ManifestError(
        place: node?.place ?? root["encodings"]?.place ?? root.place,
        "the masks are not known; give `encodings.action`, or both of `masks.normalize` and `masks.absolute`")
    }
    let place = node?.place ?? root["encodings"]?.place ?? root.place
    guard normalize.count == absolute.count else {
      throw ManifestError(
        place: place, "masks of \(normalize.count) and \(absolute.count) columns; make them equally long")
    }
    return (ActionMasks(normalize: normalize, absolute: absolute), place)
  }

  private static func mask(_ node: ManifestNode?) throws(ManifestError) -> [Bool]? {
    guard let node else { return nil }
    var mask: [Bool] = []
    for entry in try node.list() { mask.append(try entry.bool()) }
    return mask
  }

  static func filters(_ node: ManifestNode?) throws(ManifestError) -> [ManifestFilter] {
    guard let node else { return [] }
    var filters: [ManifestFilter] = []
    for entry in try node.list() { filters.append(try ManifestFilter(entry)) }
    return filters
  }
}

/// Where instructions come from: a text feature, or Unicode numbers.
enum LanguageSource {
  case text(FeaturePath)
  case codePoints(FeaturePath)

  init(_ part: ManifestPart) throws(ManifestError) {
    switch part.expression.form {
    case .feature(let path):
      self = .text(path)
      return
    case .call(.codePoints, let values, _):
      if case .feature(let path) = values[0].form {
        self = .codePoints(path)
        return
      }
    default: break
    }
    throw ManifestError(place: part.place, "an instruction is a text feature or code_points(feature)")
  }

  var path: FeaturePath {
    switch self {
    case .text(let path), .codePoints(let path): return path
    }
  }
}
