internal import EpisodeStore

/// What is usual in a dataset, from up to 512 episodes spread over it evenly, so that few broken ones do not move it.
struct DatasetScale: Sendable {
  /// One dimension of actions or states.
  struct Dimension: Sendable {
    /// The typical range: the 75th percentile, over the episodes in which it varies, of greatest minus least value.
    var range = 0.0
    /// The median of the episodes' medians.
    var center = 0.0
    /// The tenth percentile of the least values, and the ninetieth of the greatest.
    var low = 0.0
    var high = 0.0
    /// The median of the episodes' greatest magnitudes.
    var magnitude = 0.0
    /// Whether it has at most four values.
    var isDiscrete = true

    /// Whether it moves, and by degrees.
    var isContinuous: Bool { range > 0 && !isDiscrete }
  }

  let action: [Dimension]
  let state: [Dimension]
  /// Which action dimensions are absolute; nil where the store does not say.
  let absolute: [Bool]?
  /// The dimension of the gripper's command.
  let gripper: Int?
  /// How commands show in states.
  let following: StateFollowing?

  static let sampleLimit = 512

  init(_ store: StoreContents) throws {
    let count = store.places.count
    let taken = min(count, Self.sampleLimit)
    let sample = (0..<taken).map { $0 * count / taken }
    var action = (0..<store.actionWidth).map { _ in DimensionSample() }
    var state = (0..<store.stateWidth).map { _ in DimensionSample() }
    for number in sample {
      let place = store.places[number]
      let actions = try store.actions(place)
      let states = try store.states(place)
      for d in action.indices { action[d].add(actions, column: d, of: store.actionWidth) }
      for d in state.indices { state[d].add(states, column: d, of: store.stateWidth) }
    }
    self.action = action.map(\.dimension)
    self.state = state.map(\.dimension)
    let mask = store.index.absoluteMask
    absolute = mask.count == store.actionWidth ? mask : nil
    let normalized = store.index.normalizationMask
    let last = store.actionWidth - 1
    gripper =
      normalized.count == store.actionWidth && !normalized[last] || self.action[last].isDiscrete && last > 0
      ? last : nil
    following = try StateFollowing(store, sample: sample, action: self.action, state: self.state, gripper: gripper)
  }

  /// Whether `dimension` is a command that moves the robot by degrees: not the gripper's, and neither constant nor a
  /// switch.
  func isMotion(_ dimension: Int) -> Bool { dimension != gripper && action[dimension].isContinuous }

  /// Whether commands of `dimension` are positions to go to rather than motions.
  func isAbsolute(_ dimension: Int) -> Bool { absolute?[dimension] ?? false }
}

/// One dimension over sampled episodes.
private struct DimensionSample {
  private var ranges: [Double] = []
  private var medians: [Double] = []
  private var lows: [Double] = []
  private var highs: [Double] = []
  private var magnitudes: [Double] = []
  private var values: Set<Float> = []

  mutating func add(_ rows: [Float], column: Int, of width: Int) {
    var found: [Double] = []
    for i in stride(from: column, to: rows.count, by: width) where rows[i].isFinite {
      found.append(Double(rows[i]))
      if values.count < 5 { values.insert(rows[i]) }
    }
    guard !found.isEmpty else { return }
    found.sort()
    let low = found[0]
    let high = found[found.count - 1]
    lows.append(low)
    highs.append(high)
    medians.append(quantile(found, 0.5))
    magnitudes.append(max(abs(low), abs(high)))
    if high > low { ranges.append(high - low) }
  }

  var dimension: DatasetScale.Dimension {
    func at(_ q: Double, _ values: [Double]) -> Double { values.isEmpty ? 0 : quantile(values.sorted(), q) }
    return DatasetScale.Dimension(
      range: at(0.75, ranges), center: at(0.5, medians), low: at(0.1, lows), high: at(0.9, highs),
      magnitude: at(0.5, magnitudes), isDiscrete: values.count < 5)
  }
}
