internal import ByteIO
internal import ManifestSyntax

/// Gives expressions the features of an episode, row by row, checked against the number of steps.
final class FeatureReader<Episode: EpisodeFeatures> {
  let episode: Episode
  /// How many steps `drop.first` takes away.
  let first: Int
  /// How many rows are left then.
  let rowCount: Int
  private var cache: [FeaturePath: FeatureValues] = [:]

  init(episode: Episode, first: Int) {
    self.episode = episode
    self.first = first
    rowCount = episode.stepCount - first
  }

  /// The values of a feature, or an error that names the nearest one there is.
  func values(of path: FeaturePath, at place: ManifestPlace) throws(ManifestError) -> FeatureValues {
    guard let values = try optionalValues(of: path, at: place) else {
      throw .missingFeature(path, among: episode.featureNames, at: place)
    }
    return values
  }

  /// The values of a feature that may be absent.
  func optionalValues(of path: FeaturePath, at place: ManifestPlace) throws(ManifestError) -> FeatureValues? {
    if let known = cache[path] { return known }
    let values: FeatureValues?
    do {
      values = try episode.values(of: path)
    } catch {
      throw ManifestError(place: place, "\(path) cannot be read: \(error)")
    }
    guard let values else { return nil }
    let expected = path.isPerStep ? episode.stepCount : 1
    switch values {
    case .numbers(let array):
      guard let width = ExpressionType(kind: array.kind, shape: array.shape).size,
        array.shape.allSatisfy({ $0 >= 0 }),
        width.multipliedReportingOverflow(by: expected) == (array.values.count, false)
      else {
        throw ManifestError(
          place: place,
          "\(path) has \(array.values.count) numbers where \(expected) rows of shape \(describe(array.shape)) are due"
        )
      }
    case .strings(let strings):
      guard strings.count == expected else {
        throw ManifestError(place: place, "\(path) has \(strings.count) values where \(expected) are due")
      }
    }
    cache[path] = values
    return values
  }

  /// The type of a feature, nil for byte strings.
  func type(of path: FeaturePath, at place: ManifestPlace) throws(ManifestError) -> ExpressionType? {
    guard case .numbers(let array) = try values(of: path, at: place) else { return nil }
    return ExpressionType(kind: array.kind, shape: array.shape)
  }

  /// The rows of a numeric feature; a feature of the episode is repeated for every step.
  func rows(of path: FeaturePath, at place: ManifestPlace) throws(ManifestError) -> Rows {
    guard case .numbers(let array) = try values(of: path, at: place) else {
      throw ManifestError(place: place, "\(quoted(path.manifestForm)) holds byte strings, not numbers")
    }
    var rows = Rows(kind: array.kind, shape: array.shape, values: array.values)
    if path.isPerStep {
      rows.values.removeFirst(first * rows.width)
    } else {
      rows.values = (0..<rowCount).flatMap { _ in array.values }
    }
    return rows
  }

  /// The rows of a byte-string feature.
  func strings(of path: FeaturePath, at place: ManifestPlace) throws(ManifestError) -> [[UInt8]] {
    guard case .strings(let strings) = try values(of: path, at: place) else {
      throw ManifestError(
        place: place,
        "\(quoted(path.manifestForm)) holds numbers, not text; code_points(…) reads Unicode numbers")
    }
    if path.isPerStep { return Array(strings[first...]) }
    guard strings.count == 1, let text = strings.first else {
      throw ManifestError(
        place: place, "\(quoted(path.manifestForm)) holds \(strings.count) texts where one is due")
    }
    return [[UInt8]](repeating: text, count: rowCount)
  }

  /// The rows of a feature of zlib-packed float32 values, little-endian; already unpacked ones are taken as they are.
  func inflated(_ path: FeaturePath, columns: Int, at place: ManifestPlace) throws(ManifestError) -> Rows {
    if case .numbers = try values(of: path, at: place) {
      var rows = try rows(of: path, at: place)
      rows.shape = [columns]
      rows.kind = .float32
      return rows.mapping { $0 }
    }
    var numbers: [Double] = []
    for (row, string) in try strings(of: path, at: place).enumerated() {
      let bytes: [UInt8]
      do throws(InflateError) {
        bytes = try Inflater.inflate(Bytes(string), limit: columns * 4)
      } catch {
        let why =
          switch error {
          case .damaged: "it is damaged, or no zlib stream"
          case .truncated: "it is cut short"
          case .tooLong: "it is longer"
          }
        throw ManifestError(
          place: place, "step \(first + row): \(path) is not a zlib stream of \(columns) float32 values: \(why)")
      }
      guard bytes.count == columns * 4 else {
        throw ManifestError(
          place: place,
          "step \(first + row): \(path) unpacks to \(bytes.count) bytes where \(columns * 4) are due")
      }
      for start in stride(from: 0, to: bytes.count, by: 4) {
        let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[start + $1]) << UInt32(8 * $1) }
        numbers.append(Double(Float(bitPattern: bits)))
      }
    }
    return Rows(kind: .float32, shape: [columns], values: numbers)
  }
}

extension ManifestError {
  /// A feature that the data do not have.
  static func missingFeature(
    _ path: FeaturePath, among names: [String], at place: ManifestPlace
  ) -> ManifestError {
    let inner = names.filter { $0.hasPrefix(path.name + "/") }.sorted().map { FeaturePath(name: $0).manifestForm }
    guard inner.isEmpty else {
      return ManifestError(
        place: place,
        "\(quoted(path.manifestForm)) is a dictionary; name its features, such as "
          + inner.prefix(4).map(quoted).joined(separator: ", "))
    }
    let owner = path.isPerStep ? "steps has" : "the episode has"
    let nearest = NearestName.of(path.name, among: names.sorted())
    let mend =
      nearest.map { "the nearest is \(quoted(FeaturePath(name: $0).manifestForm))" }
      ?? "it has \(names.count) others"
    return ManifestError(place: place, "\(owner) no feature \(quoted(path.manifestForm)); \(mend)")
  }
}
