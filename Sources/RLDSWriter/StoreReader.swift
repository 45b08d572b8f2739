internal import ByteIO
internal import EpisodeStore
internal import Synchronization
internal import TensorFiles

/// The episodes of a store, by catalog row; shards are opened when first asked for.
final class StoreReader: Sendable {
  let path: String
  let index: StoreIndex
  private let shards: Mutex<[Int: Shard]> = Mutex([:])

  /// A shard with its columns.
  final class Shard: Sendable {
    let shard: EpisodeShard
    let textOffsets: [Int]
    let texts: Bytes
    let instructions: [Int32]
    /// Frame boundaries of each encoded picture.
    let frameOffsets: [String: [UInt64]]

    init(_ path: String) throws {
      shard = try EpisodeShard(path)
      let file = shard.file
      if file.declaration("instruction.bytes") != nil {
        texts = try file.bytes("instruction.bytes")
        textOffsets = try file.values("instruction.offsets", .uint64, as: UInt64.self).map { Int(clamping: $0) }
        instructions = try file.values("instruction.index", .int32, as: Int32.self)
      } else {
        texts = Bytes([])
        textOffsets = [0]
        instructions = []
      }
      var offsets: [String: [UInt64]] = [:]
      for tensor in file.tensors where tensor.name.hasSuffix(".bytes") && tensor.name != "instruction.bytes" {
        let name = String(tensor.name.dropLast(6))
        offsets[name] = try file.values(name + ".offsets", .uint64, as: UInt64.self)
      }
      frameOffsets = offsets
    }
  }

  init(_ path: String) throws {
    self.path = path
    index = try StoreVerifier.index(path)
  }

  func file(_ number: Int) -> String { path + "/" + (number < index.shards.count ? index.shards[number].file : "?") }

  func shard(_ number: Int) throws -> Shard {
    guard index.shards.indices.contains(number) else {
      throw ExportError(path, "the catalog names shard \(number) of \(index.shards.count); ingest the dataset again")
    }
    if let open = shards.withLock({ $0[number] }) { return open }
    let opened = try Shard(file(number))
    return shards.withLock { open in
      if let other = open[number] { return other }
      open[number] = opened
      return opened
    }
  }

  /// Returns the columns of the episode of `row`.
  ///
  /// - Throws: `ExportError` where catalog and shard do not fit.
  func episode(_ row: CatalogRow) throws -> StoreEpisode {
    let shard = try shard(row.shard)
    let place = "\(file(row.shard)): episode \(row.ordinal)"
    guard shard.shard.ordinals.indices.contains(row.position), shard.shard.ordinals[row.position] == row.ordinal else {
      throw ExportError(place, "the catalog and the shard disagree on its place; run `armature rlds verify`")
    }
    let range = shard.shard.episodeOffsets[row.position]..<shard.shard.episodeOffsets[row.position + 1]
    guard range.count == row.length else {
      throw ExportError(
        place, "it has \(range.count) steps, the catalog says \(row.length); run `armature rlds verify`")
    }
    return StoreEpisode(shard: shard, steps: range, place: place)
  }
}

/// The columns of one episode: views into a mapped shard.
struct StoreEpisode {
  let shard: StoreReader.Shard
  let steps: Range<Int>
  /// The file and the episode, for errors.
  let place: String

  /// The rows of a tensor with one row a step, or `nil` where the store has none.
  func rows(_ name: String, _ dtype: DType? = nil) throws -> Bytes? {
    let file = shard.shard.file
    guard let tensor = file.declaration(name) else { return nil }
    guard dtype == nil || tensor.dtype == dtype, let width = checkedProduct(Array(tensor.shape.dropFirst())) else {
      throw ExportError(place, "tensor `\(name)` is not of the type that a store has")
    }
    let size = width * tensor.dtype.byteCount
    return try file.bytes(name)[steps.lowerBound * size..<steps.upperBound * size]
  }

  /// The encoded frames of a picture.
  func frames(_ name: String) throws -> [Bytes] {
    guard let offsets = shard.frameOffsets[name] else { throw ExportError(place, "tensor `\(name).bytes` is missing") }
    let bytes = try shard.shard.file.bytes(name + ".bytes")
    return steps.map { bytes[Int(offsets[$0])..<Int(offsets[$0 + 1])] }
  }

  /// The instruction of each step, empty where there is none.
  var instructions: [Bytes] {
    guard !shard.instructions.isEmpty else { return steps.map { _ in Bytes([]) } }
    return steps.map { step in
      let row = Int(shard.instructions[step])
      return row < 0 ? Bytes([]) : shard.texts[shard.textOffsets[row]..<shard.textOffsets[row + 1]]
    }
  }
}
