public import ByteIO

/// A dataset directory that cannot be read as one.
public struct DatasetError: Failure, Equatable {
  public enum Reason: Equatable, Sendable {
    case noDataset
    case severalConfigurations([String])
    case unsupportedFormat(String)
    case unsafeName(kind: String, name: String)
    case missingShard(String)
    case shardCount(file: String, declared: Int, found: Int)
    case noFeatures
    case noSteps
    case unknownSplit(String, known: [String])
    case badExpression(String, why: String)
    case compressedShard(String)
    case noEpisode(Int, count: Int)
  }

  public let reason: Reason
  /// The directory or file at fault.
  public let path: String

  public init(_ reason: Reason, path: String) {
    self.reason = reason
    self.path = path
  }

  public var kind: FailureKind {
    switch reason {
    case .noDataset, .missingShard: .inputMissing
    case .unknownSplit, .badExpression, .noEpisode: .usage
    default: .badData
    }
  }

  public var description: String {
    let what =
      switch reason {
      case .noDataset:
        "no dataset here: neither dataset_info.json nor TFRecord files; name the directory of one version"
      case .severalConfigurations(let names):
        "several configurations (\(names.joined(separator: ", "))); name the directory of one"
      case .unsupportedFormat(let name):
        "the shards are `\(name)` files, which Armature does not read; convert the dataset to tfrecord with TFDS"
      case .unsafeName(let kind, let name): "the \(kind) `\(name)` would lead out of the directory; refused"
      case .missingShard(let file): "shard `\(file)` is missing; copy the dataset again"
      case .shardCount(let file, let declared, let found):
        "shard `\(file)` has \(found) episodes, dataset_info.json declares \(declared); copy the dataset again"
      case .noFeatures: "features.json is missing; only `inspect`, `dump` and `scan` work without it"
      case .noSteps: "features.json declares no `steps`, so this is no RLDS dataset"
      case .unknownSplit(let name, let known): "no split `\(name)`; there are \(known.joined(separator: ", "))"
      case .badExpression(let text, let why): "split expression `\(text)`: \(why)"
      case .compressedShard(let file):
        "shard `\(file)` is compressed, which TFDS does not read either; inflate it first (gzip -d)"
      case .noEpisode(let index, let count): "there is no episode \(index); the split has \(count), counted from 0"
      }
    return "\(path): \(what)"
  }
}
