internal import ByteIO
public import PairShards
internal import Preferences

/// Checks a set of pairs against its index: every digest, size and count, and that no start is in two splits.
public struct PairVerifier: Sendable {
  private let path: String

  public init(_ path: String) { self.path = path }

  /// Reads the whole set.
  ///
  /// - Throws: `PairBuildError`, `PairShardError`, `TensorFileError`, `FileError` at the first thing that is wrong.
  @discardableResult
  public func verify() throws -> PairIndex {
    let set = try PairSet(path)
    for file in (set.index.stepShards + set.index.pairShards).map(\.file) + set.index.files {
      let name = path + "/" + file.name
      guard Directory.entry(name) == .file else {
        throw PairBuildError(.inputMissing, "\(name): the file is missing; pair again")
      }
      let found = try SHA256Digest.hexadecimal(ofFile: name)
      guard found == file.sha256 else {
        throw PairBuildError("\(name): its SHA-256 is \(found), the index says \(file.sha256); pair again")
      }
    }
    var splitOfStart: [String: String] = [:]
    var count = 0
    try PairLines.forEach(path) { line in
      let pair = try set.pair(count)
      guard pair.id == line.id, pair.split == line.split else {
        throw PairBuildError("\(path)/\(PairIndex.rowsName):\(count + 1): the line is not that of pair \(count)")
      }
      let start = line.task + "\n" + (line.start ?? line.chosen.episode)
      let split = line.split == Split.seen.rawValue ? Split.train.rawValue : line.split
      guard splitOfStart[start] == nil || splitOfStart[start] == split else {
        throw PairBuildError("\(path)/\(PairIndex.rowsName):\(count + 1): the start of this pair is in two splits")
      }
      splitOfStart[start] = split
      for side in [pair.chosen, pair.rejected] {
        let episode = try set.episode(side.episode)
        _ = try episode.actionBins(side.steps)
      }
      count += 1
    }
    guard count == set.count else {
      throw PairBuildError("\(path)/\(PairIndex.rowsName): it has \(count) lines, the index says \(set.count)")
    }
    return set.index
  }
}
