public import JSON

extension MixtureIndex {
  /// The index as JSON.
  public var json: JSONValue {
    [
      "schema": .string(Self.schema), "name": .string(name), "seed": .string(String(seed)),
      "samples": JSONValue(sampleCount), "epoch_samples": JSONValue(epochSampleCount),
      "manifest": ["sha256": .string(manifestDigest), "text": .string(manifestText)],
      "plan_sha256": .string(planDigest), "normalization": .string(normalization), "goal": .string(goal),
      "padding": .string(padding), "window": JSONValue(layout.window), "chunk": JSONValue(layout.chunk),
      "action_dimension": JSONValue(layout.actionDimension), "proprio_dimension": JSONValue(layout.proprioDimension),
      "views": JSONValue(layout.views), "images": .string(images), "form": layout.form.json,
      "has_goal": .bool(layout.hasGoal),
      "datasets": .array(entries.map(\.json)),
      "shards": .array(
        shards.map {
          [
            "file": .string($0.file), "bytes": JSONValue($0.byteCount), "sha256": .string($0.sha256),
            "first": JSONValue($0.first), "samples": JSONValue($0.sampleCount),
          ]
        }),
      "statistics": ["file": .string(Self.statisticsName), "sha256": .string(statisticsDigest)],
    ]
  }

  /// Reads an index.
  ///
  /// - Throws: `JSONError` with the place.
  public init(_ root: JSONNode) throws(JSONError) {
    let schema = try root.member("schema")
    guard try schema.string() == Self.schema else { throw schema.failure(.notA("`\(Self.schema)`")) }
    let seed = try root.member("seed")
    guard let number = UInt64(try seed.string()) else { throw seed.failure(.notA("a seed")) }
    var views: [String] = []
    for node in try root.member("views").array() {
      let view = try node.string()
      guard Self.isViewName(view), !views.contains(view) else {
        throw node.failure(.notA("a view's name, once, of 1 to 64 letters, digits, `_` and `-`,"))
      }
      views.append(view)
    }
    let goalFlag = try root.member("has_goal")
    guard let hasGoal = goalFlag.value.bool else { throw goalFlag.failure(.notA("true or false")) }
    let layout = SampleLayout(
      window: try Self.size(root.member("window"), 1...4096), chunk: try Self.size(root.member("chunk"), 1...4096),
      actionDimension: try Self.size(root.member("action_dimension"), 1...65_535),
      proprioDimension: try Self.size(root.member("proprio_dimension"), 0...65_535), views: views,
      form: try SampleLayout.Form(root.member("form")), hasGoal: hasGoal)
    var entries: [Entry] = []
    for node in try root.member("datasets").array() { entries.append(try Entry(node)) }
    var shards: [Shard] = []
    var next = 0
    for node in try root.member("shards").array() {
      let shard = Shard(
        file: try node.member("file").string(), byteCount: try node.member("bytes").count(),
        sha256: try node.member("sha256").string(), first: try node.member("first").count(),
        sampleCount: try node.member("samples").count())
      let (end, overflow) = next.addingReportingOverflow(shard.sampleCount)
      guard shard.first == next, !overflow, !["", ".", ".."].contains(shard.file), !shard.file.contains("/") else {
        throw node.failure(.notA("the shard of sample \(next) in this directory"))
      }
      next = end
      shards.append(shard)
    }
    let manifest = try root.member("manifest")
    self.init(
      name: try root.member("name").string(), seed: number, manifestText: try manifest.member("text").string(),
      manifestDigest: try manifest.member("sha256").string(), planDigest: try root.member("plan_sha256").string(),
      layout: layout, images: try root.member("images").string(),
      normalization: try root.member("normalization").string(), goal: try root.member("goal").string(),
      padding: try root.member("padding").string(), epochSampleCount: try root.member("epoch_samples").count(),
      sampleCount: try root.member("samples").count(), entries: entries, shards: shards,
      statisticsDigest: try root.member("statistics").member("sha256").string())
    guard shards.isEmpty || next == sampleCount else {
      throw root.failure(.notA("a mixture whose shards have \(sampleCount) samples, they have \(next)"))
    }
  }

  private static func size(_ node: JSONNode, _ range: ClosedRange<Int>) throws(JSONError) -> Int {
    let size = try node.count()
    guard range.contains(size) else {
      throw node.failure(.notA("a size from \(range.lowerBound) to \(range.upperBound)"))
    }
    return size
  }

  /// Views are parts of tensors' and files' names.
  private static func isViewName(_ name: String) -> Bool {
    (1...64).contains(name.utf8.count)
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }
}

extension MixtureIndex.Entry {
  /// The entry as JSON.
  public var json: JSONValue {
    [
      "dataset": .string(dataset), "store": JSONValue(store), "store_sha256": .string(storeDigest),
      "statistics_sha256": .string(statisticsDigest), "split": .string(split), "where": JSONValue(condition),
      "weight": .real(weight), "share": .real(share), "samples": JSONValue(quota), "frames": JSONValue(frameCount),
      "episodes": JSONValue(episodeCount), "transitions": JSONValue(transitionCount),
      "proprio_dimension": JSONValue(proprioDimension), "views": JSONValue(views), "licence": JSONValue(licence),
      "citation": JSONValue(citation),
      "dropped": .object(dropped.map { .init($0.filter, JSONValue($0.count)) }),
    ]
  }

  init(_ node: JSONNode) throws(JSONError) {
    var dropped: [(filter: String, count: Int)] = []
    for (name, count) in try node.member("dropped").members() { dropped.append((name, try count.count())) }
    var views: [String] = []
    for view in try node.member("views").array() { views.append(try view.string()) }
    self.init(
      dataset: try node.member("dataset").string(), store: try node.optional("store")?.string(),
      storeDigest: try node.member("store_sha256").string(),
      statisticsDigest: try node.member("statistics_sha256").string(), split: try node.member("split").string(),
      condition: try node.optional("where")?.string(), weight: try node.member("weight").double(),
      share: try node.member("share").double(), quota: try node.member("samples").count(),
      frameCount: try node.member("frames").count(), episodeCount: try node.member("episodes").count(),
      transitionCount: try node.member("transitions").count(),
      proprioDimension: try node.member("proprio_dimension").count(), views: views,
      licence: try node.optional("licence")?.string(), citation: try node.optional("citation")?.string(),
      dropped: dropped)
  }
}

extension SampleLayout.Form {
  fileprivate var json: JSONValue {
    switch self {
    case .encoded: ["kind": "encoded"]
    case .pixels(let height, let width): ["kind": "pixels", "size": [JSONValue(height), JSONValue(width)]]
    case .packedPixels(let height, let width): ["kind": "zstd", "size": [JSONValue(height), JSONValue(width)]]
    }
  }

  fileprivate init(_ node: JSONNode) throws(JSONError) {
    let kind = try node.member("kind")
    if try kind.string() == "encoded" {
      self = .encoded
      return
    }
    var size: [Int] = []
    for side in try node.member("size").array() { size.append(try side.count()) }
    guard size.count == 2, size.allSatisfy({ (1...65_535).contains($0) }) else {
      throw node.failure(.notA("a form with a height and a width"))
    }
    switch try kind.string() {
    case "pixels": self = .pixels(height: size[0], width: size[1])
    case "zstd": self = .packedPixels(height: size[0], width: size[1])
    default: throw kind.failure(.notA("`encoded`, `pixels` or `zstd`"))
    }
  }
}
