internal import EpisodeStore

/// Looks at one episode's numbers, flags and instructions.
struct EpisodeExam {
  let store: StoreContents
  let scale: DatasetScale
  let selection: CheckSelection
  let place: StoreContents.Place
  /// The number of steps, N, of action dimensions, A, and of state dimensions, P.
  let count: Int
  let actionWidth: Int
  let stateWidth: Int
  /// [N, A] and [N, P].
  let a: [Float]
  let s: [Float]
  var summary = EpisodeSummary()

  var episode: Int { place.ordinal }

  init(
    _ store: StoreContents, _ scale: DatasetScale, _ selection: CheckSelection, _ place: StoreContents.Place
  ) throws {
    self.store = store
    self.scale = scale
    self.selection = selection
    self.place = place
    count = place.steps.count
    actionWidth = store.actionWidth
    a = try store.actions(place)
    s = try store.states(place)
    stateWidth = s.isEmpty ? 0 : store.stateWidth
  }

  /// Runs all checks that look at one episode alone.
  mutating func run() throws {
    let count = count
    summary.digest.update(a)
    summary.digest.update(s)
    try examineFiniteness()
    try examineFlags()
    try examineTime()
    try examineInstructions()
    judge("too-few-steps", Double(count), steps: nil, "the episode has \(count) steps")
    guard count > 0 else { return skipNumbers(.tooShort) }
    summarize()
    guard summary.isFinite else { return skipNumbers(.notFinite) }
    examineBounds()
    let still = stillness()
    examineIdleness(still)
    examineCommands()
    examineGripper()
    examineStates(still)
    outline()
  }

  mutating func judge(
    _ id: String, _ score: Double, steps: ClosedRange<Int>? = nil, where condition: Bool = true,
    _ message: @autoclosure () -> String
  ) {
    summary.sheet.judge(
      id, score, selection, episode: episode, steps: steps, where: condition, message())
  }

  /// Notes that what is measured on actions and states cannot be.
  private mutating func skipNumbers(_ gap: Gap) {
    let ids = [
      "out-of-bounds", "idle", "idle-padding", "no-op", "keep-ranges", "saturation", "action-jump", "glitch", "noise",
      "gripper-chatter", "step-order", "ldlj", "path-efficiency", "dither", "frozen-state", "rinse",
      "normalization-outlier", "jerk", "action-state-lag", "action-state-mismatch", "no-motion", "near-duplicate",
      "knn-consistency", "deminf", "unit-mismatch", "dead-dimension", "gripper-inert",
    ]
    summary.sheet.skip(ids, gap)
  }

  /// What the comparison with other episodes needs of the values.
  private mutating func summarize() {
    summary.constant = [Bool](repeating: true, count: actionWidth)
    for d in 0..<actionWidth {
      for i in stride(from: d, to: a.count, by: actionWidth) where a[i] != a[d] { summary.constant[d] = false }
    }
    summary.commandSize = Self.size(a, actionWidth, scale.action) { scale.isMotion($0) }
    summary.stateSize = Self.size(s, stateWidth, scale.state) { scale.state[$0].isContinuous }
    summary.gripperIsConstant = scale.gripper.map { summary.constant[$0] }
    if stateWidth > 0 { summary.start = Array(s[..<stateWidth]) }
  }

  /// The median over the steps of the root mean square of those dimensions that count, in their usual magnitudes.
  private static func size(
    _ rows: [Float], _ width: Int, _ usual: [DatasetScale.Dimension], where counts: (Int) -> Bool
  ) -> Double {
    let chosen = (0..<width).filter { counts($0) && usual[$0].magnitude > 0 }
    guard !chosen.isEmpty else { return .nan }
    var sizes: [Double] = []
    for start in stride(from: 0, to: rows.count, by: width) {
      let sum = chosen.reduce(0.0) { sum, d in
        let value = Double(rows[start + d]) / usual[d].magnitude
        return sum + value * value
      }
      sizes.append((sum / Double(chosen.count)).squareRoot())
    }
    return Robust(sizes)?.median ?? .nan
  }

  /// Actions and states at equal parts of the episode, and at a few of its steps.
  private mutating func outline() {
    guard count >= 2 else { return summary.sheet.skip("near-duplicate", .tooShort) }
    let points = 16
    for k in 0..<points {
      let at = Double(k) / Double(points - 1) * Double(count - 1)
      let low = min(Int(at), count - 2)
      let part = at - Double(low)
      func add(_ rows: [Float], _ width: Int, _ dimensions: [DatasetScale.Dimension]) {
        for d in 0..<width where dimensions[d].isContinuous {
          let x = Double(rows[low * width + d])
          let y = Double(rows[(low + 1) * width + d])
          let value = (x + (y - x) * part - dimensions[d].center) / dimensions[d].range * 1000
          summary.outline.append(Int16(min(max(value.rounded(), -32_000), 32_000)))
        }
      }
      add(a, actionWidth, scale.action)
      add(s, stateWidth, scale.state)
    }
    guard stateWidth > 0 else { return }
    let taken = min(6, count)
    for k in 0..<taken {
      let step = k * count / taken
      for d in 0..<stateWidth {
        let dimension = scale.state[d]
        let value = dimension.range > 0 ? (Double(s[step * stateWidth + d]) - dimension.center) / dimension.range : 0
        summary.points.append(Float(value))
      }
      for d in 0..<actionWidth {
        let dimension = scale.action[d]
        let value = dimension.range > 0 ? (Double(a[step * actionWidth + d]) - dimension.center) / dimension.range : 0
        summary.points.append(Float(value))
      }
    }
  }
}
