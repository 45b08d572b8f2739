internal import Actions
internal import ByteIO
internal import EpisodeStore
internal import PairShards
internal import Preferences

/// Where a rollout's steps lie.
struct RolloutPlace: Sendable {
  var store: Int
  var shard: Int
  var firstStep: Int
  var ordinal: Int
}

/// Reads steps of rollouts: normalised by one set of statistics for all, and binned.
struct StepReader: Sendable {
  private let stores: [RolloutStore]
  private let files = OpenFiles()
  private let action: ActionNormalizer
  private let proprio: ActionNormalizer?
  private let tokenizer: ActionTokenizer
  let actionDimension: Int
  let proprioDimension: Int
  /// Whether states have the columns that the statistics have.
  let normalizesStates: Bool

  init(_ stores: [RolloutStore], _ normalization: PairNormalization) throws {
    self.stores = stores
    actionDimension = normalization.statistics.action.dimension
    action = ActionNormalizer(normalization.type, statistics: normalization.statistics.action)
    proprioDimension = stores.first?.index.proprioDimension ?? 0
    proprio =
      normalization.statistics.proprio.dimension == proprioDimension && proprioDimension > 0
      ? ActionNormalizer(normalization.type, statistics: normalization.statistics.proprio) : nil
    normalizesStates = proprio != nil || proprioDimension == 0
    tokenizer = try ActionTokenizer(vocabularySize: 32_000)
  }

  private func shard(_ place: RolloutPlace) -> RolloutStore.Shard { stores[place.store].shards[place.shard] }

  /// The open file of the shard that a place lies in.
  func file(_ place: RolloutPlace) throws(FileError) -> InputFile { try files.file(shard(place).path) }

  /// The bytes of rows of a tensor.
  private func bytes(_ tensor: String, _ place: RolloutPlace, rows: Range<Int>, stride: Int) throws -> Bytes {
    let shard = shard(place)
    let first = place.firstStep + rows.lowerBound
    guard let range = shard.ranges[tensor], (first + rows.count) * stride <= range.count else {
      throw StoreError(file: shard.path, "tensor `\(tensor)` is missing or too short; ingest the dataset again")
    }
    let count = rows.count * stride
    let found = try files.file(shard.path).read(count, at: range.lowerBound + first * stride)
    guard found.count == count else {
      throw StoreError(file: shard.path, "it was cut while it was read; ingest the dataset again")
    }
    return Bytes(found)
  }

  /// Actions as the store has them, [steps, A].
  func rawActions(_ place: RolloutPlace, _ steps: Range<Int>) throws -> [Float] {
    try bytes("action", place, rows: steps, stride: 4 * actionDimension).values(as: Float.self)
  }

  /// States as the store has them, [steps, P].
  func rawStates(_ place: RolloutPlace, _ steps: Range<Int>) throws -> [Float] {
    if proprioDimension == 0 { return [] }
    return try bytes("proprio", place, rows: steps, stride: 4 * proprioDimension).values(as: Float.self)
  }

  /// Normalised actions, [steps, A].
  func actions(_ place: RolloutPlace, _ steps: Range<Int>) throws -> [Float] {
    var values = try rawActions(place, steps)
    try action.normalize(&values)
    return values
  }

  /// Normalised states, [steps, P].
  func states(_ place: RolloutPlace, _ steps: Range<Int>) throws -> [Float] {
    var values = try rawStates(place, steps)
    try proprio?.normalize(&values)
    return values
  }

  /// Bins of normalised values.
  func bins(_ values: [Float]) -> [UInt8] { values.map { UInt8(tokenizer.bin(of: $0)) } }

  /// Where the frames of `view` begin in the shard's file, with the end: [steps + 1].
  func frameOffsets(_ view: String, _ form: PairLayout.Form, _ place: RolloutPlace, _ steps: Range<Int>) throws -> [Int]
  {
    let shard = shard(place)
    switch form {
    case .pixels(let height, let width):
      let size = height * width * 3
      guard let range = shard.ranges["image.\(view)"] else { throw missing(view, shard) }
      return (0...steps.count).map { range.lowerBound + (place.firstStep + steps.lowerBound + $0) * size }
    case .encoded:
      guard let range = shard.ranges["image.\(view).bytes"] else { throw missing(view, shard) }
      let rows = steps.lowerBound..<steps.upperBound + 1
      let found = try bytes("image.\(view).offsets", place, rows: rows, stride: 8).values(as: UInt64.self)
      guard zip(found, found.dropFirst()).allSatisfy({ $0 <= $1 }), found.last ?? 0 <= UInt64(range.count) else {
        throw StoreError(file: shard.path, "the offsets of frames do not rise; ingest the dataset again")
      }
      return found.map { range.lowerBound + Int($0) }
    }
  }

  private func missing(_ view: String, _ shard: RolloutStore.Shard) -> StoreError {
    StoreError(file: shard.path, "it has no frames of view `\(view)`; ingest the dataset again")
  }

  /// A digest of each step's observation: of the named parts, or of all.
  func observations(
    _ place: RolloutPlace, _ steps: Range<Int>, parts: [String], views: [(name: String, form: PairLayout.Form)]
  ) throws -> [UInt64] {
    var digests = [ObservationDigest](repeating: ObservationDigest(), count: steps.count)
    if parts.contains("proprio"), proprioDimension > 0 {
      let states = try bytes("proprio", place, rows: steps, stride: 4 * proprioDimension)
      let size = 4 * proprioDimension
      for step in digests.indices { digests[step].update(states[step * size..<(step + 1) * size]) }
    }
    for (view, form) in views where parts.contains("image." + view) {
      let offsets = try frameOffsets(view, form, place, steps)
      let file = try file(place)
      for step in digests.indices {
        digests[step].update(Bytes(try file.read(offsets[step + 1] - offsets[step], at: offsets[step])))
      }
    }
    return digests.map(\.value)
  }

  /// The steps of a rollout.
  func table(
    _ place: RolloutPlace, length: Int, parts: [String], views: [(name: String, form: PairLayout.Form)]
  ) throws -> StepTable {
    let values = try actions(place, 0..<length)
    return StepTable(
      stepCount: length, actionDimension: actionDimension, stateDimension: proprioDimension, bins: bins(values),
      action: values, state: try rawStates(place, 0..<length),
      observations: parts.isEmpty ? [] : try observations(place, 0..<length, parts: parts, views: views))
  }
}

/// A digest of 64 bits over parts with their lengths: FNV-1a on words of eight bytes, mixed at the end.
struct ObservationDigest {
  private var state: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func update(_ bytes: Bytes) {
    mix(UInt64(bytes.count))
    let whole = bytes.count & ~7
    unsafe bytes.withUnsafeBytes { buffer in
      for offset in stride(from: 0, to: whole, by: 8) {
        mix(UInt64(littleEndian: unsafe buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
      }
      for offset in whole..<bytes.count { mix(UInt64(unsafe buffer[offset])) }
    }
  }

  private mutating func mix(_ word: UInt64) {
    state = (state ^ word) &* 0x100_0000_01B3
    state ^= state >> 29
  }

  var value: UInt64 {
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
