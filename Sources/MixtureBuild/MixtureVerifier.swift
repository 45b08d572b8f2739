internal import ByteIO
internal import SampleShards
internal import TensorFiles

/// Checks a mixture against its index: digests, sizes, counts of each dataset.
public struct MixtureVerifier: Sendable {
  /// What a check that found nothing wrong went through.
  public struct Report: Sendable {
    public let sampleCount: Int
    public let shardCount: Int
    public let byteCount: Int
  }

  private let path: String

  public init(_ path: String) { self.path = path }

  /// Reads the whole mixture and compares.
  ///
  /// - Throws: `SampleShardError`, `JSONError`, `TensorFileError`, `FileError` at the first thing that is wrong.
  /// - Complexity: O(bytes).
  public func verify() throws -> Report {
    let samples = try SampleSet(path)
    let index = samples.index
    func fail(_ file: String, _ problem: String) -> SampleShardError {
      SampleShardError(file: path + "/" + file, problem + "; build the mixture again")
    }
    try compare(MixtureIndex.statisticsName, index.statisticsDigest)
    guard SHA256Digest.hexadecimal(of: Array(index.manifestText.utf8)) == index.manifestDigest else {
      throw fail(MixtureIndex.fileName, "the manifest's text does not fit its digest")
    }
    var counts = [Int](repeating: 0, count: index.entries.count)
    var bytes = 0
    for shard in index.shards {
      guard Directory.entry(path + "/" + shard.file) == .file else { throw fail(shard.file, "the shard is missing") }
      let size = try Directory.status(path + "/" + shard.file).byteCount
      guard size == shard.byteCount else {
        throw fail(shard.file, "it has \(size) bytes, the index says \(shard.byteCount)")
      }
      try compare(shard.file, shard.sha256)
      let content = try SampleShard(path + "/" + shard.file, index.layout)
      guard content.sampleCount == shard.sampleCount else {
        throw fail(shard.file, "it has \(content.sampleCount) samples, the index says \(shard.sampleCount)")
      }
      for dataset in content.datasetIndex {
        guard Int(dataset) < counts.count else {
          throw fail(shard.file, "it names a dataset \(dataset) that is not there")
        }
        counts[Int(dataset)] += 1
      }
      content.file.releasePages()
      bytes += size
    }
    for (entry, count) in zip(index.entries, counts) where !index.shards.isEmpty && entry.quota != count {
      throw fail(
        MixtureIndex.fileName, "`\(entry.dataset)` has \(count) samples in the shards, its quota is \(entry.quota)")
    }
    return Report(sampleCount: index.sampleCount, shardCount: index.shards.count, byteCount: bytes)
  }

  private func compare(_ name: String, _ digest: String) throws {
    let file = path + "/" + name
    guard Directory.entry(file) == .file else {
      throw SampleShardError(file: file, "the file is missing; build the mixture again")
    }
    let found = try SHA256Digest.hexadecimal(ofFile: file)
    guard found == digest else {
      throw SampleShardError(file: file, "its SHA-256 is \(found), the index says \(digest); build the mixture again")
    }
  }
}
