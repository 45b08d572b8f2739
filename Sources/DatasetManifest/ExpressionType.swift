internal import ManifestSyntax

/// What is known of an expression's value before any data is read.
struct ExpressionType: Equatable {
  var kind: NumberKind
  /// The shape of one row, nil where a size is not known.
  var shape: [Int?]

  /// How many columns a value takes when it is joined with others.
  enum Columns: Equatable {
    case known(Int)
    case unknown
    /// It has more axes than columns.
    case none
  }

  /// The columns when joined; one number per row is one column.
  var columns: Columns {
    switch shape.count {
    case 0: return .known(1)
    case 1: return shape[0].map { .known($0) } ?? .unknown
    default: return .none
    }
  }

  /// How many numbers a row has, where known.
  var size: Int? {
    shape.reduce(1) { product, size in
      guard let product, let size else { return nil }
      let (next, overflows) = product.multipliedReportingOverflow(by: size)
      return overflows ? nil : next
    }
  }
}

/// Works out the type of expressions from those of features, and finds what cannot work.
struct TypeInference {
  /// The numeric type of a feature, nil for byte strings.
  typealias Lookup = (FeaturePath, ManifestPlace) throws(ManifestError) -> ExpressionType?

  let part: ManifestPart
  let lookup: Lookup

  /// The type of the part's value.
  func type() throws(ManifestError) -> ExpressionType { try type(of: part.expression) }

  private func error(_ expression: Expression, _ problem: String) -> ManifestError {
    ManifestError(place: part.place(of: expression), problem)
  }

  private func type(of expression: Expression) throws(ManifestError) -> ExpressionType {
    switch expression.form {
    case .feature(let path):
      guard let type = try lookup(path, part.place(of: expression)) else {
        throw error(
          expression, "\(quoted(path.manifestForm)) holds byte strings, not numbers; inflate(…) unpacks them")
      }
      return type
    case .slice(let base, let start, let stop):
      var type = try type(of: base)
      guard let last = type.shape.last else {
        throw error(expression, "bad slice: there is one number per step, no columns")
      }
      if let width = last {
        let range = try columns(start, stop, of: width, expression)
        type.shape[type.shape.count - 1] = range.count
      } else {
        type.shape[type.shape.count - 1] = nil
      }
      return type
    case .index(let base, let index):
      var type = try type(of: base)
      guard let last = type.shape.popLast() else {
        throw error(expression, "bad index: there is one number per step, no columns")
      }
      if let width = last { _ = try column(index, of: width, expression) }
      return type
    case .call(let operation, let values, let numbers):
      return try type(of: operation, values, numbers, expression)
    }
  }

  /// The columns that a slice names.
  func columns(
    _ start: Int?, _ stop: Int?, of width: Int, _ expression: Expression
  ) throws(ManifestError) -> Range<Int> {
    let first = start.map { $0 < 0 ? $0 + width : $0 } ?? 0
    let end = stop.map { $0 < 0 ? $0 + width : $0 } ?? width
    guard 0 <= first, first <= end, end <= width else {
      let written = "[\(start.map(String.init) ?? ""):\(stop.map(String.init) ?? "")]"
      throw error(expression, "bad slice \(written): there are \(width) columns")
    }
    return first..<end
  }

  /// The column that an index names.
  func column(_ index: Int, of width: Int, _ expression: Expression) throws(ManifestError) -> Int {
    let column = index < 0 ? index + width : index
    guard (0..<width).contains(column) else {
      throw error(expression, "bad index [\(index)]: there are \(width) columns")
    }
    return column
  }

  private func type(
    of operation: Operation, _ values: [Expression], _ numbers: [Double], _ expression: Expression
  ) throws(ManifestError) -> ExpressionType {
    switch operation {
    case .zeros, .ones, .pad: return ExpressionType(kind: .float32, shape: [Int(numbers[0])])
    case .inflate: return try inflated(values[0], columns: Int(numbers[0]), expression)
    case .codePoints:
      throw error(expression, "code_points makes a text, not numbers; it belongs under `language`")
    case .concat: return try joined(values, expression)
    default: break
    }
    if operation == .wristFrame, let rotation = operation.rotation {
      return try wristFrame(values, rotation, expression)
    }
    var type = try type(of: values[0])
    if operation == .float {
      type.kind = .float32
      return type
    }
    if operation == .flatten {
      type.shape = [type.size]
      return type
    }
    guard type.kind.isFloating else {
      throw error(
        expression,
        "\(operation.rawValue) takes floating-point values, found \(type.kind.rawValue); wrap them in float(…)"
      )
    }
    if let rotation = operation.rotation {
      guard let shape = rotation.shape(from: type.shape) else {
        throw error(
          expression, "\(operation.rawValue) takes \(rotation.words), found shape \(describe(type.shape))")
      }
      type.shape = shape
    }
    if operation == .binarizeGripper || operation == .relativeToAbsoluteGripper {
      if operation == .binarizeGripper, type.kind != .float32 {
        throw error(
          expression,
          "binarize_gripper takes float32 values, found \(type.kind.rawValue); wrap them in float(…)")
      }
      guard type.columns == .known(1) || type.columns == .unknown else {
        throw error(expression, "\(operation.rawValue) takes one column, found shape \(describe(type.shape))")
      }
      type.kind = .float32
    }
    return type
  }

  private func wristFrame(
    _ values: [Expression], _ rotation: RotationSignature, _ expression: Expression
  ) throws(ManifestError) -> ExpressionType {
    let types = [try type(of: values[0]), try type(of: values[1])]
    for (value, type) in zip(values, types) {
      guard type.kind.isFloating else {
        throw error(
          value, "wrist_frame takes floating-point values, found \(type.kind.rawValue); wrap them in float(…)")
      }
      guard type.shape.count == 1, type.shape[0] == nil || type.shape[0] == 6 else {
        throw error(
          value, "wrist_frame takes \(rotation.words), found shape \(describe(type.shape))")
      }
    }
    guard types[0].kind == types[1].kind else {
      throw error(
        expression,
        "wrist_frame takes values of one precision, found \(types[0].kind.rawValue) and "
          + "\(types[1].kind.rawValue); wrap them in float(…)")
    }
    return ExpressionType(kind: types[0].kind, shape: rotation.output)
  }

  private func inflated(
    _ value: Expression, columns: Int, _ expression: Expression
  ) throws(ManifestError) -> ExpressionType {
    guard case .feature(let path) = value.form else {
      throw error(value, "inflate takes a feature path")
    }
    if let type = try lookup(path, part.place(of: value)) {
      // The reader has unpacked it already.
      if let size = type.size, size != columns {
        throw error(
          expression, "inflate expects \(columns) columns, but the feature has shape \(describe(type.shape))")
      }
    }
    return ExpressionType(kind: .float32, shape: [columns])
  }

  private func joined(_ values: [Expression], _ expression: Expression) throws(ManifestError)
    -> ExpressionType
  {
    var total: Int? = 0
    var kind = NumberKind.float32
    for value in values {
      let type = try type(of: value)
      switch type.columns {
      case .known(let width): total = total.map { $0 + width }
      case .unknown: total = nil
      case .none:
        throw error(value, "a shape of \(describe(type.shape)) cannot be joined; slice it or use flatten(…)")
      }
      if type.kind == .float64 { kind = .float64 }
    }
    return ExpressionType(kind: kind, shape: [total])
  }
}

/// Returns `[3, ?]` for a shape.
func describe(_ shape: [Int?]) -> String {
  "[" + shape.map { $0.map(String.init) ?? "?" }.joined(separator: ", ") + "]"
}
