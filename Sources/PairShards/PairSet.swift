internal import ByteIO
internal import JSON
internal import Synchronization
internal import TensorFiles

/// A set of preference pairs on disk: its index, and its shards, which are mapped when they are first asked for.
///
/// Pairs and episodes are numbered over all shards and can be asked for in any order, from any thread.
public final class PairSet: Sendable {
  /// The directory.
  public let path: String
  public let index: PairIndex
  private let stepShards: Mutex<[Int: PairSteps]>
  private let pairShards: Mutex<[Int: PairRows]>

  /// The shards of a kind that stay mapped.
  private static let openedLimit = 64

  /// Opens the set at `path`; reads its index only.
  ///
  /// - Throws: `PairShardError` where there is none, `JSONError`, `FileError`.
  public init(_ path: String) throws {
    let file = path + "/" + PairIndex.fileName
    guard Directory.entry(file) == .file else {
      throw PairShardError(
        .inputMissing, file: path,
        "no complete set of pairs: `\(PairIndex.fileName)` is missing; run `armature prefs pair` to its end")
    }
    self.path = path
    index = try PairIndex(JSONNode(file: file, limit: 1 << 30))
    stepShards = Mutex([:])
    pairShards = Mutex([:])
  }

  /// The number of pairs.
  public var count: Int { index.pairCount }

  /// The pair at `position`.
  ///
  /// - Precondition: `position` lies in `0..<count`.
  /// - Throws: `PairShardError`, `TensorFileError`, `FileError`.
  /// - Complexity: O(log shards), and O(steps) for the masks.
  public func pair(_ position: Int) throws -> PairRow {
    let number = Self.shard(of: position, index.pairShards)
    let shard = try rows(number)
    return try shard.row(position - index.pairShards[number].first, of: index)
  }

  /// The positions of the pairs of `split`, ascending.
  ///
  /// - Throws: `PairShardError` for a split that there is not, `TensorFileError`, `FileError`.
  /// - Complexity: O(pairs).
  public func positions(in split: String) throws -> [Int] {
    guard let code = index.splits.firstIndex(of: split) else {
      throw PairShardError(
        .usage, file: path, "there is no split `\(split)`; the splits are \(index.splits.joined(separator: ", "))")
    }
    var positions: [Int] = []
    for (number, shard) in index.pairShards.enumerated() {
      for (place, found) in try rows(number).splits.enumerated() where Int(found) == code {
        positions.append(shard.first + place)
      }
    }
    return positions
  }

  /// The episode that pairs call `row`.
  ///
  /// - Precondition: `row` lies in `0..<index.episodeCount`.
  /// - Throws: `PairShardError`, `TensorFileError`, `FileError`.
  public func episode(_ row: Int) throws -> PairEpisode {
    let number = Self.shard(of: row, index.stepShards)
    let shard = try steps(number)
    return PairEpisode(
      shard, row - index.stepShards[number].first, row: row, firstStepRow: index.stepShards[number].firstStep)
  }

  /// The shard that holds item `position`.
  private static func shard(of position: Int, _ shards: [PairIndex.Shard]) -> Int {
    var (low, high) = (0, shards.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if shards[middle].first <= position { low = middle } else { high = middle }
    }
    return low
  }

  /// The file of a shard, whose size is right.
  private func file(_ shard: PairIndex.Shard) throws -> String {
    let file = path + "/" + shard.file.name
    guard Directory.entry(file) == .file else {
      throw PairShardError(.inputMissing, file: file, "the shard is missing; pair again")
    }
    let byteCount = try Directory.status(file).byteCount
    guard byteCount == shard.file.byteCount else {
      throw PairShardError(
        file: file, "it has \(byteCount) bytes, the index says \(shard.file.byteCount); copy it again")
    }
    return file
  }

  func rows(_ number: Int) throws -> PairRows {
    if let shard = pairShards.withLock({ $0[number] }) { return shard }
    let expected = index.pairShards[number]
    let shard = try PairRows(file(expected), count: expected.count, episodeCount: index.episodeCount)
    pairShards.withLock { opened in
      if opened.count >= Self.openedLimit { opened.removeAll() }
      opened[number] = shard
    }
    return shard
  }

  func steps(_ number: Int) throws -> PairSteps {
    if let shard = stepShards.withLock({ $0[number] }) { return shard }
    let expected = index.stepShards[number]
    let shard = try PairSteps(file(expected), index.layout)
    guard shard.episodeCount == expected.count, shard.stepCount == expected.stepCount else {
      throw PairShardError(
        file: shard.file.path,
        "it has \(shard.episodeCount) episodes and \(shard.stepCount) steps, the index says \(expected.count) and "
          + "\(expected.stepCount); pair again")
    }
    guard shard.storeIndex.allSatisfy({ Int($0) < index.stores.count }) else {
      throw PairShardError(file: shard.file.path, "it names stores that the index does not have; pair again")
    }
    stepShards.withLock { opened in
      if opened.count >= Self.openedLimit { opened.removeAll() }
      opened[number] = shard
    }
    return shard
  }
}
