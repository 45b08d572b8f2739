internal import ManifestSyntax

extension PairManifest.Fields {
  private static let keys = [
    "id", "success", "return", "task", "policy", "start", "bucket", "success_step", "termination", "stage_ends",
    "stage_costs", "intervention",
  ]

  init(_ node: ManifestNode) throws(ManifestError) {
    let keys = try node.mapping(allowing: Self.keys)
    id = try keys["id"]?.string()
    success = try keys["success"]?.string()
    returned = try keys["return"]?.string()
    task = try keys["task"]?.string()
    policy = try keys["policy"]?.string()
    successStep = try keys["success_step"]?.string()
    termination = try keys["termination"]?.string()
    stageEnds = try keys["stage_ends"]?.string()
    stageCosts = try keys["stage_costs"]?.string()
    if let start = keys["start"] {
      if start.isMapping {
        let parts = try start.mapping(allowing: ["observation"])
        let node = try parts.required("observation", "it names parts of the first one, as in `[proprio]`")
        let names = try PairManifest.names(node)
        for name in names where name != "proprio" && !name.hasPrefix("image.") {
          throw node.error("\(quoted(name)) is no part of an observation; parts are `proprio` and `image.<view>`")
        }
        self.start = .observation(names)
      } else {
        self.start = .fields(try PairManifest.names(start))
      }
    }
    if let bucket = keys["bucket"] {
      let parts = try bucket.mapping(allowing: ["fields", "width"])
      self.bucket = try PairManifest.names(parts.required("fields", "they hold the numbers of a start's pose"))
      let width = try parts.required("width", "it is the side of a cell, in the fields' unit")
      bucketWidth = try width.number()
      guard bucketWidth > 0 else { throw width.error("a width of \(bucketWidth); give a number above 0") }
    }
    if let intervention = keys["intervention"] {
      let parts = try intervention.mapping(allowing: ["flagged", "correction"])
      flagged = try parts.required("flagged", "it holds first and end steps, one pair a window").string()
      correction = try parts.required("correction", "it holds first and end steps, one pair a window").string()
    }
  }
}

extension PairManifest {
  static func score(_ node: ManifestNode?) throws(ManifestError) -> [(name: String, weight: Double)] {
    guard let node else { return [("return", 1)] }
    var terms: [(name: String, weight: Double)] = []
    for (name, value) in try node.mappingOfNames("terms and weights, as in `{success: 2, return: 1}`").entries {
      terms.append((name, try value.number()))
    }
    guard !terms.isEmpty else { throw node.error("a score needs a term; give `return: 1`") }
    return terms
  }

  static func filters(
    _ node: ManifestNode?
  ) throws(ManifestError) -> (PairFilters, Set<Rollout.Termination>?, ClosedRange<Double>?) {
    var filters = PairFilters()
    guard let node else { return (filters, nil, nil) }
    let keys = try node.mapping(
      allowing: ["min_steps", "length_ratio", "mask_shared", "near_zero", "terminations", "success_rate"])
    filters.minimumSteps = try keys["min_steps"]?.integer(in: 1...1 << 31) ?? 1
    if let ratio = keys["length_ratio"] {
      filters.lengthRatio = try ratio.number()
      guard let value = filters.lengthRatio, value >= 1 else { throw ratio.error("a ratio is 1 or more") }
    }
    filters.mask.masksShared = try keys["mask_shared"]?.bool() ?? true
    if let limit = keys["near_zero"] {
      filters.mask.nearZero = try limit.number()
      guard let value = filters.mask.nearZero, value >= 0 else { throw limit.error("a limit is 0 or more") }
    }
    var terminations: Set<Rollout.Termination>?
    if let list = keys["terminations"] {
      var found: Set<Rollout.Termination> = []
      for item in try list.list() { found.insert(try item.choice(of: Rollout.Termination.self)) }
      terminations = found
    }
    var rate: ClosedRange<Double>?
    if let band = keys["success_rate"] {
      let ends = try band.list()
      guard ends.count == 2 else { throw band.wrongType("a list of two shares, as in `[0.1, 0.9]`") }
      let (low, high) = (try ends[0].number(), try ends[1].number())
      guard low >= 0, low <= high, high <= 1 else { throw band.error("shares rise from 0 to 1") }
      rate = low...high
    }
    return (filters, terminations, rate)
  }

  static func balance(_ node: ManifestNode?) throws(ManifestError) -> PairBalance {
    var balance = PairBalance()
    guard let node else { return balance }
    let keys = try node.mapping(
      allowing: ["per_episode", "per_task", "strategy_share", "match_lengths", "total", "equal_tasks"])
    balance.perEpisode = try keys["per_episode"]?.integer(in: 1...1 << 31) ?? balance.perEpisode
    balance.perTask = try keys["per_task"]?.integer(in: 1...1 << 31)
    if let share = keys["strategy_share"] {
      let value = try share.number()
      guard value > 0, value <= 1 else { throw share.error("a share is above 0, and at most 1") }
      balance.strategyShare = value
    }
    balance.matchesLengths = try keys["match_lengths"]?.bool() ?? false
    balance.total = try keys["total"]?.integer(in: 1...1 << 31)
    balance.equalizesTasks = try keys["equal_tasks"]?.bool() ?? false
    return balance
  }

  static func split(_ node: ManifestNode?) throws(ManifestError) -> SplitRule {
    guard let node else { return SplitRule() }
    let keys = try node.mapping(allowing: ["val", "test", "val_seen", "test_tasks", "test_policies"])
    func share(_ name: String) throws(ManifestError) -> Int {
      guard let node = keys[name] else { return 0 }
      let value = try node.number()
      guard value >= 0, value < 1 else { throw node.error("a share is 0 or more, and below 1") }
      return Int((value * 1000).rounded())
    }
    let (validation, test, seen) = (try share("val"), try share("test"), try share("val_seen"))
    guard validation + test < 1000 else { throw node.error("`val` and `test` leave nothing to train on") }
    func names(_ name: String) throws(ManifestError) -> Set<String> {
      guard let node = keys[name] else { return [] }
      return Set(try Self.names(node))
    }
    return SplitRule(
      validation: validation, test: test, seen: seen, heldOutTasks: try names("test_tasks"),
      heldOutPolicies: try names("test_policies"))
  }
}
