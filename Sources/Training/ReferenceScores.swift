internal import ByteIO
internal import JSON
internal import PairShards
internal import TensorFiles
internal import Torch
internal import VLA

/// The reference's log-probabilities, computed once for each step that pairs use, and kept in the run's folder.
///
/// `reference/` fills block by block, so that an interrupted computation goes on; `reference.safetensors` completes it.
struct ReferenceScores {
  static let fileName = "reference.safetensors"
  private static let partsName = "reference"
  private static let schema = "armature.reference/1"
  /// The steps that have a score.
  var usedCount: Int { used.count }
  /// The steps of one block.
  private static let blockSize = 2048
  /// The most steps whose distributions over actions are kept, to tell how far the policy moved.
  static let observedLimit = 256

  /// By the steps' numbers in the set; NaN for steps that no pair uses, [kept steps of the set].
  let values: [Float]
  private let used: [PairStep]
  /// The reference's distributions at steps of held-out pairs.
  let observed: ObservedDistributions
  /// The steps that went through the model in this process.
  private(set) var passedCount = 0

  /// The steps that pairs use, and those at which distributions are observed.
  struct Steps {
    /// Ascending by number.
    var used: [PairStep]
    let observed: [PairStep]
  }

  /// Opens the scores in `folder`, or computes them with `pass`, whose policy is the reference; several ranks share the work.
  ///
  /// `fingerprint` tells pairs, model and settings: scores of another are computed anew.
  ///
  /// - Throws: `TrainingError` where a step has no score; what reading and computing throws.
  init(_ folder: String, _ set: PairSet, _ steps: Steps, _ pass: StepPass, fingerprint: String, _ group: ProcessGroup?)
    throws
  {
    let path = "\(folder)/\(Self.fileName)"
    used = steps.used
    if let known = try Self.read(path, set, steps, fingerprint) {
      (values, observed) = known
      try check(set, path)
      return
    }
    let isFirst = group?.rank ?? 0 == 0
    let parts = "\(folder)/\(Self.partsName)"
    let blocks = Self.blocks(steps.used)
    // What another fingerprint left.
    if isFirst {
      try Self.clear(parts, fingerprint)
      try Directory.create(parts)
    }
    try group?.meet()
    for number in blocks.indices where number % (group?.world ?? 1) == group?.rank ?? 0 {
      let file = "\(parts)/block-\(number).safetensors"
      if Directory.entry(file) == .file { continue }
      let scores = try pass.logProbabilities(blocks[number]).map { Float($0) }
      passedCount += blocks[number].count
      let declaration = TensorDeclaration("log_probability", .float32, [scores.count])
      let writer = try SafetensorsWriter(file, [declaration], metadata: ["fingerprint": fingerprint])
      try writer.append(declaration.name) { try $0.append(values: scores) }
      _ = try writer.commit()
    }
    try group?.meet()
    if isFirst {
      var all = [Float](repeating: .nan, count: set.index.stepCount)
      for (number, block) in blocks.enumerated() {
        let file = try SafetensorsFile("\(parts)/block-\(number).safetensors")
        let scores = try file.values("log_probability", .float32, as: Float.self)
        guard file.metadata["fingerprint"] == fingerprint, scores.count == block.count else {
          throw TrainingError(place: file.path, "it is of other pairs or another model; remove \(parts)")
        }
        for (step, score) in zip(block, scores) { all[step.row] = score }
      }
      try Self.write(path, all, ObservedDistributions(steps.observed, pass), fingerprint)
      try Directory.remove(parts)
      try Directory.synchronize(folder)
    }
    try group?.meet()
    guard let known = try Self.read(path, set, steps, fingerprint) else {
      throw TrainingError(.bug, place: path, "the reference's log-probabilities were not written")
    }
    (values, observed) = known
    try check(set, path)
  }

  private static func blocks(_ steps: [PairStep]) -> [[PairStep]] {
    stride(from: 0, to: steps.count, by: blockSize).map { start in
      Array(steps[start..<min(start + blockSize, steps.count)])
    }
  }

  /// Removes the blocks in `parts` unless they are of `fingerprint`.
  private static func clear(_ parts: String, _ fingerprint: String) throws {
    guard Directory.entry(parts) == .directory else { return }
    for name in try Directory.names(parts) {
      let file = "\(parts)/\(name)"
      let isOurs = try name.hasSuffix(".safetensors") && SafetensorsFile(file).metadata["fingerprint"] == fingerprint
      if !isOurs { try Directory.remove(file) }
    }
  }

  private static func write(
    _ path: String, _ values: [Float], _ observed: ObservedDistributions, _ fingerprint: String
  ) throws {
    let scores = TensorDeclaration("log_probability", .float32, [values.count])
    let writer = try SafetensorsWriter(
      path, [scores, observed.declaration], metadata: ["schema": schema, "fingerprint": fingerprint])
    for declaration in writer.order {
      try writer.append(declaration.name) { file in
        if declaration.name == scores.name {
          try file.append(values: values)
        } else {
          try observed.write(to: file)
        }
      }
    }
    _ = try writer.commit()
  }

  /// The scores at `path`; `nil` where there are none of `fingerprint`.
  private static func read(
    _ path: String, _ set: PairSet, _ steps: Steps, _ fingerprint: String
  ) throws -> (values: [Float], observed: ObservedDistributions)? {
    guard Directory.entry(path) == .file else { return nil }
    let file = try SafetensorsFile(path)
    guard file.metadata["schema"] == schema, file.metadata["fingerprint"] == fingerprint else { return nil }
    let values = try file.values("log_probability", .float32, as: Float.self)
    guard values.count == set.index.stepCount else {
      throw TrainingError(place: path, "it has \(values.count) steps, the pairs \(set.index.stepCount); remove it")
    }
    return (values, try ObservedDistributions(file, at: steps.observed))
  }

  /// Refuses scores with gaps.
  private func check(_ set: PairSet, _ path: String) throws {
    let gaps = used.filter { !values[$0.row].isFinite }
    guard let first = gaps.first else { return }
    let episode = try set.episode(first.episode)
    throw TrainingError(
      place: path,
      "\(gaps.count) of \(used.count) steps have no log-probability under the reference, the first one step "
        + "\(first.step) of episode \(episode.ordinal); remove it to have them computed again")
  }

  /// Computes a share of the scores again, evenly chosen, and refuses what differs; returns how many.
  ///
  /// Reduced precision differs with the shapes of batches, by about a hundredth of a nat for a token.
  func recheck(_ share: Double, _ pass: StepPass, tokensPerStep: Int) throws -> Int {
    guard share > 0 else { return 0 }
    let chosen = evenly(used, max(8, Int((share * Double(used.count)).rounded(.up))))
    let limit = Double(tokensPerStep) * (pass.pass.autocast == nil ? 1e-3 : 5e-2)
    for (step, score) in zip(chosen, try pass.logProbabilities(chosen))
    where abs(score - Double(values[step.row])) > limit {
      throw TrainingError(
        place: Self.fileName,
        "step \(step.step) of episode row \(step.episode) has \(values[step.row]) nats, computed again \(score); the "
          + "model or the pairs changed: remove the file")
    }
    return chosen.count
  }
}
