public import ByteIO
internal import TensorFiles

/// A shard of steps, mapped into memory, whose tensors fit the layout.
final class PairSteps: Sendable {
  let file: SafetensorsFile
  let layout: PairLayout
  let stepCount: Int
  let episodeCount: Int
  /// [E + 1] and [E] each.
  let offsets: [UInt64]
  let ordinals: [UInt64]
  let firstSteps: [UInt32]
  let storeIndex: [UInt16]
  let instructionIndex: [Int32]
  let instructions: [Bytes]
  let frames: [String: (bytes: Bytes, offsets: [UInt64]?, size: Int)]

  init(_ path: String, _ layout: PairLayout) throws {
    let file = try SafetensorsFile(path)
    func fail(_ problem: String) -> PairShardError { PairShardError(file: path, problem + "; pair again") }
    guard let steps = file.declaration("action")?.shape.first,
      let episodes = file.declaration("store.index")?.shape.first
    else { throw fail("tensor `action` or `store.index` is missing") }
    func table(_ name: String, count: Int, end: Int) throws -> [UInt64] {
      let offsets = try file.values(name, .uint64, as: UInt64.self)
      guard offsets.count == count + 1, offsets.first == 0, offsets.last == UInt64(end),
        zip(offsets, offsets.dropFirst()).allSatisfy({ $0 <= $1 })
      else { throw fail("tensor `\(name)` does not rise from 0 to \(end) in \(count) steps") }
      return offsets
    }
    let texts = max(0, (file.declaration("instruction.offsets")?.shape.first ?? 1) - 1)
    let expected = layout.stepTensors(
      steps: steps, episodes: episodes,
      frameBytes: Dictionary(
        uniqueKeysWithValues: layout.views.map {
          ($0.name, file.declaration("image.\($0.name).bytes")?.shape.first ?? 0)
        }), texts: texts, textBytes: file.declaration("instruction.bytes")?.shape.first ?? 0)
    for tensor in expected where file.declaration(tensor.name) != tensor {
      throw fail("tensor `\(tensor.name)` is missing or not \(tensor.dtype.rawValue) \(tensor.shape)")
    }
    offsets = try table("episode.offsets", count: episodes, end: steps)
    ordinals = try file.values("episode.ordinal", .uint64, as: UInt64.self)
    firstSteps = try file.values("episode.first_step", .uint32, as: UInt32.self)
    storeIndex = try file.values("store.index", .uint16, as: UInt16.self)
    instructionIndex = try file.values("instruction.index", .int32, as: Int32.self)
    guard instructionIndex.allSatisfy({ $0 >= -1 && Int($0) < texts }) else {
      throw fail("tensor `instruction.index` names texts that are not there")
    }
    let textBytes = try file.bytes("instruction.bytes")
    let textOffsets = try table("instruction.offsets", count: texts, end: textBytes.count)
    instructions = zip(textOffsets, textOffsets.dropFirst()).map { textBytes[Int($0)..<Int($1)] }
    var frames: [String: (bytes: Bytes, offsets: [UInt64]?, size: Int)] = [:]
    for (view, form) in layout.views {
      let name = "image.\(view)"
      switch form {
      case .encoded:
        let bytes = try file.bytes(name + ".bytes")
        frames[view] = (bytes, try table(name + ".offsets", count: steps, end: bytes.count), 0)
      case .pixels(let height, let width): frames[view] = (try file.bytes(name), nil, height * width * 3)
      }
    }
    self.frames = frames
    self.file = file
    self.layout = layout
    stepCount = steps
    episodeCount = episodes
  }
}

/// An episode, or the part of it that pairs use: its steps are counted as in the episode.
public struct PairEpisode: Sendable {
  private let shard: PairSteps
  private let place: Int
  /// The episode's number in the set.
  public let row: Int
  /// The steps that are kept.
  public let steps: Range<Int>
  /// The number of its first kept step among all kept steps of the set: what is computed once a step has its place there.
  public let firstStepRow: Int

  init(_ shard: PairSteps, _ place: Int, row: Int, firstStepRow: Int) {
    self.shard = shard
    self.place = place
    self.row = row
    let first = Int(shard.firstSteps[place])
    let start = Int(shard.offsets[place])
    steps = first..<first + Int(shard.offsets[place + 1]) - start
    self.firstStepRow = firstStepRow + start
  }

  /// The store's place in the index, and the episode's position in the store's source.
  public var store: Int { Int(shard.storeIndex[place]) }
  public var ordinal: Int { Int(clamping: shard.ordinals[place]) }

  /// What the robot was asked to do; nil where nothing was said.
  public var instruction: String? {
    let index = shard.instructionIndex[place]
    return index < 0 ? nil : String(utf8: shard.instructions[Int(index)])
  }

  /// Where `step` lies among the kept steps of the set.
  public func stepRow(_ step: Int) -> Int { firstStepRow + step - steps.lowerBound }

  /// Where `range` lies in the shard's columns.
  private func rows(_ range: Range<Int>) throws(PairShardError) -> Range<Int> {
    guard range.lowerBound >= steps.lowerBound, range.upperBound <= steps.upperBound else {
      throw PairShardError(
        file: shard.file.path, "steps \(range) of episode \(ordinal) are not kept, \(steps) are; pair again")
    }
    let shift = Int(shard.offsets[place]) - steps.lowerBound
    return range.lowerBound + shift..<range.upperBound + shift
  }

  private func values<T: BitwiseCopyable>(_ name: String, _ range: Range<Int>, _ width: Int, _: T.Type) throws -> [T] {
    let rows = try rows(range)
    let stride = width * MemoryLayout<T>.stride
    return try shard.file.bytes(name)[rows.lowerBound * stride..<rows.upperBound * stride].values(as: T.self)
  }

  /// The bins of the actions of `range`, [steps, A].
  ///
  /// - Throws: `PairShardError` for steps that are not kept.
  public func actionBins(_ range: Range<Int>) throws -> [UInt8] {
    try values("action_bin", range, shard.layout.actionDimension, UInt8.self)
  }

  /// The normalised actions of `range`, [steps, A].
  public func actions(_ range: Range<Int>) throws -> [Float] {
    try values("action", range, shard.layout.actionDimension, Float.self)
  }

  /// The normalised states of `range`, [steps, P]; empty where the set has none.
  public func proprio(_ range: Range<Int>) throws -> [Float] {
    if shard.layout.proprioDimension == 0 { return [] }
    return try values("proprio", range, shard.layout.proprioDimension, Float.self)
  }

  /// The bytes of the frame of `view` at `step`: an encoded file, or pixels [H, W, 3].
  ///
  /// - Throws: `PairShardError` for a view or a step that is not kept.
  public func frame(_ view: String, _ step: Int) throws -> Bytes {
    guard let frames = shard.frames[view] else {
      throw PairShardError(
        .usage, file: shard.file.path,
        "there is no view `\(view)`; the views are \(shard.layout.views.map(\.name).joined(separator: ", "))")
    }
    let row = try rows(step..<step + 1).lowerBound
    guard let offsets = frames.offsets else { return frames.bytes[row * frames.size..<(row + 1) * frames.size] }
    return frames.bytes[Int(offsets[row])..<Int(offsets[row + 1])]
  }
}
