public import ByteIO
public import TFRecord

/// One episode: a record whose features are decoded when they are asked for.
public struct Episode {
  public let place: EpisodePlace
  /// The number of steps.
  public let stepCount: Int
  private let features: EpisodeSchema
  private let columns: ColumnDecoder

  /// Opens the episode in `payload`.
  ///
  /// - Throws: `EpisodeError` when the payload is no Example or has no steps to count.
  /// - Complexity: O(features); values are decoded later.
  public init(
    _ payload: Bytes, at place: EpisodePlace, schema: EpisodeSchema, decoder: FeatureDecoder
  ) throws(EpisodeError) {
    let example: Example
    do { example = try Example(parsing: payload) } catch { throw EpisodeError(.example(error), at: place) }
    self.place = place
    features = schema
    let columns = ColumnDecoder(example: example, place: place, decoder: decoder)
    self.columns = columns
    if let counter = schema.counter {
      stepCount = try columns.column(counter).lengths.first?.first ?? 0
    } else {
      stepCount = 0
    }
  }

  /// Returns all values of the feature at `path`, or `nil` where the dataset declares none.
  ///
  /// - Throws: `EpisodeError` when the record lacks it, or what it holds does not fit the declaration or
  ///   the number of steps.
  public func column(_ path: String) throws(EpisodeError) -> FeatureColumn? {
    guard let feature = features.feature(path) else { return nil }
    let column = try columns.column(feature)
    if feature.isPerStep, let rows = column.lengths.first?.first, rows != stepCount {
      throw EpisodeError(.rows(found: rows, expected: stepCount), at: place, feature: path)
    }
    return column
  }
}

/// The features of a dataset, for looking up by path.
public struct EpisodeSchema: Sendable {
  /// Sorted by path.
  public let features: [DeclaredFeature]
  private let byPath: [String: DeclaredFeature]
  /// The feature that tells the number of steps: the cheapest to decode.
  let counter: DeclaredFeature?

  public init(_ features: [DeclaredFeature]) {
    self.features = features
    byPath = Dictionary(features.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
    func cost(_ feature: DeclaredFeature) -> Int {
      let isScalar = feature.leaf.shape.isEmpty && feature.leaf.form == .plain && feature.leaf.type != .string
      return feature.levels.count * 4
        + (isScalar ? 0 : feature.leaf.fixedShape == nil ? 3 : feature.leaf.isImage ? 1 : 2)
    }
    counter = features.filter { $0.isPerStep && !($0.leaf.fixedShape?.contains(0) ?? false) }
      .min { (cost($0), $0.path) < (cost($1), $1.path) }
  }

  /// Returns the feature at `path`.
  public func feature(_ path: String) -> DeclaredFeature? { byPath[path] }

  /// Whether the dataset is RLDS: its examples have steps.
  public var hasSteps: Bool { features.contains(where: \.isPerStep) }
}
