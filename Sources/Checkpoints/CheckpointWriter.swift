public import ByteIO
public import JSON
public import TensorFiles

/// Writes a checkpoint folder as `save_pretrained` lays it out; it appears under its name only when complete.
///
/// Weights are asked for one at a time, so memory does not grow with the model.
public struct CheckpointWriter {
  /// The largest weight file that transformers 4.40.1 writes unless told otherwise, in bytes.
  public static let defaultShardSize = 5_000_000_000

  public let path: String
  /// The largest weight file in bytes; a tensor that is larger has a file of its own.
  public let shardSize: Int

  public init(_ path: String, shardSize: Int = CheckpointWriter.defaultShardSize) {
    // A `/` at the end would put the unfinished folder inside the finished one.
    self.path = path.hasSuffix("/") ? "\(Directory.parent(of: path))/\(Directory.name(of: path))" : path
    self.shardSize = shardSize
  }

  /// Writes `tensors`, in the model's order, with `config` and the other `files`.
  ///
  /// `data` appends the bytes of one tensor to the file it is given.
  ///
  /// - Throws: `CheckpointError` where the folder is there already; `FileError`; whatever `data` throws. Nothing is left
  ///   under the folder's name then.
  public func write(
    _ tensors: [TensorDeclaration], config: JSONValue, files: [File],
    data: (TensorDeclaration, AtomicFile) throws -> Void
  ) throws {
    switch Directory.entry(path) {
    case .missing: break
    case .directory:
      guard try Directory.names(path).isEmpty else {
        throw CheckpointError(
          .outputUnavailable, place: path, "the folder is not empty; remove it or choose another --out")
      }
    case .file: throw CheckpointError(.outputUnavailable, place: path, "it is no folder; choose another --out")
    }
    let part = "\(path).part"
    try Directory.remove(part)
    try Directory.create(part)
    do {
      try fill(part, tensors, config, files, data)
    } catch {
      // What is written so far is of no use; the error that is thrown says why.
      try? Directory.remove(part)
      throw error
    }
    if Directory.entry(path) == .directory { try Directory.remove(path) }
    try Directory.move(part, to: path)
    try Directory.synchronize(Directory.parent(of: path))
  }

  /// Writes everything into the folder `part`.
  private func fill(
    _ part: String, _ tensors: [TensorDeclaration], _ config: JSONValue, _ files: [File],
    _ data: (TensorDeclaration, AtomicFile) throws -> Void
  ) throws {
    try writeWeights(tensors, to: part, data)
    try writeJSON(config, to: "\(part)/\(CheckpointFolder.configName)")
    for file in files {
      switch file.content {
      case .json(let value): try writeJSON(value, to: "\(part)/\(file.name)")
      case .copy(let source): _ = try AtomicFile.write(readFile(source, limit: 1 << 30), to: "\(part)/\(file.name)")
      }
    }
    try Directory.synchronize(part)
  }

  /// A file beside the weights.
  public struct File {
    public enum Content {
      case json(JSONValue)
      /// The bytes of the file at this path.
      case copy(String)
    }

    public let name: String
    public let content: Content

    public init(_ name: String, _ content: Content) {
      self.name = name
      self.content = content
    }
  }

  private func writeWeights(
    _ tensors: [TensorDeclaration], to folder: String, _ data: (TensorDeclaration, AtomicFile) throws -> Void
  ) throws {
    let shards = Self.shards(tensors, limit: shardSize)
    var weightMap: [JSONValue.Member] = []
    var total = 0
    for (index, shard) in shards.enumerated() {
      let name =
        shards.count == 1
        ? CheckpointFolder.singleName : "model-\(digits(index + 1))-of-\(digits(shards.count)).safetensors"
      let writer = try SafetensorsWriter("\(folder)/\(name)", shard, metadata: ["format": "pt"])
      for tensor in writer.order { try writer.append(tensor.name) { try data(tensor, $0) } }
      _ = try writer.commit()
      for tensor in shard {
        weightMap.append(.init(tensor.name, .string(name)))
        total += tensor.byteCount ?? 0
      }
    }
    guard shards.count > 1 else { return }
    weightMap.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    let index: JSONValue = ["metadata": ["total_size": JSONValue(total)], "weight_map": .object(weightMap)]
    try writeJSON(index, to: "\(folder)/\(CheckpointFolder.indexName)")
  }

  /// Fills one file after the other in the model's order; a tensor that does not fit begins the next.
  static func shards(_ tensors: [TensorDeclaration], limit: Int) -> [[TensorDeclaration]] {
    var shards: [[TensorDeclaration]] = [[]]
    var size = 0
    for tensor in tensors {
      let bytes = tensor.byteCount ?? 0
      if size + bytes > limit, !shards[shards.count - 1].isEmpty {
        shards.append([])
        size = 0
      }
      shards[shards.count - 1].append(tensor)
      size += bytes
    }
    return shards
  }

  private func digits(_ number: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(5 - text.count, 0)) + text
  }

  private func writeJSON(_ value: JSONValue, to path: String) throws {
    _ = try AtomicFile.write(Array((value.serialized(.indented) + "\n").utf8), to: path)
  }
}
