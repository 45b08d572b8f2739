internal import ByteIO
internal import DatasetManifest
internal import ManifestSyntax
internal import RLDS
internal import TensorFiles

/// An RLDS episode as a dataset manifest reads it.
struct RLDSEpisodeFeatures: EpisodeFeatures {
  let episode: Episode
  let schema: EpisodeSchema

  var stepCount: Int { episode.stepCount }
  var featureNames: [String] { schema.features.map(\.path) }

  func values(of path: FeaturePath) throws -> FeatureValues? {
    guard let column = try episode.column(path.name) else { return nil }
    func unsupported(_ what: String) -> EpisodeError {
      EpisodeError(.unsupported(what), at: episode.place, feature: path.name)
    }
    // Lists inside a step count as dimensions when all are equally long.
    var shape: [Int] = []
    for lengths in column.feature.isPerStep ? Array(column.lengths.dropFirst()) : column.lengths {
      let different = Set(lengths)
      guard different.count <= 1 else { throw unsupported("lists of different lengths cannot be used in a manifest") }
      shape.append(different.first ?? 0)
    }
    switch column.items {
    case .numbers(let tensor):
      shape += tensor.shape.dropFirst()
      return .numbers(NumberArray(kind: tensor.dtype.numberKind, shape: shape, values: tensor.doubles))
    case .strings(let strings, _):
      return .strings(strings.map(\.array))
    case .tensors(let tensors):
      guard let first = tensors.first else {
        return .numbers(NumberArray(kind: .float32, shape: shape, values: []))
      }
      guard tensors.allSatisfy({ $0.shape == first.shape }) else {
        throw unsupported("tensors of different shapes cannot be used in a manifest")
      }
      return .numbers(
        NumberArray(kind: first.dtype.numberKind, shape: shape + first.shape, values: tensors.flatMap(\.doubles)))
    case .images: throw unsupported("it is an image; name it under `views` or `depth`")
    }
  }
}

extension DType {
  /// How a manifest's arithmetic treats numbers of this type.
  var numberKind: NumberKind {
    switch self {
    case .bool: .bool
    case .float64: .float64
    case .float32, .float16, .bfloat16: .float32
    default: .integer
    }
  }
}

extension HostTensor {
  /// The elements as float64; exact but for integers beyond 2⁵³.
  var doubles: [Double] {
    switch dtype {
    case .bool, .uint8: bytes.values(as: UInt8.self).map(Double.init)
    case .int8: bytes.values(as: Int8.self).map(Double.init)
    case .uint16: bytes.values(as: UInt16.self).map(Double.init)
    case .int16: bytes.values(as: Int16.self).map(Double.init)
    case .uint32: bytes.values(as: UInt32.self).map(Double.init)
    case .int32: bytes.values(as: Int32.self).map(Double.init)
    case .uint64: bytes.values(as: UInt64.self).map(Double.init)
    case .int64: bytes.values(as: Int64.self).map(Double.init)
    case .float16: bytes.values(as: Float16.self).map(Double.init)
    case .bfloat16: bytes.values(as: UInt16.self).map { Double(Float(bitPattern: UInt32($0) << 16)) }
    case .float32: bytes.values(as: Float.self).map(Double.init)
    case .float64: bytes.values(as: Double.self)
    }
  }
}

extension DatasetManifest {
  /// Checks the manifest against the features that a dataset declares, and returns the widths of action and proprio.
  func check(against features: [DeclaredFeature]) throws -> StandardizedWidths {
    try check(against: features.map { FeatureDeclaration(name: $0.path, form: $0.manifestForm) })
  }

  /// Everything in which the features that a dataset declares do not fit the manifest.
  func problems(against features: [DeclaredFeature]) -> [String] {
    problems(against: features.map { FeatureDeclaration(name: $0.path, form: $0.manifestForm) }).map(\.description)
  }
}

extension DeclaredFeature {
  /// What a manifest may take the feature for.
  fileprivate var manifestForm: FeatureDeclaration.Form {
    let inner = Array(levels.dropFirst(isPerStep ? 1 : 0))
    if leaf.isImage { return inner.isEmpty ? .image : .other("a sequence of images") }
    switch leaf.type {
    case .string: return inner.isEmpty && leaf.shape.isEmpty ? .strings : .other("a list of texts")
    case .number(let dtype): return .numbers(dtype.numberKind, shape: inner + leaf.shape)
    }
  }
}
