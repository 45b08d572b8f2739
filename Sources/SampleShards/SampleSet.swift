internal import ByteIO
internal import JSON
internal import Synchronization

/// A mixture on disk: its index, and its shards, which are mapped when they are first asked for.
public final class SampleSet: Sendable {
  /// The directory.
  public let path: String
  public let index: MixtureIndex
  private let opened: Mutex<[Int: SampleShard]>

  /// The shards that stay mapped; their tables of offsets and provenance are in memory.
  private static let openedLimit = 64

  /// Opens the mixture at `path`; reads its index only.
  ///
  /// - Throws: `SampleShardError` where there is none, `JSONError`, `FileError`.
  public init(_ path: String) throws {
    let file = path + "/" + MixtureIndex.fileName
    guard Directory.entry(file) == .file else {
      throw SampleShardError(
        .inputMissing, file: path,
        "no complete mixture: `\(MixtureIndex.fileName)` is missing; run `armature mixture build` to its end")
    }
    self.path = path
    index = try MixtureIndex(JSONNode(file: file, limit: 1 << 30))
    opened = Mutex([:])
  }

  /// Returns shard `number`, mapped.
  ///
  /// - Throws: `SampleShardError`, `TensorFileError`, `FileError`.
  public func shard(_ number: Int) throws -> SampleShard {
    if let shard = opened.withLock({ $0[number] }) { return shard }
    let expected = index.shards[number]
    let file = path + "/" + expected.file
    let byteCount = try Directory.status(file).byteCount
    guard byteCount == expected.byteCount else {
      throw SampleShardError(
        file: file, "it has \(byteCount) bytes, the index says \(expected.byteCount); copy it again")
    }
    let shard = try SampleShard(file, index.layout)
    guard shard.sampleCount == expected.sampleCount else {
      throw SampleShardError(
        file: file,
        "it has \(shard.sampleCount) samples, the index says \(expected.sampleCount); build the mixture again")
    }
    guard shard.datasetIndex.allSatisfy({ Int($0) < index.entries.count }) else {
      throw SampleShardError(
        file: file, "it names datasets that the index does not have; build the mixture again")
    }
    opened.withLock { opened in
      if opened.count >= Self.openedLimit { opened.removeAll() }
      opened[number] = shard
    }
    return shard
  }

  /// Returns the shard that holds the sample at `position`, and the sample's place in it.
  ///
  /// - Precondition: `position` lies in `0..<count`, and the mixture has shards.
  /// - Complexity: O(log shards).
  public func place(of position: Int) -> (shard: Int, sample: Int) {
    var (low, high) = (0, index.shards.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if index.shards[middle].first <= position { low = middle } else { high = middle }
    }
    return (low, position - index.shards[low].first)
  }
}
