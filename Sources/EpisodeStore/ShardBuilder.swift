public import ByteIO
internal import TensorFiles

/// Gathers the episodes of one shard and writes them as one safetensors file.
///
/// Memory is bounded: numbers beyond 1 MiB a column go to a file without a name, and encoded frames
/// stay in the source file until the shard is written; only their places are held (40 bytes a frame).
public final class ShardBuilder {
  /// The number of steps so far, N.
  public private(set) var stepCount = 0
  /// The number of episodes so far, E.
  public private(set) var episodeCount = 0

  private let layout: StoreLayout
  private let spool: ColumnSpool
  private var numbers: [String: SpooledColumn] = [:]
  private var frames: [String: FrameColumn] = [:]
  private var episodeOffsets: [UInt64] = [0]
  private var ordinals: [UInt64] = []
  private var instructions = TextTable()

  /// Creates a builder that may keep what does not fit into memory in the directory `scratch`.
  public init(_ layout: StoreLayout, scratch: String) {
    self.layout = layout
    spool = ColumnSpool(in: scratch)
  }

  /// Adds one episode.
  ///
  /// - Precondition: its arrays have the sizes that the layout says.
  /// - Throws: `FileError` when the spool cannot be written.
  public func append(_ episode: StoredEpisode) throws(FileError) {
    let n = episode.stepCount
    precondition(episode.action.count == n * layout.actionDimension, "the action has the wrong size")
    precondition(episode.proprio.count == n * layout.proprioDimension, "the proprio has the wrong size")
    precondition(episode.pictures.count == layout.pictures.count, "views are missing")
    try append(episode.action, to: "action")
    if layout.proprioDimension > 0 { try append(episode.proprio, to: "proprio") }
    if layout.hasReward { try append(episode.reward, to: "reward") }
    if layout.hasDiscount { try append(episode.discount, to: "discount") }
    try append(episode.isFirst, to: "is_first")
    try append(episode.isLast, to: "is_last")
    try append(episode.isTerminal, to: "is_terminal")
    try append(instructions.indices(of: episode.instructions, episode.instructionIndex), to: "instruction.index")
    for (picture, content) in zip(layout.pictures, episode.pictures) {
      switch content {
      case .pixels(let bytes): try numbers[picture.name, default: SpooledColumn()].append(bytes, spool)
      case .encoded(let sources):
        precondition(sources.count == n, "frames are missing")
        try frames[picture.name, default: FrameColumn()].append(sources, spool)
      }
    }
    stepCount += n
    episodeCount += 1
    episodeOffsets.append(UInt64(stepCount))
    ordinals.append(UInt64(episode.ordinal))
  }

  private func append<T: BitwiseCopyable>(_ values: [T], to name: String) throws(FileError) {
    try numbers[name, default: SpooledColumn()].append(values, spool)
  }

  /// Writes the shard to `path` and returns its size in bytes and its SHA-256 digest in hexadecimal.
  ///
  /// - Throws: `FileError`.
  public func write(to path: String) throws -> (byteCount: Int, sha256: String) {
    let texts = instructions.column
    var tensors: [TensorDeclaration] = [
      TensorDeclaration("action", .float32, [stepCount, layout.actionDimension]),
      TensorDeclaration("is_first", .uint8, [stepCount]),
      TensorDeclaration("is_last", .uint8, [stepCount]),
      TensorDeclaration("is_terminal", .uint8, [stepCount]),
      TensorDeclaration("instruction.bytes", .uint8, [texts.bytes.count]),
      TensorDeclaration("instruction.offsets", .uint64, [texts.offsets.count]),
      TensorDeclaration("instruction.index", .int32, [stepCount]),
      TensorDeclaration("episode.offsets", .uint64, [episodeCount + 1]),
      TensorDeclaration("episode.ordinal", .uint64, [episodeCount]),
    ]
    if layout.proprioDimension > 0 {
      tensors.append(TensorDeclaration("proprio", .float32, [stepCount, layout.proprioDimension]))
    }
    if layout.hasReward { tensors.append(TensorDeclaration("reward", .float32, [stepCount])) }
    if layout.hasDiscount { tensors.append(TensorDeclaration("discount", .float32, [stepCount])) }
    for picture in layout.pictures {
      switch picture.form {
      case .pixels(let dtype, let shape):
        tensors.append(TensorDeclaration(picture.name, dtype, [stepCount] + shape))
      case .encoded:
        let count = frames[picture.name]?.byteCount ?? 0
        tensors.append(TensorDeclaration(picture.name + ".bytes", .uint8, [count]))
        tensors.append(TensorDeclaration(picture.name + ".offsets", .uint64, [stepCount + 1]))
      }
    }
    let writer = try SafetensorsWriter(path, tensors, metadata: ["format": "armature.episodes/1"])
    for tensor in writer.order {
      try writer.append(tensor.name) { file in
        switch tensor.name {
        case "episode.offsets": try file.append(values: episodeOffsets)
        case "episode.ordinal": try file.append(values: ordinals)
        case "instruction.bytes": try file.append(texts.bytes)
        case "instruction.offsets": try file.append(values: texts.offsets)
        default:
          if let column = numbers[tensor.name] { try column.write(to: file, spool) }
          if tensor.name.hasSuffix(".bytes") {
            try frames[String(tensor.name.dropLast(6))]?.writeBytes(to: file, spool)
          } else if tensor.name.hasSuffix(".offsets") {
            let column = frames[String(tensor.name.dropLast(8))] ?? FrameColumn()
            try file.append(values: column.offsets)
          }
        }
      }
    }
    return try writer.commit()
  }
}
