public import JSON

extension StoreIndex {
  /// The index as JSON.
  public var json: JSONValue {
    [
      "schema": .string(Self.schema),
      "dataset": .string(dataset),
      "episodes": JSONValue(episodeCount),
      "steps": JSONValue(stepCount),
      "manifest": ["sha256": .string(manifestDigest), "text": .string(manifestText)],
      "source": [
        "name": .string(source.name), "version": .string(source.version),
        "configuration": JSONValue(source.configuration), "selection": .string(source.selection),
        "citation": JSONValue(source.citation), "licence": JSONValue(source.licence),
        "files": .array(
          files.map {
            [
              "file": .string($0.file), "split": .string($0.split), "bytes": JSONValue($0.byteCount),
              "sha256": .string($0.sha256),
            ]
          }),
      ],
      "images": .string(images),
      "views": Self.object(views), "depth": Self.object(depth),
      "action": [
        "dimension": JSONValue(actionDimension), "encoding": JSONValue(actionEncoding),
        "normalization_mask": .array(normalizationMask.map { .bool($0) }),
        "absolute_mask": .array(absoluteMask.map { .bool($0) }),
      ],
      "proprio": ["dimension": JSONValue(proprioDimension), "encoding": JSONValue(stateEncoding)],
      "success": .string(successRule),
      "splits": .array(
        splits.map {
          ["name": .string($0.name), "episodes": JSONValue($0.episodeCount), "steps": JSONValue($0.stepCount)]
        }),
      "shards": .array(
        shards.map {
          [
            "file": .string($0.file), "bytes": JSONValue($0.byteCount), "sha256": .string($0.sha256),
            "steps": JSONValue($0.stepCount), "episodes": JSONValue($0.episodeCount),
          ]
        }),
      "statistics": ["file": .string(Self.statisticsName), "sha256": .string(statisticsDigest)],
      "catalog": ["file": .string(Self.catalogName), "sha256": .string(catalogDigest)],
      "skipped": .array(skipped.map(\.json)),
      "dropped": .object(dropped.map { .init($0.filter, JSONValue($0.episodes)) }),
    ]
  }

  private static func object(_ pairs: [(name: String, feature: String)]) -> JSONValue {
    .object(pairs.map { .init($0.name, .string($0.feature)) })
  }

  /// Reads an index.
  ///
  /// - Throws: `JSONError` with the place.
  public init(_ root: JSONNode) throws(JSONError) {
    let schema = try root.member("schema")
    guard try schema.string() == Self.schema else { throw schema.failure(.notA("`\(Self.schema)`")) }
    func pairs(_ name: String) throws(JSONError) -> [(name: String, feature: String)] {
      var result: [(name: String, feature: String)] = []
      for (name, node) in try root.member(name).members() { result.append((name, try node.string())) }
      return result
    }
    func mask(_ node: JSONNode) throws(JSONError) -> [Bool] {
      var result: [Bool] = []
      for element in try node.array() {
        guard let value = element.value.bool else { throw element.failure(.notA("true or false")) }
        result.append(value)
      }
      return result
    }
    let source = try root.member("source")
    var files: [SourceFile] = []
    for node in try source.member("files").array() {
      files.append(
        SourceFile(
          file: try node.member("file").string(), split: try node.member("split").string(),
          byteCount: try node.member("bytes").count(), sha256: try node.member("sha256").string()))
    }
    var splits: [Split] = []
    for node in try root.member("splits").array() {
      splits.append(
        Split(
          name: try node.member("name").string(), episodeCount: try node.member("episodes").count(),
          stepCount: try node.member("steps").count()))
    }
    var shards: [Shard] = []
    for node in try root.member("shards").array() {
      shards.append(
        Shard(
          file: try node.member("file").string(), byteCount: try node.member("bytes").count(),
          sha256: try node.member("sha256").string(), stepCount: try node.member("steps").count(),
          episodeCount: try node.member("episodes").count()))
    }
    var skipped: [SkippedEpisodes] = []
    for node in try root.member("skipped").array() { skipped.append(try SkippedEpisodes(node)) }
    var dropped: [(filter: String, episodes: Int)] = []
    for (name, node) in try root.member("dropped").members() { dropped.append((name, try node.count())) }
    self.init(
      dataset: try root.member("dataset").string(),
      manifestText: try root.member("manifest").member("text").string(),
      manifestDigest: try root.member("manifest").member("sha256").string(),
      source: Source(
        name: try source.member("name").string(), version: try source.member("version").string(),
        configuration: try source.optional("configuration")?.string(),
        selection: try source.member("selection").string(), citation: try source.optional("citation")?.string(),
        licence: try source.optional("licence")?.string()),
      files: files, images: try root.member("images").string(), views: try pairs("views"), depth: try pairs("depth"),
      actionDimension: try root.member("action").member("dimension").count(),
      proprioDimension: try root.member("proprio").member("dimension").count(),
      actionEncoding: try root.member("action").optional("encoding")?.string(),
      stateEncoding: try root.member("proprio").optional("encoding")?.string(),
      normalizationMask: try mask(root.member("action").member("normalization_mask")),
      absoluteMask: try mask(root.member("action").member("absolute_mask")),
      successRule: try root.member("success").string(), splits: splits, shards: shards,
      statisticsDigest: try root.member("statistics").member("sha256").string(),
      catalogDigest: try root.member("catalog").member("sha256").string(), skipped: skipped, dropped: dropped)
  }
}

extension StoreIndex.SkippedEpisodes {
  /// The entry as JSON.
  public var json: JSONValue {
    [
      "split": .string(split), "file": .string(file), "record": JSONValue(record), "episodes": JSONValue(count),
      "error": .string(error),
    ]
  }

  /// Reads an entry.
  public init(_ node: JSONNode) throws(JSONError) {
    self.init(
      split: try node.member("split").string(), file: try node.member("file").string(),
      record: try node.member("record").count(), count: try node.member("episodes").count(),
      error: try node.member("error").string())
  }
}
