internal import Actions
internal import ByteIO
internal import EpisodeStore
public import JSON
internal import TensorFiles

/// Copies a store and puts faults into chosen episodes of the copy, which is otherwise valid.
public struct FaultInjection: Sendable {
  /// How many episodes get each fault.
  public enum Amount: Sendable {
    case episodes(Int)
    case share(Double)
  }

  /// A fault that was put in.
  public struct Injected: Sendable, Equatable {
    public let fault: Fault
    /// The episode's ordinal; nil for a fault of the dataset.
    public let episode: Int?
    public let steps: ClosedRange<Int>?

    public init(_ fault: Fault, episode: Int?, steps: ClosedRange<Int>?) {
      self.fault = fault
      self.episode = episode
      self.steps = steps
    }

    public var json: JSONValue {
      [
        "episode": episode.map { JSONValue($0) } ?? .null,
        "steps": steps.map { [JSONValue($0.lowerBound), JSONValue($0.upperBound)] } ?? .null,
        "fault": .string(fault.rawValue), "check": .string(fault.check),
      ]
    }
  }

  private let path: String
  private let faults: [Fault]
  private let amount: Amount
  private let seed: UInt64

  /// Prepares to put `faults` into the store at `path`; the episodes follow from `seed`.
  public init(_ path: String, faults: [Fault], amount: Amount = .episodes(1), seed: UInt64 = 0) {
    self.path = path
    self.faults = faults
    self.amount = amount
    self.seed = seed
  }

  /// Writes the copy to `out` and returns what was put in, by ordinal.
  ///
  /// - Throws: `CurationError` where `out` exists or there are too few episodes for the faults; `StoreError`,
  ///   `FileError`, `ImageError`.
  public func write(to out: String) throws -> [Injected] {
    guard Directory.entry(out) == .missing else {
      throw CurationError(.outputUnavailable, "\(out): it exists; name a new directory")
    }
    let store = try StoreContents(path)
    let scale = try DatasetScale(store)
    let layout = try Self.layout(store)
    let colour = layout.pictures.indices.filter { number in
      let picture = layout.pictures[number]
      guard picture.name.hasPrefix("image.") else { return false }
      guard case .pixels(let dtype, let shape) = picture.form else { return true }
      return dtype == .uint8 && shape.count == 3
    }
    let fit = FaultFit(store, scale, layout, colour)
    let (chosen, sources) = try choose(store, fit)
    try Directory.create(out)
    do {
      return try write(out, store, scale, layout, colour, fit, chosen, sources)
    } catch {
      try? Directory.remove(out)  // What went wrong before matters more.
      throw error
    }
  }

  /// Which fault each episode gets, and which episode each copy is of.
  private func choose(
    _ store: StoreContents, _ fit: FaultFit
  ) throws -> (chosen: [Int: Fault], sources: [Int: Int]) {
    var random = FaultRandom(seed: seed)
    var free = Array(store.places.indices)
    random.shuffle(&free)
    var chosen: [Int: Fault] = [:]
    var sources: [Int: Int] = [:]
    let count: Int
    switch amount {
    case .episodes(let number): count = number
    case .share(let share): count = max(1, Int((share * Double(store.places.count)).rounded()))
    }
    for fault in faults where !fault.isOfDataset {
      var left = count
      var rest: [Int] = []
      for episode in free {
        if left > 0, try fit.allows(fault, episode) {
          chosen[episode] = fault
          left -= 1
        } else {
          rest.append(episode)
        }
      }
      guard left == 0 else {
        throw CurationError(
          .usage,
          "\(path): \(count) episodes are wanted for \(fault.rawValue), \(count - left) are free and fit it; ask for "
            + "fewer or for fewer faults")
      }
      free = rest
    }
    for (episode, fault) in chosen.sorted(by: { $0.key < $1.key })
    where fault == .duplicateEpisode || fault == .nearDuplicate {
      guard !free.isEmpty else {
        throw CurationError(.usage, "\(path): no episode is left to make a copy of; ask for fewer faults")
      }
      // The later one of two is the copy.
      let other = free.remove(at: random.integer(in: 0..<free.count))
      chosen[episode] = nil
      chosen[max(episode, other)] = fault
      sources[max(episode, other)] = min(episode, other)
    }
    return (chosen, sources)
  }

  private func write(
    _ out: String, _ store: StoreContents, _ scale: DatasetScale, _ layout: StoreLayout, _ colour: [Int],
    _ fit: FaultFit, _ chosen: [Int: Fault], _ sources: [Int: Int]
  ) throws -> [Injected] {
    var index = store.index
    var injected: [Injected] = []
    var rows: [CatalogRow] = []
    try Catalog.read(path + "/" + StoreIndex.catalogName) { rows.append($0) }
    var steps: [String: Int] = [:]
    var number = 0
    for shard in index.shards.indices {
      let builder = ShardBuilder(layout, scratch: out)
      for position in 0..<index.shards[shard].episodeCount {
        var episode = try FaultyEpisode(store, store.places[number], layout)
        rows[number].firstStep = builder.stepCount
        rows[number].position = position
        if let fault = chosen[number] {
          var random = FaultRandom(seed: seed &+ UInt64(number) &* 0x2545_F491_4F6C_DD1D)
          let source = try sources[number].map { try FaultyEpisode(store, store.places[$0], layout) }
          let found = try episode.apply(
            fault, scale, source: source, shortLength: fit.shortLength(number), colour: colour, &random)
          injected.append(Injected(fault, episode: rows[number].ordinal, steps: found))
          rows[number].length = episode.count
          rows[number].instruction = episode.instructionIndex.lazy.filter { $0 >= 0 }
            .map { String(decoding: episode.instructions[Int($0)], as: UTF8.self) }.first { !$0.isEmpty }
          if let source = sources[number] { rows[number].success = store.places[source].success }
          if rows[number].rewardSum != nil { rows[number].rewardSum = episode.reward.reduce(0) { $0 + Double($1) } }
        }
        steps[rows[number].split, default: 0] += episode.count
        try builder.append(episode.stored(ordinal: rows[number].ordinal))
        number += 1
      }
      let written = try builder.write(to: out + "/" + index.shards[shard].file)
      index.shards[shard].byteCount = written.byteCount
      index.shards[shard].sha256 = written.sha256
      index.shards[shard].stepCount = builder.stepCount
    }
    for split in index.splits.indices { index.splits[split].stepCount = steps[index.splits[split].name] ?? 0 }
    if faults.contains(.staleStatistics) {
      injected.insert(Injected(.staleStatistics, episode: nil, steps: nil), at: 0)
    }
    let text = try StatisticsFile.json(statistics(out, index, store), dataset: index.dataset).serialized(.indented)
    index.statisticsDigest = try AtomicFile.write(Array(text.utf8), to: out + "/" + StoreIndex.statisticsName)
    let catalog = out + "/" + StoreIndex.catalogName
    try Catalog.write(to: catalog, dataset: index.dataset) { add in for row in rows { try add(row) } }
    index.catalogDigest = try SHA256Digest.hexadecimal(ofFile: catalog)
    try AtomicFile.write(
      Array((index.json.serialized(.indented) + "\n").utf8), to: out + "/" + StoreIndex.fileName)
    return injected
  }

  /// The statistics of the copy; rows with values that are not finite do not count in them.
  private func statistics(_ out: String, _ index: StoreIndex, _ store: StoreContents) throws -> DatasetStatistics {
    let width = store.actionWidth
    let stateWidth = store.stateWidth
    let pass = StatisticsPass(
      actionDimension: width, proprioDimension: stateWidth,
      mask: store.statistics.action.mask ?? [Bool](repeating: true, count: width))
    var statistics = try pass.run(episodeCount: index.episodeCount) { body in
      for shard in index.shards {
        try pass.forEachBlock(ofShard: out + "/" + shard.file) { block in
          var action: [Float] = []
          var proprio: [Float] = []
          for step in 0..<block.action.count / width {
            let a = block.action[step * width..<(step + 1) * width]
            let s = block.proprio[step * stateWidth..<(step + 1) * stateWidth]
            guard a.allSatisfy(\.isFinite), s.allSatisfy(\.isFinite) else { continue }
            action += a
            proprio += s
          }
          if !action.isEmpty { try body(StatisticsPass.Block(action: action, proprio: proprio)) }
        }
      }
    }
    statistics.transitionCount = index.stepCount
    if faults.contains(.staleStatistics) {
      for d in 0..<width { statistics.action.mean[d] += 0.25 * (statistics.action.max[d] - statistics.action.min[d]) }
    }
    return statistics
  }

  /// Which tensors the shards have.
  private static func layout(_ store: StoreContents) throws -> StoreLayout {
    guard let first = store.shards.first?.file else {
      throw CurationError(.badData, "\(store.path): the store has no shards; ingest the dataset again")
    }
    var pictures: [StoreLayout.Picture] = []
    for tensor in first.tensors where tensor.name.hasPrefix("image.") || tensor.name.hasPrefix("depth.") {
      if tensor.name.hasSuffix(".bytes") {
        pictures.append(StoreLayout.Picture(String(tensor.name.dropLast(6)), .encoded))
      } else if !tensor.name.hasSuffix(".offsets") {
        pictures.append(
          StoreLayout.Picture(tensor.name, .pixels(tensor.dtype, shape: Array(tensor.shape.dropFirst()))))
      }
    }
    return StoreLayout(
      actionDimension: store.actionWidth, proprioDimension: store.stateWidth,
      hasReward: first.declaration("reward") != nil, hasDiscount: first.declaration("discount") != nil,
      pictures: pictures)
  }
}
