internal import ManifestSyntax

/// Values of an expression: one row per step that is left after `drop.first`.
struct Rows {
  var kind: NumberKind
  var shape: [Int]
  var values: [Double]

  /// How many numbers a row has.
  var width: Int { shape.reduce(1, *) }
  var type: ExpressionType { ExpressionType(kind: kind, shape: shape) }

  /// Applies `operation` to every value, rounding to float32 where that is the kind.
  func mapping(_ operation: (Double) -> Double) -> Rows {
    var result = self
    result.values = kind == .float32 ? values.map { Double(Float(operation($0))) } : values.map(operation)
    return result
  }

  /// The columns `range` of the last axis.
  func columns(_ range: Range<Int>) -> [Double] {
    let last = shape[shape.count - 1]
    var result: [Double] = []
    result.reserveCapacity(last == 0 ? 0 : values.count / last * range.count)
    for start in stride(from: 0, to: values.count, by: max(last, 1)) {
      result.append(contentsOf: values[start + range.lowerBound..<start + range.upperBound])
    }
    return result
  }
}

/// Evaluates expressions on the features of one episode.
struct Evaluation<Episode: EpisodeFeatures> {
  let reader: FeatureReader<Episode>
  let part: ManifestPart

  /// The rows of the part's value, after checking that its types fit.
  func rows() throws -> Rows {
    let reader = reader
    let inference = TypeInference(part: part) { path, place throws(ManifestError) in
      try reader.type(of: path, at: place)
    }
    _ = try inference.type()
    return try rows(of: part.expression, inference)
  }

  private func rows(of expression: Expression, _ inference: TypeInference) throws -> Rows {
    switch expression.form {
    case .feature(let path):
      return try reader.rows(of: path, at: part.place(of: expression))
    case .slice(let base, let start, let stop):
      var rows = try rows(of: base, inference)
      let range = try inference.columns(start, stop, of: rows.shape[rows.shape.count - 1], expression)
      rows.values = rows.columns(range)
      rows.shape[rows.shape.count - 1] = range.count
      return rows
    case .index(let base, let index):
      var rows = try rows(of: base, inference)
      let column = try inference.column(index, of: rows.shape[rows.shape.count - 1], expression)
      rows.values = rows.columns(column..<column + 1)
      rows.shape.removeLast()
      return rows
    case .call(let operation, let values, let numbers):
      return try rows(of: operation, values, numbers, expression, inference)
    }
  }

  private func rows(
    of operation: Operation, _ values: [Expression], _ numbers: [Double], _ expression: Expression,
    _ inference: TypeInference
  ) throws -> Rows {
    switch operation {
    case .zeros, .pad: return constant(0, columns: Int(numbers[0]))
    case .ones: return constant(1, columns: Int(numbers[0]))
    case .concat: return joined(try values.map { try rows(of: $0, inference) })
    case .inflate:
      return try reader.inflated(
        values[0].features[0], columns: Int(numbers[0]), at: part.place(of: expression))
    default: break
    }
    if let rotation = operation.rotation {
      let parts = try values.map { try rows(of: $0, inference) }
      return (parts.count == 1 ? parts[0] : joined(parts)).rotated(by: operation, rotation)
    }
    var value = try rows(of: values[0], inference)
    switch operation {
    case .invert: return value.mapping { 1 - $0 }
    case .clip:
      let (low, high) = (rounded(numbers[0], value.kind), rounded(numbers[1], value.kind))
      return value.mapping { $0 < low ? low : $0 > high ? high : $0 }
    case .scale:
      let factor = rounded(numbers[0], value.kind)
      return value.mapping { $0 * factor }
    case .float:
      value.kind = .float32
      return value.mapping { $0 }
    case .flatten: value.shape = [value.width]
    case .difference:
      let (width, all) = (value.width, value.values)
      value.values = (0..<max(0, all.count - width)).map { all[$0 + width] - all[$0] }
      return value.mapping { $0 }
    case .binarizeGripper, .relativeToAbsoluteGripper:
      guard !value.values.isEmpty else {
        throw ManifestError(
          place: part.place(of: expression),
          "\(operation.rawValue) has no steps to work on; leave the episode out")
      }
      value.values =
        operation == .binarizeGripper
        ? binarizedGripper(value.values) : absoluteGripper(value.values, kind: value.kind)
      value.kind = .float32
    default: break
    }
    return value
  }

  private func constant(_ number: Double, columns: Int) -> Rows {
    Rows(
      kind: .float32, shape: [columns], values: [Double](repeating: number, count: columns * reader.rowCount))
  }

  private func rounded(_ number: Double, _ kind: NumberKind) -> Double {
    kind == .float32 ? Double(Float(number)) : number
  }
}

/// Joins values on their columns; rows beyond the shortest are left out.
func joined(_ parts: [Rows]) -> Rows {
  let width = parts.reduce(0) { $0 + $1.width }
  let count = parts.filter { $0.width > 0 }.map { $0.values.count / $0.width }.min() ?? 0
  var values: [Double] = []
  values.reserveCapacity(width * count)
  for row in 0..<count {
    for part in parts {
      values.append(contentsOf: part.values[row * part.width..<(row + 1) * part.width])
    }
  }
  let isWide = parts.contains { $0.kind == .float64 }
  return Rows(kind: isWide ? .float64 : .float32, shape: [width], values: values)
}
