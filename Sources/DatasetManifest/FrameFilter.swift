internal import Actions
internal import ManifestSyntax

extension DatasetManifest {
  /// Reads `frame_filter` for actions of `width` columns.
  static func frameFilter(_ node: ManifestNode?, width: Int) throws(ManifestError) -> NullActionFilter? {
    guard let node else { return nil }
    let keys = try node.mapping(allowing: ["drop_null_actions"])
    let rule = try keys.required("drop_null_actions", "it is the only frame filter there is")
    let body = try rule.mapping(allowing: ["columns", "tolerance", "q01", "q99"])
    let columns = try body.required("columns", "it says which columns must be null, as in `\":6\"`")
      .columnRange(of: width)
    let tolerance = try body.required("tolerance", "it says how far from null counts, as in `1e-5`")
    let limit = Float(try tolerance.number())
    guard limit >= 0, limit.isFinite else {
      throw tolerance.error("a tolerance is a float32 number that is not negative")
    }
    let why = "it lists a quantile for each of the \(columns.count) columns"
    let q01 = try body.required("q01", why).quantiles(count: columns.count)
    let q99 = try body.required("q99", why).quantiles(count: columns.count)
    do throws(ActionsError) {
      return try NullActionFilter(columns: columns, tolerance: limit, q01: q01, q99: q99)
    } catch {
      throw rule.error(error.description)
    }
  }
}

extension ManifestNode {
  /// The columns that a text such as `:6` names, at least one.
  fileprivate func columnRange(of width: Int) throws(ManifestError) -> Range<Int> {
    let prefix = "action["
    let text = place.advanced(by: textOffset)
    let parsed = try ExpressionParser.parse(prefix + string() + "]", at: text.advanced(by: -prefix.count))
    guard case .slice(let base, let start, let stop) = parsed.expression.form, case .feature = base.form else {
      throw error("expected a range of columns, as in `\":6\"`")
    }
    let expression = Expression(form: parsed.expression.form, offset: 0)
    let inference = TypeInference(part: ManifestPart(expression: expression, place: text)) {
      (_, _) throws(ManifestError) in nil
    }
    let range = try inference.columns(start, stop, of: width, expression)
    guard !range.isEmpty else { throw error("this names no columns; give at least one, as in `\":6\"`") }
    return range
  }

  /// A list of `count` finite float32 numbers.
  fileprivate func quantiles(count: Int) throws(ManifestError) -> [Float] {
    let entries = try list()
    guard entries.count == count else {
      throw error("\(entries.count) numbers for \(count) columns; give one for each")
    }
    var values: [Float] = []
    for entry in entries {
      let value = Float(try entry.number())
      guard value.isFinite else { throw entry.error("a number that float32 cannot hold") }
      values.append(value)
    }
    return values
  }
}
