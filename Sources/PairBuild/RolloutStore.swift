internal import ByteIO
internal import EpisodeStore
internal import PairShards
internal import TensorFiles

/// An episode store as rollouts are read from it: its index, and where each tensor of its shards lies.
final class RolloutStore: Sendable {
  /// A file of the store; rows are read by system calls, so that memory does not grow with what was read.
  struct Shard: Sendable {
    let path: String
    let byteCount: Int
    let ranges: [String: Range<Int>]
    let stepCount: Int
    let hasProprio: Bool
  }

  let path: String
  let index: StoreIndex
  /// SHA-256 of `store.json`, which has the digests of all other files.
  let digest: String
  let shards: [Shard]
  /// How the frames of each view lie, the same in all shards.
  let views: [String: PairLayout.Form]

  /// Opens the store at `path`; reads its index and the headers of its shards.
  ///
  /// - Throws: `StoreError`, `JSONError`, `TensorFileError`, `FileError`; a shard that is missing or cut is named.
  init(_ path: String) throws {
    self.path = path
    index = try StoreVerifier.index(path)
    digest = try SHA256Digest.hexadecimal(ofFile: path + "/" + StoreIndex.fileName)
    guard index.absoluteMask.count == index.actionDimension else {
      throw StoreError(
        file: path + "/" + StoreIndex.fileName,
        "the mask of absolute columns has \(index.absoluteMask.count), actions \(index.actionDimension); "
          + "ingest the dataset again")
    }
    for (name, expected) in [
      (StoreIndex.catalogName, index.catalogDigest), (StoreIndex.statisticsName, index.statisticsDigest),
    ] {
      let file = path + "/" + name
      guard Directory.entry(file) == .file else {
        throw StoreError(.inputMissing, file: file, "the file is missing; ingest the dataset again")
      }
      let found = try SHA256Digest.hexadecimal(ofFile: file)
      guard found == expected else {
        throw StoreError(
          file: file, "it was altered: its SHA-256 is \(found), the index says \(expected); ingest the dataset again")
      }
    }
    var shards: [Shard] = []
    var views: [String: PairLayout.Form] = [:]
    for entry in index.shards {
      let file = path + "/" + entry.file
      let shard = try EpisodeShard(store: path, entry, of: index)
      for (view, _) in index.views {
        let form = Self.form(of: "image." + view, in: shard)
        guard shards.isEmpty || form == views[view] else {
          throw StoreError(file: file, "it keeps view `\(view)` in another form than shards before it; ingest again")
        }
        views[view] = form
      }
      var ranges: [String: Range<Int>] = [:]
      for tensor in shard.file.tensors { ranges[tensor.name] = shard.file.range(tensor.name) }
      shards.append(
        Shard(
          path: file, byteCount: entry.byteCount, ranges: ranges, stepCount: entry.stepCount,
          hasProprio: index.proprioDimension > 0))
      shard.file.releasePages()
    }
    self.shards = shards
    self.views = views
  }

  private static func form(of picture: String, in shard: EpisodeShard) -> PairLayout.Form? {
    if let pixels = shard.file.declaration(picture), pixels.dtype == .uint8, pixels.shape.count == 4,
      pixels.shape[3] == 3
    {
      return .pixels(height: pixels.shape[1], width: pixels.shape[2])
    }
    return shard.file.declaration(picture + ".bytes") == nil ? nil : .encoded
  }

  /// Reads every shard and compares it with its digest.
  ///
  /// - Throws: `StoreError` naming a file that was altered.
  func verify(_ progress: (Int) -> Void) throws {
    for shard in index.shards {
      let file = path + "/" + shard.file
      let found = try SHA256Digest.hexadecimal(ofFile: file)
      guard found == shard.sha256 else {
        throw StoreError(
          file: file,
          "it was altered: its SHA-256 is \(found), the index says \(shard.sha256); ingest the dataset again")
      }
      progress(shard.byteCount)
    }
  }
}
