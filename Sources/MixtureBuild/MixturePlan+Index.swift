internal import ByteIO
internal import EpisodeStore
internal import JSON
internal import SampleShards
internal import Sampling

extension MixturePlan {
  /// The index of the mixture with these shards.
  func index(shards: [MixtureIndex.Shard], statisticsDigest: String) -> MixtureIndex {
    MixtureIndex(
      name: manifest.name, seed: manifest.seed, manifestText: String(decoding: manifest.source, as: UTF8.self),
      manifestDigest: SHA256Digest.hexadecimal(of: manifest.source), planDigest: digest, layout: layout,
      images: imageText, normalization: manifest.form.normalization.rawValue, goal: manifest.form.goal.rawValue,
      padding: manifest.form.padding.rawValue, epochSampleCount: epochSampleCount ?? sampleCount,
      sampleCount: sampleCount, entries: entries.map(\.record), shards: shards, statisticsDigest: statisticsDigest)
  }

  /// How frames are kept, in words: `keep`, `jpeg:95:224x224`, `png`, `raw:224x224+zstd:3`.
  var imageText: String {
    func size(_ size: ImageSize?) -> String { size.map { ":\($0.height)x\($0.width)" } ?? "" }
    let packing = manifest.form.compressionLevel.map { "+zstd:\($0)" } ?? ""
    return switch manifest.form.image {
    case .keep: "keep"
    case .jpeg(let quality, let wanted): "jpeg:\(quality)" + size(wanted)
    case .png(let wanted): "png" + size(wanted)
    case .raw(let wanted): "raw" + size(wanted) + packing
    }
  }
}

extension MixturePlan {
  /// The bytes of all files of its stores.
  public var storeByteCount: Int {
    var seen: Set<String> = []
    return entries.filter { seen.insert($0.store.path).inserted }
      .reduce(0) { $0 + $1.store.index.shards.reduce(0) { $0 + $1.byteCount } }
  }
}
