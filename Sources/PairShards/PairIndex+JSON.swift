public import JSON

extension PairIndex {
  /// The index as JSON.
  public var json: JSONValue {
    func counts(_ names: [String], _ values: [Int]) -> JSONValue {
      .object(zip(names, values).map { .init($0, JSONValue($1)) })
    }
    return [
      "schema": .string(Self.schema), "name": .string(name), "seed": .string(String(seed)),
      "pairs": JSONValue(pairCount), "unpaired": JSONValue(unpairedCount), "rollouts": JSONValue(rolloutCount),
      "starts": JSONValue(startCount), "starts_with_both": JSONValue(bothCount), "start_kind": .string(startKind),
      "warnings": JSONValue(warnings),
      "episodes": JSONValue(episodeCount), "steps": JSONValue(stepCount),
      "splits": counts(splits, splitCounts), "strategies": counts(strategies, strategyCounts),
      "units": JSONValue(units),
      "filters": .object(filters.map { .init($0.name, JSONValue($0.count)) }),
      "tasks": .array(
        tasks.map {
          [
            "task": .string($0.name), "rollouts": JSONValue($0.rolloutCount), "successes": JSONValue($0.successCount),
            "starts": JSONValue($0.startCount), "starts_with_both": JSONValue($0.bothCount),
            "pairs": JSONValue($0.pairCount),
          ]
        }),
      "manifest": ["sha256": .string(manifestDigest), "text": .string(manifestText)],
      "plan_sha256": .string(planDigest),
      "stores": .array(
        stores.map {
          [
            "dataset": .string($0.dataset), "store_sha256": .string($0.sha256), "episodes": JSONValue($0.episodeCount),
          ]
        }),
      "unnorm_key": .string(normalizationKey), "normalization": .string(normalization),
      "absolute_mask": .array(absoluteMask.map { .bool($0) }),
      "action_dimension": JSONValue(layout.actionDimension), "proprio_dimension": JSONValue(layout.proprioDimension),
      "views": .object(layout.views.map { .init($0.name, $0.form.json) }),
      "step_shards": .array(stepShards.map { $0.json(counting: "episodes", hasSteps: true) }),
      "pair_shards": .array(pairShards.map { $0.json(counting: "pairs", hasSteps: false) }),
      "files": .array(files.map { .object($0.members) }),
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
    func counts(_ name: String) throws(JSONError) -> [(String, Int)] {
      var found: [(String, Int)] = []
      for (name, node) in try root.member(name).members() { found.append((name, try node.count())) }
      return found
    }
    func shards(_ name: String, _ counting: String, hasSteps: Bool) throws(JSONError) -> [Shard] {
      var found: [Shard] = []
      var (next, nextStep) = (0, 0)
      for node in try root.member(name).array() {
        let shard = Shard(
          file: try File(node), first: try node.member("first").count(), count: try node.member(counting).count(),
          firstStep: hasSteps ? try node.member("first_step").count() : 0,
          stepCount: hasSteps ? try node.member("steps").count() : 0)
        let (end, overflow) = next.addingReportingOverflow(shard.count)
        let (stepEnd, stepOverflow) = nextStep.addingReportingOverflow(shard.stepCount)
        guard shard.first == next, shard.firstStep == nextStep, !overflow, !stepOverflow else {
          throw node.failure(.notA("the shard of \(counting) from \(next) on"))
        }
        (next, nextStep) = (end, stepEnd)
        found.append(shard)
      }
      return found
    }
    var views: [(name: String, form: PairLayout.Form)] = []
    for (name, node) in try root.member("views").members() { views.append((name, try PairLayout.Form(node))) }
    func dimension(_ name: String, _ range: ClosedRange<Int>) throws(JSONError) -> Int {
      let node = try root.member(name)
      let value = try node.count()
      guard range.contains(value) else { throw node.failure(.notA("a size up to \(range.upperBound)")) }
      return value
    }
    var absolute: [Bool] = []
    for node in try root.member("absolute_mask").array() {
      guard let flag = node.value.bool else { throw node.failure(.notA("true or false")) }
      absolute.append(flag)
    }
    var stores: [Store] = []
    for node in try root.member("stores").array() {
      stores.append(
        Store(
          dataset: try node.member("dataset").string(), sha256: try node.member("store_sha256").string(),
          episodeCount: try node.member("episodes").count()))
    }
    var tasks: [Task] = []
    for node in try root.member("tasks").array() {
      tasks.append(
        Task(
          name: try node.member("task").string(), rolloutCount: try node.member("rollouts").count(),
          successCount: try node.member("successes").count(), startCount: try node.member("starts").count(),
          bothCount: try node.member("starts_with_both").count(), pairCount: try node.member("pairs").count()))
    }
    var units: [String] = []
    for node in try root.member("units").array() { units.append(try node.string()) }
    var files: [File] = []
    for node in try root.member("files").array() { files.append(try File(node)) }
    var warnings: [String] = []
    for node in try root.member("warnings").array() { warnings.append(try node.string()) }
    let (splits, strategies) = (try counts("splits"), try counts("strategies"))
    let manifest = try root.member("manifest")
    self.init(
      name: try root.member("name").string(), seed: number, manifestText: try manifest.member("text").string(),
      manifestDigest: try manifest.member("sha256").string(), planDigest: try root.member("plan_sha256").string(),
      stores: stores, normalizationKey: try root.member("unnorm_key").string(),
      normalization: try root.member("normalization").string(), absoluteMask: absolute,
      layout: PairLayout(
        actionDimension: try dimension("action_dimension", 1...65_535),
        proprioDimension: try dimension("proprio_dimension", 0...65_535), views: views),
      startKind: try root.member("start_kind").string(), warnings: warnings,
      rolloutCount: try root.member("rollouts").count(),
      startCount: try root.member("starts").count(), bothCount: try root.member("starts_with_both").count(),
      pairCount: try root.member("pairs").count(), unpairedCount: try root.member("unpaired").count(),
      strategies: strategies.map(\.0), units: units, splits: splits.map(\.0), splitCounts: splits.map(\.1),
      strategyCounts: strategies.map(\.1), tasks: tasks,
      filters: try counts("filters").map { (name: $0.0, count: $0.1) },
      stepShards: try shards("step_shards", "episodes", hasSteps: true),
      pairShards: try shards("pair_shards", "pairs", hasSteps: false), files: files)
    guard pairShards.reduce(0, { $0 + $1.count }) == pairCount else {
      throw root.failure(.notA("a set whose shards have \(pairCount) pairs"))
    }
  }
}

extension PairIndex.File {
  fileprivate var members: [JSONValue.Member] {
    [.init("file", .string(name)), .init("bytes", JSONValue(byteCount)), .init("sha256", .string(sha256))]
  }

  fileprivate init(_ node: JSONNode) throws(JSONError) {
    let name = try node.member("file").string()
    guard !["", ".", ".."].contains(name), !name.contains("/") else {
      throw node.failure(.notA("a file in this directory"))
    }
    self.init(name: name, byteCount: try node.member("bytes").count(), sha256: try node.member("sha256").string())
  }
}

extension PairIndex.Shard {
  fileprivate func json(counting: String, hasSteps: Bool) -> JSONValue {
    var members = file.members + [.init("first", JSONValue(first)), .init(counting, JSONValue(count))]
    if hasSteps { members += [.init("first_step", JSONValue(firstStep)), .init("steps", JSONValue(stepCount))] }
    return .object(members)
  }
}

extension PairLayout.Form {
  fileprivate var json: JSONValue {
    switch self {
    case .encoded: ["kind": "encoded"]
    case .pixels(let height, let width): ["kind": "pixels", "size": [JSONValue(height), JSONValue(width)]]
    }
  }

  fileprivate init(_ node: JSONNode) throws(JSONError) {
    let kind = try node.member("kind")
    switch try kind.string() {
    case "encoded": self = .encoded
    case "pixels":
      var size: [Int] = []
      for side in try node.member("size").array() { size.append(try side.count()) }
      guard size.count == 2, size.allSatisfy({ (1...65_535).contains($0) }) else {
        throw node.failure(.notA("a form with a height and a width"))
      }
      self = .pixels(height: size[0], width: size[1])
    default: throw kind.failure(.notA("`encoded` or `pixels`"))
    }
  }
}
