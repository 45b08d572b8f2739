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

  /// The numbers of one sample; W, K, A, P as in the layout.
  struct Numbers {
    /// [K, A].
    var action: [Float] = []
    /// [K].
    var actionValid: [UInt8] = []
    /// [W, P].
    var proprio: [Float] = []
    /// [W].
    var observationValid: [UInt8] = []
    /// The row of the shard's texts, −1 for none.
    var instruction: Int32 = -1
  }

  let plan: MixturePlan
  let reader = StoreReader()
  private let normalizers: [(action: ActionNormalizer?, proprio: ActionNormalizer?)]

  init(_ plan: MixturePlan) {
    self.plan = plan
    let type = plan.manifest.form.normalization.type
    normalizers = plan.entries.map { entry in
      (
        type.map { ActionNormalizer($0, statistics: entry.statistics.action) },
        type.map { ActionNormalizer($0, statistics: entry.statistics.proprio) }
      )
    }
  }

  /// Where the sample at `position` comes from.
  ///
  /// - Throws: `SamplingError` for a position that there is not.
  func origin(of position: Int) throws -> Origin {
    let sample = try plan.order.sample(at: position)
    let frames = plan.entries[sample.entry].selection.frames
    let place = frames.place(of: sample.frame)
    let episode = frames.episode(place.episode)
    return Origin(
      entry: sample.entry, repetition: sample.repetition, episode: episode, step: place.step,
      goal: plan.manifest.form.goal.goal(
        step: place.step, stepCount: episode.length, seed: plan.manifest.seed, position: position))
  }

  /// The shard of the store that an origin's episode lies in.
  func shard(of origin: Origin) -> StoreInput.Shard { plan.entries[origin.entry].store.shards[origin.episode.shard] }

  /// The numbers of a sample.
  ///
  /// - Throws: `StoreError`, `FileError`.
  func numbers(of origin: Origin) throws -> Numbers {
    let store = plan.entries[origin.entry].store
    let shard = shard(of: origin)
    let chunk = plan.manifest.form.chunk
    let first = origin.episode.firstStep
    var numbers = Numbers()
    let width = store.index.actionDimension
    // Past the last step, or the goal where there is one, actions are neutral.
    let end = origin.goal ?? origin.episode.length - 1
    let slots = (0..<chunk.actionCount).map { chunk.action($0, at: origin.step, goal: end) }
    let rows = (slots.map(\.step).min() ?? 0)..<(slots.map(\.step).max() ?? 0) + 1
    var values = try reader.floats(
      "action", of: shard, rows: rows.lowerBound + first..<rows.upperBound + first, width: width)
    try normalizers[origin.entry].action?.normalize(&values)
    let absolute = store.index.absoluteMask
    for slot in slots {
      let row = (slot.step - rows.lowerBound) * width
      for column in 0..<width {
        numbers.action.append(slot.isNeutral && !absolute[column] ? 0 : values[row + column])
      }
      numbers.actionValid.append(slot.isValid ? 1 : 0)
    }
    let observations = (0..<chunk.window).map { chunk.observation($0, at: origin.step) }
    numbers.observationValid = observations.map { $0.isReal ? 1 : 0 }
    let state = store.index.proprioDimension
    if plan.layout.proprioDimension > 0 {
      for observation in observations {
        var row: [Float] = []
        if state > 0 {
          let at = first + observation.step
          row = try reader.floats("proprio", of: shard, rows: at..<at + 1, width: state)
          try normalizers[origin.entry].proprio?.normalize(&row)
        }
        numbers.proprio += row + [Float](repeating: 0, count: plan.layout.proprioDimension - state)
      }
    }
    let at = first + origin.step
    numbers.instruction =
      try reader.values("instruction.index", of: shard, rows: at..<at + 1, width: 1, as: Int32.self).first ?? -1
    return numbers
  }

  /// The frames of a picture that a sample shows: steps of its episode, oldest first.
  func steps(of picture: String, _ origin: Origin) -> [Int] {
    if picture.hasPrefix("goal.") { return [origin.goal ?? origin.step] }
    let chunk = plan.manifest.form.chunk
    return (0..<chunk.window).map { chunk.observation($0, at: origin.step).step }
  }

  /// Where the frame of `view` at `step` of the episode lies, nil where the store has no such view.
  func frame(_ view: String, step: Int, _ origin: Origin) throws -> (path: String, range: Range<Int>)? {
    let store = plan.entries[origin.entry].store
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
