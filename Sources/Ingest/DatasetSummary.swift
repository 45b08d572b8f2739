internal import ByteIO
public import JSON
public import RLDS
internal import TFRecord
internal import TensorFiles

/// What a dataset holds, found without reading more than its metadata and the first episode.
public struct DatasetSummary: Sendable {
  public let dataset: DatasetDirectory
  /// The class names of the features that have some.
  public let labels: [String: [String]]
  /// The steps of the first episode and the texts of its first step, by feature; `nil` without steps or shards.
  public let sample: (stepCount: Int, texts: [(feature: String, text: String)])?

  /// Reads the metadata of `dataset` and its first episode.
  ///
  /// - Throws: `FileError`. A first episode that cannot be read leaves `sample` empty: `verify` and `ingest` say why.
  public init(_ dataset: DatasetDirectory) throws {
    self.dataset = dataset
    var labels: [String: [String]] = [:]
    for feature in dataset.features ?? [] {
      if case .classLabel = feature.leaf.meaning { labels[feature.path] = try dataset.labels(of: feature) }
    }
    self.labels = labels
    sample = Self.sample(dataset)
  }

  private static func sample(_ dataset: DatasetDirectory) -> (stepCount: Int, texts: [(feature: String, text: String)])?
  {
    guard let features = dataset.features,
      let shard = dataset.splits.flatMap(\.shards).first(where: { $0.episodeCount > 0 }),
      let path = try? dataset.file(shard), let file = try? RecordFile(path), let record = try? file.next()
    else { return nil }
    let schema = EpisodeSchema(features)
    let place = EpisodePlace(file: path, record: 0, offset: 0)
    guard schema.hasSteps,
      let episode = try? Episode(record.payload, at: place, schema: schema, decoder: FeatureDecoder())
    else { return nil }
    var texts: [(feature: String, text: String)] = []
    for feature in features where feature.isPerStep && feature.leaf.meaning == .text && feature.levels.count == 1 {
      guard let column = try? episode.column(feature.path), case .strings(let strings, _) = column.items,
        let first = strings.first, let text = String(utf8: first)
      else { continue }
      texts.append((feature.path, text))
    }
    return (episode.stepCount, texts)
  }

  /// The features that are images of a step.
  public var cameras: [DeclaredFeature] {
    (dataset.features ?? []).filter { $0.leaf.isImage && $0.isPerStep }
  }

  /// The summary as JSON.
  public var json: JSONValue {
    let info = dataset.info
    return [
      "name": .string(info.name), "version": .string(info.version), "configuration": JSONValue(info.configuration),
      "directory": .string(dataset.path), "description": .string(info.description),
      "citation": .string(info.citation), "licence": JSONValue(info.licence), "homepage": JSONValue(info.homepage),
      "episodes": JSONValue(dataset.splits.reduce(0) { $0 + $1.episodeCount }),
      "bytes": JSONValue(dataset.splits.reduce(0) { $0 + $1.byteCount }),
      "splits": .array(
        dataset.splits.map {
          [
            "name": .string($0.name), "episodes": JSONValue($0.episodeCount), "shards": JSONValue($0.shards.count),
            "bytes": JSONValue($0.byteCount),
          ]
        }),
      "has_features": .bool(dataset.features != nil),
      "features": .array((dataset.features ?? []).map(json)),
      "cameras": JSONValue(cameras.map(\.path)),
      "language": .array(
        (sample?.texts ?? []).map { ["feature": .string($0.feature), "first": .string($0.text)] }),
      "first_episode_steps": sample.map { JSONValue($0.stepCount) } ?? .null,
    ]
  }

  private func json(_ feature: DeclaredFeature) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("path", .string(feature.path)), .init("dtype", .string(feature.leaf.type.name)),
      .init("shape", .array(feature.leaf.shape.map { $0.map { JSONValue($0) } ?? .null })),
      .init("kind", .string(Self.kind(feature))), .init("per_step", .bool(feature.isPerStep)),
      .init("sequences", JSONValue(feature.levels.count)),
    ]
    if let names = labels[feature.path] { members.append(.init("labels", JSONValue(names))) }
    return .object(members)
  }

  /// Returns one word for what the feature is: `image (jpeg)`, `text`, `class label`, `tensor (zlib)`.
  public static func kind(_ feature: DeclaredFeature) -> String {
    switch (feature.leaf.form, feature.leaf.meaning) {
    case (.image(let format), _): format.map { "image (\($0))" } ?? "image"
    case (_, .text): "text"
    case (_, .classLabel): "class label"
    case (.bytes, _): "tensor (bytes)"
    case (.zlib, _): "tensor (zlib)"
    default: feature.leaf.shape.isEmpty ? "scalar" : "tensor"
    }
  }

  /// Returns the shape with open dimensions as `?` and sequences as `*`: `[*, 128, 128, 3]`.
  public static func shape(_ feature: DeclaredFeature) -> String {
    let levels = feature.levels.dropFirst(feature.isPerStep ? 1 : 0).map { $0.map(String.init) ?? "*" }
    let dimensions = levels + feature.leaf.shape.map { $0.map(String.init) ?? "?" }
    return "[" + dimensions.joined(separator: ", ") + "]"
  }
}
