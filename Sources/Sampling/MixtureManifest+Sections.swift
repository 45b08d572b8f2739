internal import ManifestSyntax

extension MixtureManifest {
  /// The keys of a manifest.
  static let keys = [
    "name", "seed", "about", "stores", "entries", "dropped", "weighting", "samples", "epochs", "epoch_of",
    "window", "chunk", "padding", "goal", "normalization", "skip_unlabeled", "max_action", "max_proprio",
    "drop_noops", "views", "image", "shard_size", "compression",
  ]

  static func entries(_ root: ManifestMapping) throws(ManifestError) -> [MixtureEntry] {
    let node = try root.required("entries", "it lists the datasets, as in `- dataset: bridge_orig`")
    var entries: [MixtureEntry] = []
    var seen: [String: [Int]] = [:]
    for item in try node.list() {
      let entry = try MixtureEntry(item)
      for index in seen[entry.name] ?? [] where entries[index].draws(sameAs: entry) {
        throw item.error(
          "\(quoted(entry.name)) is already drawn by the entry on line \(entries[index].place.line ?? 0); "
            + "keep one, or give them different `split` or `where`")
      }
      seen[entry.name, default: []].append(entries.count)
      entries.append(entry)
    }
    guard !entries.isEmpty else { throw node.error("the list is empty; give at least one entry") }
    guard entries.count <= SampleOrder.maximumEntryCount else {
      throw node.error("\(entries.count) entries; the most are \(SampleOrder.maximumEntryCount)")
    }
    guard entries.contains(where: { $0.weight > 0 }) else {
      throw node.error("all weights are 0; give at least one entry a weight above 0")
    }
    return entries
  }

  /// Schemes that are written as a word.
  private enum PlainScheme: String, CaseIterable { case openvla, absolute, uniform }

  static func weighting(_ node: ManifestNode) throws(ManifestError) -> Weighting {
    if node.isMapping {
      let keys = try node.mapping(allowing: ["temperature", "file"])
      guard keys.entries.count == 1 else { throw node.error("give one of `temperature` and `file`") }
      if let file = keys["file"] { return .file(try PathTemplate(file)) }
      let value = try keys.required("temperature", "it is a number above 0")
      let temperature = try value.number()
      guard temperature > 0 else {
        throw value.error("a temperature of \(temperature); give a number above 0")
      }
      return .temperature(temperature)
    }
    switch try node.choice(of: PlainScheme.self) {
    case .openvla: return .openvla
    case .absolute: return .absolute
    case .uniform: return .uniform
    }
  }

  static func amount(_ root: ManifestMapping) throws(ManifestError) -> Amount {
    if let node = root["samples"] {
      if let epochs = root["epochs"] { throw epochs.error("both `samples` and `epochs`; give one of them") }
      return .samples(try node.integer(in: 1...Quotas.maximumSampleCount))
    }
    guard let node = root["epochs"] else { return .epochs(1) }
    let epochs = try node.number()
    guard epochs > 0 else { throw node.error("\(epochs) epochs; give a number above 0") }
    return .epochs(epochs)
  }

  static func epochEntries(
    _ root: ManifestMapping, entries: [MixtureEntry], amount: Amount
  ) throws(ManifestError) -> [Int] {
    guard let node = root["epoch_of"] else {
      let primaries = MixtureWeights.primaries(entries.map(\.weight))
      guard case .epochs = amount, primaries.isEmpty else { return primaries }
      throw ManifestError(
        place: root["epochs"]?.place ?? root["entries"]?.place ?? root.place,
        "no entry has a weight of exactly 1 to measure an epoch by; give `epoch_of` or `samples`")
    }
    var chosen: Set<Int> = []
    for item in try node.list() {
      let name = try item.string()
      let found = entries.indices.filter { entries[$0].name == name }
      guard !found.isEmpty else {
        let names = entries.map(\.name)
        throw item.error(
          "no entry is called \(quoted(name)); "
            + (NearestName.hint(name, among: names) ?? "name one of the entries"))
      }
      if let index = found.first(where: { entries[$0].weight == 0 }) {
        throw item.error(
          "\(quoted(name)) has a weight of 0 on line \(entries[index].place.line ?? 0); it measures no epoch"
        )
      }
      chosen.formUnion(found)
    }
    guard !chosen.isEmpty else { throw node.error("the list is empty; name at least one entry") }
    return chosen.sorted()
  }
}

extension TrajectoryRules {
  init(_ root: ManifestMapping) throws(ManifestError) {
    self.init(
      skipsUnlabeled: try root["skip_unlabeled"]?.bool() ?? true,
      maximumAction: try Self.limit(root["max_action"]), maximumProprio: try Self.limit(root["max_proprio"]),
      noOps: try Self.noOps(root["drop_noops"]))
  }

  private static func limit(_ node: ManifestNode?) throws(ManifestError) -> Double? {
    guard let node else { return nil }
    let limit = try node.number()
    guard limit >= 0 else { throw node.error("a limit of \(limit) is negative; it is one of magnitude") }
    return limit
  }

  private static func noOps(_ node: ManifestNode?) throws(ManifestError) -> NoOpRule? {
    guard let node else { return nil }
    if node.isScalar { return try node.bool() ? NoOpRule() : nil }
    let keys = try node.mapping(allowing: ["tolerance"])
    guard let tolerance = keys["tolerance"] else { return NoOpRule() }
    let value = try tolerance.number()
    guard value >= 0 else { throw tolerance.error("a tolerance is not negative") }
    return NoOpRule(tolerance: value)
  }
}
