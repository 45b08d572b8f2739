internal import Actions
internal import ByteIO
internal import EpisodeStore
internal import ImageCodec
internal import SampleShards
internal import Sampling

/// Reads what a sample holds from the stores of a plan.
///
/// One source serves one task: it holds open files.
final class SampleSource {
  /// Where a sample comes from.
  struct Origin: Sendable, Equatable {
    var entry: Int
    var repetition: Int
    var episode: FrameIndex.Episode
    var step: Int
    /// The step of the goal, nil without goals.
    var goal: Int?
  }

  /// The numbers of S samples, one after the other; W, K, A, P as in the layout.
  struct Numbers {
    /// [S, K, A].
    var action: [Float]
    /// [S, K].
    var actionValid: [UInt8]
    /// [S, W, P].
    var proprio: [Float]
    /// [S, W].
    var observationValid: [UInt8]
    /// Rows as the store has them, until they are normalised.
    fileprivate var actionRows: [Float] = []
    fileprivate var stateRow: [Float] = []

    /// Zeros for `count` samples.
    init(_ layout: SampleLayout, count: Int = 1) {
      action = [Float](repeating: 0, count: count * layout.actionCount * layout.actionDimension)
      actionValid = [UInt8](repeating: 0, count: count * layout.actionCount)
      proprio = [Float](repeating: 0, count: count * layout.window * layout.proprioDimension)
      observationValid = [UInt8](repeating: 0, count: count * layout.window)
    }
  }

  /// An entry with what each of its samples needs.
  private final class Drawn: Sendable {
    let frames: FrameIndex
    let store: StoreInput
    let action: ActionNormalizer?
    let proprio: ActionNormalizer?
    /// Which columns of an action are absolute, [A].
    let absolute: [Bool]

    init(_ entry: MixturePlan.Entry, _ type: NormalizationType?) {
      frames = entry.selection.frames
      store = entry.store
      action = type.map { ActionNormalizer($0, statistics: entry.statistics.action) }
      proprio = type.map { ActionNormalizer($0, statistics: entry.statistics.proprio) }
      let mask = store.index.absoluteMask
      absolute = (0..<store.index.actionDimension).map { $0 < mask.count && mask[$0] }
    }
  }

  let reader: StoreReader
  let layout: SampleLayout
  private let order: SampleOrder
  private let seed: UInt64
  private let goal: GoalRule
  private let chunk: ActionChunk
  private let entries: [Drawn]

  /// Reads from the stores of `plan`, of which at most `openLimit` files stay open.
  init(_ plan: MixturePlan, openLimit: Int = 64) {
    reader = StoreReader(openLimit: openLimit)
    layout = plan.layout
    order = plan.order
    seed = plan.manifest.seed
    goal = plan.manifest.form.goal
    chunk = plan.manifest.form.chunk
    entries = plan.entries.map { Drawn($0, plan.manifest.form.normalization.type) }
  }

  /// Where the sample at `position` comes from.
  ///
  /// - Throws: `SamplingError` for a position that there is not.
  func origin(of position: Int) throws -> Origin {
    let sample = try order.sample(at: position)
    let place = entries[sample.entry].frames.place(of: sample.frame)
    return origin(sample.entry, place, repetition: sample.repetition, position: position)
  }

  private func origin(
    _ entry: Int, _ place: (episode: Int, step: Int), repetition: Int, position: Int
  ) -> Origin {
    let episode = entries[entry].frames.episode(place.episode)
    return Origin(
      entry: entry, repetition: repetition, episode: episode, step: place.step,
      goal: goal.goal(step: place.step, stepCount: episode.length, seed: seed, position: position))
  }

  /// Calls `body` with the samples at `positions`, in the order of the stores: each one's number in the run, and where
  /// it comes from; `repetition` is not looked at and 0.
  ///
  /// - Throws: `SamplingError` for a position that there is not, what `body` throws.
  func walk(_ drawn: DrawnFrames, _ positions: Range<Int>, _ body: (Int, Origin) throws -> Void) rethrows {
    var (entry, episode) = (-1, 0)
    try drawn.forEach { sample in
      if sample.entry != entry { (entry, episode) = (sample.entry, 0) }
      let place = entries[entry].frames.place(of: sample.frame, from: episode)
      episode = place.episode
      try body(sample.number, origin(entry, place, repetition: 0, position: positions.lowerBound + sample.number))
    }
  }

  /// The samples at `positions` in the order of the stores.
  ///
  /// - Throws: `SamplingError`, `MixtureError`.
  func drawn(_ positions: Range<Int>) throws -> DrawnFrames { try DrawnFrames(order, positions) }

  /// The store of an origin.
  func store(of origin: Origin) -> StoreInput { entries[origin.entry].store }

  /// The shard of the store that an origin's episode lies in.
  func shard(of origin: Origin) -> StoreInput.Shard { entries[origin.entry].store.shards[origin.episode.shard] }

  /// The numbers of a sample, and the row of its shard's texts, −1 for none.
  ///
  /// - Throws: `StoreError`, `FileError`.
  func numbers(of origin: Origin) throws -> (values: Numbers, text: Int32) {
    var numbers = Numbers(layout)
    let text = try fill(&numbers, 0, origin, from: reader)
    return (numbers, text)
  }

  /// Sets the numbers of sample `number` and returns the row of its shard's texts, −1 for none.
  ///
  /// - Throws: `StoreError`, `FileError`.
  func fill(_ numbers: inout Numbers, _ number: Int, _ origin: Origin, from rows: some StoreRows) throws -> Int32 {
    let entry = entries[origin.entry]
    let store = entry.store
    let shard = store.shards[origin.episode.shard]
    let first = origin.episode.firstStep
    let width = layout.actionDimension
    // Past the last step, or the goal where there is one, actions are neutral.
    let end = origin.goal ?? origin.episode.length - 1
    let count = chunk.actionCount
    let low = chunk.action(0, at: origin.step, goal: end).step
    let high = chunk.action(count - 1, at: origin.step, goal: end).step  // Steps of slots rise.
    try rows.read(
      shard.actionRange, of: shard, rows: first + low..<first + high + 1, width: width, into: &numbers.actionRows)
    try entry.action?.normalize(&numbers.actionRows)
    for index in 0..<count {
      let slot = chunk.action(index, at: origin.step, goal: end)
      let (row, target) = ((slot.step - low) * width, (number * count + index) * width)
      for column in 0..<width {
        numbers.action[target + column] =
          slot.isNeutral && !entry.absolute[column] ? 0 : numbers.actionRows[row + column]
      }
      numbers.actionValid[number * count + index] = slot.isValid ? 1 : 0
    }
    let state = store.index.proprioDimension
    for index in 0..<chunk.window {
      let observation = chunk.observation(index, at: origin.step)
      numbers.observationValid[number * chunk.window + index] = observation.isReal ? 1 : 0
      if state == 0 { continue }  // Zeros, as what is left of narrower rows.
      let at = first + observation.step
      try rows.read(shard.proprioRange, of: shard, rows: at..<at + 1, width: state, into: &numbers.stateRow)
      try entry.proprio?.normalize(&numbers.stateRow)
      let target = (number * chunk.window + index) * layout.proprioDimension
      for column in 0..<state { numbers.proprio[target + column] = numbers.stateRow[column] }
    }
    return try rows.text(of: shard, step: first + origin.step)
  }

  /// The step of the episode that a sample shows in frame `frame` of a picture, counted from the oldest.
  func step(ofFrame frame: Int, isGoal: Bool, _ origin: Origin) -> Int {
    isGoal ? origin.goal ?? origin.step : chunk.observation(frame, at: origin.step).step
  }

  /// The frame of `view` at `step` in the mixture's form.
  ///
  /// - Throws: `MixtureError` for a frame that cannot be converted, `StoreError`, `FileError`.
  func frame(_ view: String, step: Int, _ origin: Origin, _ form: inout FrameForm) throws -> [UInt8] {
    let stored = try storedFrame(view, step: step, origin)
    if form.keeps { return stored ?? [UInt8](repeating: 0, count: layout.form.byteCount ?? 0) }
    do { return try form.converted(stored, store(of: origin).views[view]) } catch let error as ImageError {
      throw MixtureError(
        "\(shard(of: origin).path): episode \(origin.episode.ordinal), step \(step), view `\(view)`: \(error)")
    }
  }

  /// The bytes of the frame of `view` at `step`, nil where the store has no such view.
  private func storedFrame(_ view: String, step: Int, _ origin: Origin) throws -> [UInt8]? {
    let shard = shard(of: origin)
    guard let frames = shard.frames[view] else { return nil }
    let range = try reader.frame(frames, step: origin.episode.firstStep + step, of: shard)
    let bytes = try reader.file(shard.path).read(range.count, at: range.lowerBound)
    guard bytes.count == range.count else { throw shard.cut }
    return bytes
  }
}

extension SampleLayout.Form {
  /// The size of a frame in bytes, nil where frames have sizes of their own.
  var byteCount: Int? {
    guard case .pixels(let height, let width) = self else { return nil }
    return height * width * 3
  }
}
