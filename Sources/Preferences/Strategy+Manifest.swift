internal import ManifestSyntax

extension PairManifest {
  static func strategies(_ root: ManifestMapping) throws(ManifestError) -> [Strategy] {
    let node = try root.required("strategies", "it lists the rules, as in `- success_failure`")
    var strategies: [Strategy] = []
    for item in try node.list() { strategies.append(try Strategy(item)) }
    guard !strategies.isEmpty else { throw node.error("the list is empty; give at least one strategy") }
    return strategies
  }
}

extension Strategy {
  /// The keys that a rule has, besides `name` and `key`.
  private static func keys(_ name: Name) -> [String] {
    let trim = ["last_steps", "stop_at_success"]
    switch name {
    case .successFailure: return ["choose", "count", "cap"] + trim
    case .returnRank: return ["count", "min_margin", "weight", "cap"] + trim
    case .bestWorst: return ["min_margin", "weight"] + trim
    case .marginAll: return ["min_margin", "margin_unit", "weight", "cap"] + trim
    case .adjacentRank: return ["min_margin", "weight", "cap"] + trim
    case .stageGated: return ["min_margin", "cap"]
    case .divergenceSegment: return ["state_tolerance", "bin_tolerance", "hold", "before", "after", "cap"]
    case .stepDistance:
      return [
        "reference", "include_reference", "min_distance", "min_bins", "gripper", "select", "weight", "cap",
      ]
    case .intervention: return ["window", "exclude_last", "cap"]
    case .counterfactual: return ["min_margin", "margin_unit", "weight", "steps", "cap"]
    case .humanImport: return ["ties", "min_votes", "min_agreement", "cap"] + trim
    case .btRank: return ["ties", "prior", "standard_errors", "weight", "cap"] + trim
    case .unpaired: return ["desirable", "window", "exclude_last"] + trim
    }
  }

  init(_ node: ManifestNode) throws(ManifestError) {
    if node.isScalar {
      self.init(try node.choice(of: Name.self))
      try check(node)
      return
    }
    let names = try node.mapping(allowing: ["name", "key"] + Name.allCases.flatMap { Self.keys($0) })
    let name = try names.required("name", "it is the strategy's").choice(of: Name.self)
    let keys = try node.mapping(allowing: ["name", "key"] + Self.keys(name))
    self.init(name)
    try read(keys)
    try check(node)
  }

  private func check(_ node: ManifestNode) throws(ManifestError) {
    if name == .stepDistance, references.isEmpty {
      throw node.error("nothing says whose actions are right; give `reference`, the policies' names")
    }
  }

  private mutating func read(_ keys: ManifestMapping) throws(ManifestError) {
    let counts = 1...1 << 31
    func number(_ name: String, _ old: Double) throws(ManifestError) -> Double {
      guard let node = keys[name] else { return old }
      let value = try node.number()
      guard value >= 0 else { throw node.error("\(value) is negative; give 0 or more") }
      return value
    }
    if let node = keys["key"] { key = try node.choice(of: GroupKey.self) }
    if let node = keys["choose"] { choose = try node.choice(of: Choice.self) }
    count = try keys["count"]?.integer(in: counts) ?? count
    minimumMargin = try number("min_margin", minimumMargin)
    if let node = keys["margin_unit"] { marginUnit = try node.choice(of: MarginUnit.self) }
    if let node = keys["weight"] { weighting = try node.choice(of: Weighting.self) }
    cap = try keys["cap"]?.integer(in: counts)
    lastSteps = try keys["last_steps"]?.integer(in: counts)
    stopsAtSuccess = try keys["stop_at_success"]?.bool() ?? false
    stateTolerance = try number("state_tolerance", stateTolerance)
    binTolerance = try keys["bin_tolerance"]?.integer(in: 0...255) ?? binTolerance
    hold = try keys["hold"]?.integer(in: counts) ?? hold
    before = try keys["before"]?.integer(in: 0...1 << 31) ?? before
    after = try keys["after"]?.integer(in: counts) ?? after
    if let node = keys["reference"] { references = Set(try PairManifest.names(node)) }
    includesReference = try keys["include_reference"]?.bool() ?? includesReference
    minimumDistance = try number("min_distance", minimumDistance)
    minimumBins = try keys["min_bins"]?.integer(in: 1...255) ?? minimumBins
    gripper = try keys["gripper"]?.integer(in: 0...65_535)
    if let node = keys["select"] { selection = try node.choice(of: Selection.self) }
    window = try keys["window"]?.integer(in: counts) ?? window
    excludedLast = try keys["exclude_last"]?.integer(in: 0...1 << 31) ?? excludedLast
    steps = try keys["steps"]?.integer(in: counts) ?? steps
    if let node = keys["ties"] { ties = try node.choice(of: TiePolicy.self) }
    minimumVotes = try keys["min_votes"]?.integer(in: counts) ?? minimumVotes
    if let node = keys["min_agreement"] {
      minimumAgreement = try node.number()
      guard (0.5...1).contains(minimumAgreement) else { throw node.error("an agreement is 0.5 to 1") }
    }
    prior = try number("prior", prior)
    standardErrors = try number("standard_errors", standardErrors)
    if let node = keys["desirable"] {
      let share = try node.number()
      guard share > 0, share < 1 else { throw node.error("a share is above 0 and below 1") }
      desirableShare = share
    }
  }
}
