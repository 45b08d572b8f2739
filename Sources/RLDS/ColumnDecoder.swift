internal import ByteIO
internal import TFRecord
internal import TensorFiles

/// Decodes the features of one Example as their declarations say (facts: TFDS's example serialiser).
struct ColumnDecoder {
  let example: Example
  let place: EpisodePlace
  let decoder: FeatureDecoder

  /// Returns all values of `feature`.
  func column(_ feature: DeclaredFeature) throws(EpisodeError) -> FeatureColumn {
    let leaf = feature.leaf
    if leaf.storesShape { return try shapedColumn(feature) }
    let stored = try storedValues(feature, key: feature.path)
    switch (leaf.form, leaf.type) {
    case (.image, _):
      let images = try strings(stored.list, feature)
      return FeatureColumn(
        feature: feature, items: .images(images), lengths: try lengths(stored, feature, count: images.count))
    case (.bytes, .number(let dtype)), (.zlib, .number(let dtype)):
      let values = try strings(stored.list, feature)
      let lengths = try lengths(stored, feature, count: values.count)
      return try encodedColumn(feature, dtype, values, shapes: nil, lengths: lengths)
    case (_, .string):
      let values = try strings(stored.list, feature)
      let shape = try resolvedShape(feature, found: values.count)
      guard let perValue = checkedProduct(shape) else { throw failure(.unsupported("the shape is too large"), feature) }
      let count = try valueCount(feature, found: values.count, perValue: perValue)
      return FeatureColumn(
        feature: feature, items: .strings(values, perValue: perValue),
        lengths: try lengths(stored, feature, count: count))
    case (.plain, .number(let dtype)):
      let (bytes, found) = try numbers(stored.list, dtype, feature)
      let shape = try resolvedShape(feature, found: found)
      guard let perValue = checkedProduct(shape) else { throw failure(.unsupported("the shape is too large"), feature) }
      let count = try valueCount(feature, found: found, perValue: perValue)
      return FeatureColumn(
        feature: feature, items: .numbers(HostTensor(dtype, [count] + shape, bytes)),
        lengths: try lengths(stored, feature, count: count))
    }
  }

  /// What an Example stores for one leaf: its flat values, and the row lengths of the inner sequences.
  private struct StoredValues {
    let list: ExampleFeature
    /// Outermost first, without that of the outermost sequence; `nil` when values are stored plainly.
    let rowLengths: [[Int]]?
  }

  private func storedValues(_ feature: DeclaredFeature, key: String) throws(EpisodeError) -> StoredValues {
    if feature.levels.count >= 2, let list = example.feature(key + "/ragged_flat_values") {
      var rowLengths: [[Int]] = []
      for level in 0..<feature.levels.count - 1 {
        guard let lengths = example.feature(key + "/ragged_row_lengths_\(level)") else {
          throw failure(.missingFeature, feature)
        }
        var level: [Int] = []
        for length in try integers(lengths, feature) {
          guard length >= 0, let count = Int(exactly: length) else { throw failure(.negativeLength(length), feature) }
          level.append(count)
        }
        rowLengths.append(level)
      }
      return StoredValues(list: list, rowLengths: rowLengths)
    }
    guard let list = example.feature(key) else { throw failure(.missingFeature, feature) }
    return StoredValues(list: list, rowLengths: nil)
  }

  /// Returns the row lengths of all sequences around `count` values, checked against each other.
  private func lengths(
    _ stored: StoredValues, _ feature: DeclaredFeature, count: Int
  ) throws(EpisodeError) -> [[Int]] {
    guard !feature.levels.isEmpty else {
      guard count == 1 else { throw failure(.single(found: count, expected: 1), feature) }
      return []
    }
    if let rows = stored.rowLengths {
      var result = [[rows.first?.count ?? count]]
      for (level, lengths) in rows.enumerated() {
        var sum = 0
        for length in lengths {
          let (next, overflow) = sum.addingReportingOverflow(length)
          guard !overflow else { throw failure(.raggedLengths(sum: .max, found: count), feature) }
          sum = next
        }
        let expected = level + 1 < rows.count ? rows[level + 1].count : count
        guard sum == expected else { throw failure(.raggedLengths(sum: sum, found: expected), feature) }
        result.append(lengths)
      }
      return result
    }
    // Stored plainly: every inner sequence has a fixed length.
    var perRow = 1
    for length in feature.levels.dropFirst() {
      guard let length else { throw failure(.missingFeature, feature) }
      let (product, overflow) = perRow.multipliedReportingOverflow(by: length)
      guard !overflow else { throw failure(.unsupported("the sequence is too long"), feature) }
      perRow = product
    }
    var rows = try valueCount(feature, found: count, perValue: perRow)
    if let length = feature.levels[0], length != rows { throw failure(.rows(found: rows, expected: length), feature) }
    var result = [[rows]]
    for length in feature.levels.dropFirst().compactMap(\.self) {
      result.append([Int](repeating: length, count: rows))
      rows *= length
    }
    return result
  }

  /// A leaf of two or more open dimensions: `key/shape` and `key/value`.
  private func shapedColumn(_ feature: DeclaredFeature) throws(EpisodeError) -> FeatureColumn {
    guard case .number(let dtype) = feature.leaf.type else {
      throw failure(.unsupported("strings cannot be encoded"), feature)
    }
    let stored = try storedValues(feature, key: feature.path + "/value")
    let values = try strings(stored.list, feature)
    let lengths = try lengths(stored, feature, count: values.count)
    let shapes = try integers(try storedValues(feature, key: feature.path + "/shape").list, feature)
    let rank = feature.leaf.shape.count
    guard shapes.count == values.count * rank else {
      throw failure(.raggedLengths(sum: values.count * rank, found: shapes.count), feature)
    }
    return try encodedColumn(feature, dtype, values, shapes: shapes, lengths: lengths)
  }

  /// Values that are byte strings each; `shapes` has the stored shapes one after another.
  private func encodedColumn(
    _ feature: DeclaredFeature, _ dtype: DType, _ values: [Bytes], shapes: [Int64]?, lengths: [[Int]]
  ) throws(EpisodeError) -> FeatureColumn {
    let rank = feature.leaf.shape.count
    if shapes == nil, let shape = feature.leaf.fixedShape {
      guard let size = TensorDeclaration("", dtype, shape).byteCount else {
        throw failure(.unsupported("the shape is too large"), feature)
      }
      var all: [UInt8] = []
      for (index, value) in values.enumerated() {
        let bytes = try plainBytes(value, feature, index, exactly: size)
        bytes.append(to: &all)
      }
      return FeatureColumn(
        feature: feature, items: .numbers(HostTensor(dtype, [values.count] + shape, Bytes(all))), lengths: lengths)
    }
    var tensors: [HostTensor] = []
    for (index, value) in values.enumerated() {
      if let shapes {
        let stored = Array(shapes[index * rank..<(index + 1) * rank])
        let shape = stored.compactMap { Int(exactly: $0) }
        let fits = zip(stored, feature.leaf.shape).allSatisfy { $0 >= 0 && ($1 == nil || $1.map(Int64.init) == $0) }
        guard fits, shape.count == rank, let size = TensorDeclaration("", dtype, shape).byteCount else {
          throw failure(.storedShape(stored), feature, index)
        }
        tensors.append(HostTensor(dtype, shape, try plainBytes(value, feature, index, exactly: size)))
      } else {
        let bytes = try plainBytes(value, feature, index, exactly: nil)
        guard bytes.count % dtype.byteCount == 0 else {
          throw failure(.encodedSize(expected: dtype.byteCount, found: bytes.count), feature, index)
        }
        tensors.append(
          HostTensor(dtype, try resolvedShape(feature, found: bytes.count / dtype.byteCount), bytes))
      }
    }
    return FeatureColumn(feature: feature, items: .tensors(tensors), lengths: lengths)
  }

  /// Returns the bytes of one encoded value, inflated where needed; no more than it can honestly hold.
  private func plainBytes(
    _ value: Bytes, _ feature: DeclaredFeature, _ index: Int, exactly size: Int?
  ) throws(EpisodeError) -> Bytes {
    var bytes = value
    if feature.leaf.form == .zlib {
      // Without a known size an honest encoder's output bounds it: zlib's ratio, and a ceiling for bombs.
      let limit = size ?? min(value.count * Inflater.maximumRatio, 1 << 28)
      do { bytes = Bytes(try Inflater.inflate(value, limit: limit)) } catch {
        throw failure(.inflating(error), feature, index)
      }
    }
    if let size, bytes.count != size { throw failure(.encodedSize(expected: size, found: bytes.count), feature, index) }
    return bytes
  }

  /// Returns the leaf's shape with its open dimension worked out from `found` elements.
  private func resolvedShape(_ feature: DeclaredFeature, found: Int) throws(EpisodeError) -> [Int] {
    if let shape = feature.leaf.fixedShape { return shape }
    guard feature.levels.isEmpty || feature.leaf.form != .plain, feature.leaf.shape.filter({ $0 == nil }).count == 1
    else { throw failure(.unsupported("open dimensions need an encoding (bytes or zlib)"), feature) }
    guard let known = checkedProduct(feature.leaf.shape.map { $0 ?? 1 }), known > 0, found % known == 0 else {
      throw failure(.openShape(found: found, known: feature.leaf.shape.reduce(1) { $0 &* ($1 ?? 1) }), feature)
    }
    return feature.leaf.shape.map { $0 ?? found / known }
  }

  /// Returns how many values `found` elements make up: one outside of sequences, even when it is empty.
  private func valueCount(_ feature: DeclaredFeature, found: Int, perValue: Int) throws(EpisodeError) -> Int {
    if feature.levels.isEmpty {
      guard found == perValue else { throw failure(.single(found: found, expected: perValue), feature) }
      return 1
    }
    guard perValue == 0 ? found == 0 : found % perValue == 0 else {
      throw failure(.count(found: found, perValue: perValue), feature)
    }
    return perValue == 0 ? 0 : found / perValue
  }

  private func strings(_ list: ExampleFeature, _ feature: DeclaredFeature) throws(EpisodeError) -> [Bytes] {
    do { return try list.byteStrings() } catch { throw failure(.example(error), feature) }
  }

  private func integers(_ list: ExampleFeature, _ feature: DeclaredFeature) throws(EpisodeError) -> [Int64] {
    do { return try list.integers(using: decoder) } catch { throw failure(.example(error), feature) }
  }

  /// Returns the numbers of `list` as bytes of `dtype`, and how many they are.
  ///
  /// Integers are cut to the declared width and booleans are what is not zero, as TensorFlow casts them.
  private func numbers(
    _ list: ExampleFeature, _ dtype: DType, _ feature: DeclaredFeature
  ) throws(EpisodeError) -> (Bytes, Int) {
    if dtype.isFloatingPoint {
      let values: [Float]
      do { values = try list.floats(using: decoder) } catch { throw failure(.example(error), feature) }
      switch dtype {
      case .float64: return (Bytes(values: values.map(Double.init)), values.count)
      case .float16: return (Bytes(values: values.map(Float16.init)), values.count)
      case .bfloat16: return (Bytes(values: values.map(Self.bfloat16)), values.count)
      default: return (Bytes(values: values), values.count)
      }
    }
    let values = try integers(list, feature)
    func cut<T: FixedWidthInteger & BitwiseCopyable>(to type: T.Type) -> (Bytes, Int) {
      (Bytes(values: values.map { T(truncatingIfNeeded: $0) }), values.count)
    }
    switch dtype {
    case .bool: return (Bytes(values: values.map { $0 == 0 ? UInt8(0) : 1 }), values.count)
    case .uint8: return cut(to: UInt8.self)
    case .int8: return cut(to: Int8.self)
    case .uint16: return cut(to: UInt16.self)
    case .int16: return cut(to: Int16.self)
    case .uint32: return cut(to: UInt32.self)
    case .int32: return cut(to: Int32.self)
    case .uint64: return cut(to: UInt64.self)
    default: return (Bytes(values: values), values.count)
    }
  }

  /// Returns the upper half of `value`, rounded to nearest even.
  private static func bfloat16(_ value: Float) -> UInt16 {
    guard !value.isNaN else { return 0x7FC0 }
    let bits = value.bitPattern
    return UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16)
  }

  private func failure(_ reason: EpisodeError.Reason, _ feature: DeclaredFeature, _ value: Int? = nil) -> EpisodeError {
    EpisodeError(reason, at: place, feature: feature.path, step: feature.isPerStep ? value : nil)
  }
}
