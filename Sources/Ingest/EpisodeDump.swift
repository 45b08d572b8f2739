public import ByteIO
internal import ImageCodec
public import RLDS
internal import TFRecord
public import TensorFiles

/// Every feature of one episode as tensors, decoded, named by feature path (docs/formats.md, "dump").
public struct EpisodeDump: Sendable {
  public private(set) var tensors: [(name: String, tensor: HostTensor)] = []
  public let metadata: [String: String]

  /// Decodes all features of the episode in `payload`.
  ///
  /// - Throws: `EpisodeError`.
  public init(_ payload: Bytes, at place: EpisodePlace, schema: EpisodeSchema) throws {
    let episode = try Episode(payload, at: place, schema: schema, decoder: FeatureDecoder())
    metadata = ["format": "armature.dump/1", "steps": "\(episode.stepCount)", "record": "\(place.record)"]
    for feature in schema.features {
      guard let column = try episode.column(feature.path) else { continue }
      try append(column, at: place)
    }
  }

  /// Takes the lists of an Example as they are, when nothing declares what they mean.
  ///
  /// - Throws: `ExampleError` with the place.
  public init(rawExample payload: Bytes, at place: EpisodePlace) throws {
    metadata = ["format": "armature.dump/1", "record": "\(place.record)"]
    let decoder = FeatureDecoder()
    do {
      let example = try Example(parsing: payload)
      for name in example.names {
        guard let feature = example.feature(name) else { continue }
        switch try feature.kind() {
        case .byteStrings: appendStrings(name, try feature.byteStrings())
        case .floats:
          let values = try feature.floats(using: decoder)
          tensors.append((name, HostTensor(.float32, [values.count], values: values)))
        case .integers:
          let values = try feature.integers(using: decoder)
          tensors.append((name, HostTensor(.int64, [values.count], values: values)))
        case .empty: tensors.append((name, HostTensor(.float32, [0], values: [Float]())))
        }
      }
    } catch { throw EpisodeError(.example(error), at: place) }
  }

  /// Writes the tensors to the safetensors file at `path`.
  public func write(to path: String) throws { try writeTensors(tensors, metadata: metadata, to: path) }

  private mutating func appendStrings(_ name: String, _ strings: [Bytes], content: String = ".bytes") {
    var bytes: [UInt8] = []
    var offsets: [UInt64] = [0]
    for string in strings {
      string.append(to: &bytes)
      offsets.append(UInt64(bytes.count))
    }
    tensors.append((name + content, HostTensor(.uint8, [bytes.count], values: bytes)))
    tensors.append((name + ".offsets", HostTensor(.uint64, [offsets.count], values: offsets)))
  }

  private mutating func append(_ column: FeatureColumn, at place: EpisodePlace) throws {
    let feature = column.feature
    // The lengths of the sequences inside a step, or inside the episode's metadata.
    let inner = feature.isPerStep ? Array(column.lengths.dropFirst()) : column.lengths
    let rows = feature.isPerStep ? column.rowRanges : [0..<column.count]
    switch column.items {
    case .strings(let strings, _):
      guard feature.isPerStep, !inner.isEmpty else { return appendStrings(feature.path, strings) }
      appendStrings(feature.path, strings, content: ".values")
      appendLengths(feature.path, inner)
    case .numbers(let tensor):
      let shape = Array(tensor.shape.dropFirst())
      let values = Values(dtype: tensor.dtype, bytes: tensor.bytes, shapes: .all(shape, count: column.count))
      append(values, feature, rows: rows, inner: inner)
    case .images(let images):
      var decoded: [HostTensor] = []
      for (index, image) in images.enumerated() {
        do { decoded.append(try feature.leaf.decodedImage(image)) } catch {
          let step = feature.isPerStep ? rows.firstIndex { $0.contains(index) } : nil
          throw EpisodeError(.image(error), at: place, feature: feature.path, step: step)
        }
      }
      append(Values(decoded, like: feature.leaf), feature, rows: rows, inner: inner)
    case .tensors(let values):
      append(Values(values, like: feature.leaf), feature, rows: rows, inner: inner)
    }
  }

  /// Numbers of many values one after another, with the shape of each.
  private struct Values {
    enum Shapes {
      case all([Int], count: Int)
      case each([[Int]])
    }

    let dtype: DType
    let bytes: Bytes
    let shapes: Shapes

    init(dtype: DType, bytes: Bytes, shapes: Shapes) {
      self.dtype = dtype
      self.bytes = bytes
      self.shapes = shapes
    }

    init(_ tensors: [HostTensor], like leaf: FeatureLeaf) {
      var all: [UInt8] = []
      for tensor in tensors { tensor.bytes.append(to: &all) }
      var dtype = DType.uint8
      if case .number(let declared) = leaf.type { dtype = declared }
      let shapes = tensors.map(\.shape)
      let first = shapes.first ?? leaf.shape.map { $0 ?? 0 }
      let isUniform = shapes.allSatisfy { $0 == first }
      self.init(
        dtype: dtype, bytes: Bytes(all), shapes: isUniform ? .all(first, count: tensors.count) : .each(shapes))
    }

    /// The shape of the value at `index`.
    func shape(_ index: Int) -> [Int] {
      switch shapes {
      case .all(let shape, _): shape
      case .each(let shapes): shapes[index]
      }
    }
  }

  private mutating func append(_ values: Values, _ feature: DeclaredFeature, rows: [Range<Int>], inner: [[Int]]) {
    let steps = feature.isPerStep ? [rows.count] : []
    let innerLengths = inner.map { Set($0) }
    if case .all(let shape, _) = values.shapes, innerLengths.allSatisfy({ $0.count == 1 }) {
      let lengths = innerLengths.compactMap(\.first)
      tensors.append((feature.path, HostTensor(values.dtype, steps + lengths + shape, values.bytes)))
      return
    }
    let count = values.bytes.count / values.dtype.byteCount
    tensors.append((feature.path + ".values", HostTensor(values.dtype, [count], values.bytes)))
    if inner.isEmpty {
      appendShapes(feature.path, rows.map { values.shape($0.lowerBound) }, rank: feature.leaf.shape.count)
    } else if inner.count == 1, case .all(let shape, _) = values.shapes {
      appendShapes(feature.path, rows.map { [$0.count] + shape }, rank: shape.count + 1)
    } else {
      // Sequences inside sequences: the shape of each value, and the lengths of each level.
      let indices = 0..<(rows.last?.upperBound ?? 0)
      appendShapes(feature.path, indices.map(values.shape), rank: feature.leaf.shape.count)
      for (level, lengths) in inner.enumerated() { appendLevel(feature.path, level, lengths) }
    }
  }

  /// Adds how many strings each step has, `[T, 1]`, and for deeper lists the lengths of each level.
  private mutating func appendLengths(_ name: String, _ inner: [[Int]]) {
    if inner.count == 1 {
      appendShapes(name, inner[0].map { [$0] }, rank: 1)
    } else {
      for (level, lengths) in inner.enumerated() { appendLevel(name, level, lengths) }
    }
  }

  private mutating func appendShapes(_ name: String, _ shapes: [[Int]], rank: Int) {
    let values = shapes.flatMap { $0.map(Int64.init) }
    tensors.append((name + ".shapes", HostTensor(.int64, [shapes.count, rank], values: values)))
  }

  private mutating func appendLevel(_ name: String, _ level: Int, _ lengths: [Int]) {
    let values = lengths.map(Int64.init)
    tensors.append((name + ".row_lengths_\(level)", HostTensor(.int64, [lengths.count], values: values)))
  }
}
