internal import Actions
internal import ByteIO
internal import EpisodeStore
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
    var action: [Float] = []
    /// [S, K].
    var actionValid: [UInt8] = []
    /// [S, W, P].
    var proprio: [Float] = []
    /// [S, W].
    var observationValid: [UInt8] = []
    /// The row of the shard's texts that the last sample has, −1 for none.
    var instruction: Int32 = -1
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
  private let order: SampleOrder
  private let seed: UInt64
  private let goal: GoalRule
  private let chunk: ActionChunk
  private let proprioDimension: Int
  private let entries: [Drawn]

  /// Reads from the stores of `plan`, of which at most `openLimit` files stay open.
  init(_ plan: MixturePlan, openLimit: Int = 64) {
    reader = StoreReader(openLimit: openLimit)
    order = plan.order
    seed = plan.manifest.seed
    goal = plan.manifest.form.goal
    chunk = plan.manifest.form.chunk
    proprioDimension = plan.layout.proprioDimension
    entries = plan.entries.map { Drawn($0, plan.manifest.form.normalization.type) }
  }

  /// Where the sample at `position` comes from.
  ///
  /// - Throws: `SamplingError` for a position that there is not.
  func origin(of position: Int) throws -> Origin {
    let sample = try order.sample(at: position)
    let entry = entries[sample.entry]
    let place = entry.frames.place(of: sample.frame)
    let episode = entry.frames.episode(place.episode)
    return Origin(
      entry: sample.entry, repetition: sample.repetition, episode: episode, step: place.step,
      goal: goal.goal(step: place.step, stepCount: episode.length, seed: seed, position: position))
  }

  /// The store of an origin.
  func store(of origin: Origin) -> StoreInput { entries[origin.entry].store }

  /// The shard of the store that an origin's episode lies in.
  func shard(of origin: Origin) -> StoreInput.Shard { entries[origin.entry].store.shards[origin.episode.shard] }

  /// The numbers of a sample.
  ///
  /// - Throws: `StoreError`, `FileError`.
  func numbers(of origin: Origin) throws -> Numbers {
    var numbers = Numbers()
    try append(origin, to: &numbers)
    return numbers
  }

  /// Appends the numbers of a sample to those of others.
  ///
  /// - Throws: `StoreError`, `FileError`.
  func append(_ origin: Origin, to numbers: inout Numbers) throws {
    let entry = entries[origin.entry]
    let store = entry.store
    let shard = store.shards[origin.episode.shard]
    let first = origin.episode.firstStep
    let width = store.index.actionDimension
    // Past the last step, or the goal where there is one, actions are neutral.
    let end = origin.goal ?? origin.episode.length - 1
    let low = chunk.action(0, at: origin.step, goal: end).step
    let high = chunk.action(chunk.actionCount - 1, at: origin.step, goal: end).step  // Steps of slots rise.
    var values = try reader.floats("action", of: shard, rows: first + low..<first + high + 1, width: width)
    try entry.action?.normalize(&values)
    for number in 0..<chunk.actionCount {
      let slot = chunk.action(number, at: origin.step, goal: end)
      let row = (slot.step - low) * width
      for column in 0..<width {
        numbers.action.append(slot.isNeutral && !entry.absolute[column] ? 0 : values[row + column])
      }
      numbers.actionValid.append(slot.isValid ? 1 : 0)
    }
    let state = store.index.proprioDimension
    for number in 0..<chunk.window {
      let observation = chunk.observation(number, at: origin.step)
      numbers.observationValid.append(observation.isReal ? 1 : 0)
      if proprioDimension == 0 { continue }
      if state > 0 {
        let at = first + observation.step
        var row = try reader.floats("proprio", of: shard, rows: at..<at + 1, width: state)
        try entry.proprio?.normalize(&row)
        numbers.proprio += row
      }
      for _ in state..<proprioDimension { numbers.proprio.append(0) }
    }
    let at = first + origin.step
    numbers.instruction =
      try reader.values("instruction.index", of: shard, rows: at..<at + 1, width: 1, as: Int32.self).first ?? -1
  }

  /// The frames of a picture that a sample shows: steps of its episode, oldest first.
  func steps(of picture: String, _ origin: Origin) -> [Int] {
    if picture.hasPrefix("goal.") { return [origin.goal ?? origin.step] }
    return (0..<chunk.window).map { chunk.observation($0, at: origin.step).step }
  }

  /// Where the frame of `view` at `step` of the episode lies, nil where the store has no such view.
  func frame(_ view: String, step: Int, _ origin: Origin) throws -> (path: String, range: Range<Int>)? {
    let store = entries[origin.entry].store
    guard let form = store.views[view] else { return nil }
    let shard = shard(of: origin)
    return (shard.path, try reader.frame(view, form, step: origin.episode.firstStep + step, of: shard))
  }

  /// The bytes of the frame of `view` at `step`, nil where the store has no such view.
  func frameBytes(_ view: String, step: Int, _ origin: Origin) throws -> [UInt8]? {
    guard let place = try frame(view, step: step, origin) else { return nil }
    return try reader.file(place.path).read(place.range.count, at: place.range.lowerBound)
  }
}
