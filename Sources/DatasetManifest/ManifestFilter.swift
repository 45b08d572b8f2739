internal import ManifestSyntax

/// A rule that leaves out steps or whole episodes.
struct ManifestFilter: Sendable {
  enum Rule: Sendable {
    /// Leaves out steps whose action is at most `tolerance` in every one of the columns.
    case dropZeroActions(columns: Expression, tolerance: Double)
    /// Leaves out steps that move nothing: all columns of the feature but the last are together shorter than `tolerance`,
    /// and the last is that of the step kept before, if any.
    ///
    /// Source: OpenVLA's preparation of LIBERO.
    case dropNoOps(PlacedPath, tolerance: Double)
    /// Keeps only episodes in which the feature has this value.
    case require(PlacedPath, equals: Requirement, at: Extent, when: Presence)
    /// Keeps only episodes of at least so many steps.
    case minimumSteps(Int)
  }

  /// Which values of a feature a rule asks.
  enum Extent: String, CaseIterable, Sendable {
    case all
    /// Those of the last step.
    case last
  }

  /// Whether a rule asks for its feature to be there.
  enum Presence: Sendable {
    /// A dataset without the feature is an error.
    case always
    /// A dataset without the feature keeps all its episodes.
    case ifPresent
  }

  let rule: Rule
  let place: ManifestPlace

  static let names = ["drop_zero_actions", "drop_no_ops", "require", "min_steps"]

  /// Reads one entry of `filters`.
  init(_ node: ManifestNode) throws(ManifestError) {
    let mapping = try node.mapping(allowing: Self.names)
    guard let (name, body) = mapping.entries.first, mapping.entries.count == 1 else {
      throw node.error("a filter is a mapping with one key among \(Self.names.joined(separator: ", "))")
    }
    place = body.place
    switch name {
    case "drop_zero_actions":
      let keys = try body.mapping(allowing: ["columns", "tolerance"])
      let columns = try keys.required("columns", "it says which columns must be zero, as in `\":6\"`")
      let tolerance = try keys.required("tolerance", "it says how large a zero may be, as in `1e-4`")
      let part = try ExpressionParser.parse("action[" + columns.string() + "]", at: columns.place)
      guard case .slice = part.expression.form else {
        throw columns.error("expected a range of columns, as in `\":6\"`")
      }
      let limit = try tolerance.number()
      guard limit >= 0 else { throw tolerance.error("a tolerance is not negative") }
      rule = .dropZeroActions(columns: part.expression, tolerance: limit)
    case "drop_no_ops":
      let keys = try body.mapping(allowing: ["feature", "tolerance"])
      let path = try keys.required("feature", "it names the actions, whose last column is the gripper's").path()
      guard path.path.isPerStep else { throw ManifestError(place: path.place, "it is not a feature of the steps") }
      let limit = try keys["tolerance"]?.number() ?? 1e-4
      guard limit >= 0 else { throw (keys["tolerance"] ?? body).error("a tolerance is not negative") }
      rule = .dropNoOps(path, tolerance: limit)
    case "require":
      let keys = try body.mapping(allowing: ["feature", "equals", "at", "if_present"])
      let path = try keys.required("feature", "it names the feature to look at").path()
      rule = .require(
        path, equals: try Requirement(keys.required("equals", "it gives the value to keep")),
        at: try keys["at"]?.choice(of: Extent.self) ?? .all,
        when: try keys["if_present"]?.bool() == true ? .ifPresent : .always)
    default:
      rule = .minimumSteps(try body.integer(in: 0...1_000_000_000))
    }
  }
}

/// The value that a filter asks of a feature.
enum Requirement: Sendable, CustomStringConvertible {
  case number(Double, written: String)
  case text(String)

  init(_ node: ManifestNode) throws(ManifestError) {
    let text = try node.string()
    if let truth = try? node.bool() {
      self = .number(truth ? 1 : 0, written: text)
    } else if let number = try? node.number() {
      self = .number(number, written: text)
    } else {
      self = .text(text)
    }
  }

  var description: String {
    switch self {
    case .number(_, let written): return quoted(written)
    case .text(let text): return quoted(text)
    }
  }

  /// Whether each of a feature's values is this one, or each of the last row's; no row is none.
  func matches(_ values: FeatureValues, at extent: ManifestFilter.Extent) -> Bool {
    switch (self, values) {
    case (.number(let wanted, _), .numbers(let array)):
      let last = array.values.suffix(array.shape.reduce(1, *))
      return extent == .all
        ? array.values.allSatisfy { $0 == wanted } : !last.isEmpty && last.allSatisfy { $0 == wanted }
    case (.text(let wanted), .strings(let strings)):
      let last = strings.last.map { $0.elementsEqual(wanted.utf8) } ?? false
      return extent == .all ? strings.allSatisfy { $0.elementsEqual(wanted.utf8) } : last
    default: return false
    }
  }
}
