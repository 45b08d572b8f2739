internal import ByteIO
internal import Workers

/// Compares the files of a plan's stores with the digests in the stores' indices.
struct StoreDigests {
  private let files: [(path: String, sha256: String)]

  init(_ plan: MixturePlan) {
    var files: [(path: String, sha256: String)] = []
    var seen: Set<String> = []
    for entry in plan.entries where seen.insert(entry.store.path).inserted { files += entry.store.digests }
    self.files = files
  }

  /// Reads every file but those that `isKnown` says were compared before; `progress` is told their bytes.
  ///
  /// Returns a key for each file, of digest, size, date and path: what `isKnown` is asked with.
  /// - Throws: `MixtureError` naming a file that is missing or was altered, `FileError`.
  func compare(
    workers: Int, isKnown: @escaping @Sendable (String) -> Bool, progress: @escaping @Sendable (Int) -> Void
  ) async throws -> [String] {
    let found = Slots<String>(count: files.count)
    let list = files
    try await forEachIndex(below: files.count, workers: workers) { number in
      let (path, sha256) = list[number]
      guard Directory.entry(path) == .file else {
        throw MixtureError(.inputMissing, "\(path): the file is missing; ingest the dataset again")
      }
      let status = try Directory.status(path)
      let key = "\(sha256) \(status.byteCount) \(status.modified) \(path)"
      if !isKnown(key) {
        let digest = try SHA256Digest.hexadecimal(ofFile: path)
        guard digest == sha256 else {
          throw MixtureError(
            "\(path): it was altered: its SHA-256 is \(digest), the store's index says \(sha256); ingest the dataset again"
          )
        }
      }
      found[number] = key
      progress(status.byteCount)
    }
    return found.filled
  }
}
