internal import ByteIO
public import DatasetManifest
internal import JSON
internal import RLDS
internal import TensorFiles

/// An episode that `dump` wrote, as a dataset manifest reads it: how a user tries a manifest.
public struct DumpedEpisode: EpisodeFeatures {
  private let file: SafetensorsFile
  public let stepCount: Int
  public let featureNames: [String]

  /// Opens the dump at `path`.
  ///
  /// The number of steps is that of the features below `steps/`, which must agree.
  ///
  /// - Throws: `TensorFileError`, `FileError`, `IngestError`.
  public init(_ path: String) throws {
    let file = try SafetensorsFile(path)
    var counts: [Int: String] = [:]
    var textCounts: [Int: String] = [:]
    var names: Set<String> = []
    for tensor in file.tensors {
      let name = Self.featureName(tensor.name)
      names.insert(name)
      guard name.hasPrefix("steps/"), let rows = tensor.shape.first else { continue }
      if tensor.name == name || tensor.name.hasSuffix(".shapes") { counts[rows] = name }
      // Several texts a step are as many as the steps times their number, so they tell only when nothing else does.
      if tensor.name.hasSuffix(".offsets"), rows > 0 { textCounts[rows - 1] = name }
    }
    if counts.isEmpty { counts = textCounts }
    if counts.count > 1 {
      let found = counts.sorted { $0.key < $1.key }.map { "`\($0.value)` has \($0.key)" }.joined(separator: ", ")
      throw IngestError(.badData, "\(path): the features do not have equally many steps: \(found)")
    }
    self.file = file
    stepCount = counts.first?.key ?? file.metadata["steps"].flatMap { Int($0) } ?? 0
    featureNames = names.sorted()
  }

  private static let suffixes = [".bytes", ".offsets", ".values", ".shapes"]

  private static func featureName(_ tensor: String) -> String {
    for suffix in suffixes where tensor.hasSuffix(suffix) { return String(tensor.dropLast(suffix.count)) }
    return tensor
  }

  public func values(of path: FeaturePath) throws -> FeatureValues? {
    let name = path.name
    if let tensor = file.declaration(name) {
      let host = HostTensor(tensor.dtype, tensor.shape, try file.bytes(name))
      let shape = path.isPerStep ? Array(tensor.shape.dropFirst()) : tensor.shape
      return .numbers(NumberArray(kind: tensor.dtype.numberKind, shape: shape, values: host.doubles))
    }
    if file.declaration(name + ".bytes") != nil {
      let bytes = try file.bytes(name + ".bytes")
      let declared = file.declaration(name + ".offsets")
      let offsets =
        declared?.dtype == .int64
        ? try file.values(name + ".offsets", .int64, as: Int64.self).map { Int(clamping: $0) }
        : try file.values(name + ".offsets", .uint64, as: UInt64.self).map { Int(clamping: $0) }
      var strings: [[UInt8]] = []
      for (start, end) in zip(offsets, offsets.dropFirst()) {
        guard start >= 0, start <= end, end <= bytes.count else {
          throw IngestError(.badData, "\(file.path): tensor `\(name).offsets` does not rise to \(bytes.count)")
        }
        strings.append(bytes[start..<end].array)
      }
      return .strings(strings)
    }
    guard file.declaration(name + ".shapes") != nil else { return nil }
    throw IngestError(
      .badData, "\(file.path): feature `\(name)` differs in shape from step to step, so it cannot be used in a manifest"
    )
  }

  /// Writes what `manifest` makes of the episode to `path`: `action`, `proprio`, `instruction.*`, and in the header the
  /// views, the masks and the number of steps.
  ///
  /// - Throws: `ManifestError`, `IngestError` where a filter drops the episode, `FileError`.
  public func standardize(by manifest: DatasetManifest, to path: String) throws -> StandardizedEpisode {
    if let reason = manifest.unsupported {
      throw IngestError(.badData, "\(manifest.file): the reference refuses `\(manifest.name)`: \(reason)")
    }
    let outcome = try manifest.standardize(self)
    guard case .kept(let episode) = outcome else {
      guard case .dropped(let reason) = outcome else { throw IngestError(.bug, "\(path): neither kept nor dropped") }
      throw IngestError(.badData, "\(file.path): the manifest's filter drops this episode: \(reason)")
    }
    var tensors: [(name: String, tensor: HostTensor)] = [
      ("action", HostTensor(.float32, [episode.rows.count, episode.actionDimension], values: episode.action)),
      ("rows", HostTensor(.int64, [episode.rows.count], values: episode.rows.map(Int64.init))),
    ]
    if let proprio = episode.proprio {
      tensors.append(
        ("proprio", HostTensor(.float32, [episode.rows.count, episode.proprioDimension], values: proprio)))
    }
    let texts = episode.instructions.texts
    var offsets: [UInt64] = [0]
    for text in texts { offsets.append(offsets[offsets.count - 1] + UInt64(text.count)) }
    let bytes = texts.flatMap(\.self)
    tensors.append(("instruction.bytes", HostTensor(.uint8, [bytes.count], values: bytes)))
    tensors.append(("instruction.offsets", HostTensor(.uint64, [offsets.count], values: offsets)))
    let indices = episode.instructions.indices
    tensors.append(("instruction.index", HostTensor(.int32, [indices.count], values: indices)))
    func json(_ paths: [String: FeaturePath]) -> String {
      JSONValue.object(paths.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value.name)) }).serialized()
    }
    func json(_ mask: [Bool]) -> String { JSONValue.array(mask.map { .bool($0) }).serialized() }
    try writeTensors(
      tensors,
      metadata: [
        "format": "armature.standardized/1", "dataset": manifest.name, "steps": "\(episode.rows.count)",
        "views": json(manifest.views), "depth": json(manifest.depth),
        "normalization_mask": json(manifest.masks.normalize), "absolute_mask": json(manifest.masks.absolute),
      ], to: path)
    return episode
  }
}
