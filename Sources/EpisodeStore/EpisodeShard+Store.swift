internal import ByteIO
internal import TensorFiles

extension EpisodeShard {
  /// Opens the shard that `entry` of `index` lists, in the store at `store`, and checks that it is what the index says.
  ///
  /// - Throws: `StoreError` for a shard that is missing, of another size or of other columns; as ``init(_:)``.
  public init(store: String, _ entry: StoreIndex.Shard, of index: StoreIndex) throws {
    let file = store + "/" + entry.file
    guard !entry.file.contains("/"), Directory.entry(file) == .file else {
      throw StoreError(.inputMissing, file: file, "the shard is missing; ingest the dataset again")
    }
    let size = try Directory.status(file).byteCount
    guard size == entry.byteCount else {
      throw StoreError(file: file, "it has \(size) bytes, the index says \(entry.byteCount); ingest the dataset again")
    }
    try self.init(file)
    let width = index.proprioDimension
    let states = self.file.declaration("proprio")
    guard stepCount == entry.stepCount, episodeCount == entry.episodeCount,
      self.file.declaration("action")?.shape.last == index.actionDimension,
      states.map({ width > 0 && $0.dtype == .float32 && $0.shape == [stepCount, width] }) ?? (width == 0)
    else { throw StoreError(file: file, "it does not fit the store's index; ingest the dataset again") }
  }
}
