public import ByteIO
public import TensorFiles

/// A shard of a mixture, mapped into memory, whose tensors fit the layout.
public struct SampleShard: Sendable {
  public let file: SafetensorsFile
  public let layout: SampleLayout
  /// The number of samples, S.
  public let sampleCount: Int
  /// The instructions, and which one each sample has: −1 for none, [S].
  public let instructions: [Bytes]
  public let instructionIndex: [Int32]
  /// Where each sample comes from, [S] each.
  public let datasetIndex: [UInt16]
  public let episodeOrdinal: [UInt64]
  public let stepIndex: [UInt32]
  private let frames: [String: FrameTable]

  /// The frames of one picture.
  private struct FrameTable: Sendable {
    let bytes: Bytes
    /// nil where all frames are equally long.
    let offsets: [UInt64]?
    let framesPerSample: Int
    let frameByteCount: Int
  }

  /// Opens the shard at `path` and checks types, shapes and offsets.
  ///
  /// - Throws: `SampleShardError`, `TensorFileError`, `FileError`.
  public init(_ path: String, _ layout: SampleLayout) throws {
    let file = try SafetensorsFile(path)
    func fail(_ problem: String) -> SampleShardError {
      SampleShardError(file: path, problem + "; build the mixture again")
    }
    guard let action = file.declaration("action"), let samples = action.shape.first else {
      throw fail("tensor `action` is missing")
    }
    // Bounds the number by the file's size before anything is counted with it.
    guard file.declaration("dataset.index") == TensorDeclaration("dataset.index", .uint16, [samples]) else {
      throw fail("tensor `dataset.index` is missing or not U16 [\(samples)]")
    }
    func table(_ name: String, count: Int) throws -> [UInt64] {
      let end = UInt64(try file.bytes(name + ".bytes").count)
      let offsets = try file.values(name + ".offsets", .uint64, as: UInt64.self)
      guard offsets.count == count + 1, offsets.first == 0, offsets.last == end,
        zip(offsets, offsets.dropFirst()).allSatisfy({ $0 <= $1 })
      else { throw fail("tensor `\(name).offsets` does not rise from 0 to \(end) in \(count) steps") }
      return offsets
    }
    let textCount = max(0, (file.declaration("instruction.offsets")?.shape.first ?? 1) - 1)
    let expected = layout.declarations(
      samples: samples,
      frameBytes: Dictionary(
        uniqueKeysWithValues: layout.pictures.map { ($0.name, file.declaration($0.name + ".bytes")?.shape.first ?? 0) }),
      texts: textCount, textBytes: file.declaration("instruction.bytes")?.shape.first ?? 0)
    for tensor in expected where file.declaration(tensor.name) != tensor {
      let found = file.declaration(tensor.name).map { "\($0.dtype.rawValue) \($0.shape)" } ?? "missing"
      throw fail("tensor `\(tensor.name)` is \(found), \(tensor.dtype.rawValue) \(tensor.shape) is due")
    }
    let texts = try table("instruction", count: textCount)
    let textBytes = try file.bytes("instruction.bytes")
    instructions = zip(texts, texts.dropFirst()).map { textBytes[Int($0)..<Int($1)] }
    instructionIndex = try file.values("instruction.index", .int32, as: Int32.self)
    guard instructionIndex.allSatisfy({ $0 >= -1 && Int($0) < textCount }) else {
      throw fail("tensor `instruction.index` names texts that are not there")
    }
    datasetIndex = try file.values("dataset.index", .uint16, as: UInt16.self)
    episodeOrdinal = try file.values("episode.ordinal", .uint64, as: UInt64.self)
    stepIndex = try file.values("step.index", .uint32, as: UInt32.self)
    var frames: [String: FrameTable] = [:]
    for (name, perSample) in layout.pictures {
      switch layout.form {
      case .encoded, .packedPixels:
        frames[name] = FrameTable(
          bytes: try file.bytes(name + ".bytes"), offsets: try table(name, count: samples * perSample),
          framesPerSample: perSample, frameByteCount: 0)
      case .pixels(let height, let width):
        frames[name] = FrameTable(
          bytes: try file.bytes(name), offsets: nil, framesPerSample: perSample, frameByteCount: height * width * 3)
      }
    }
    self.file = file
    self.layout = layout
    self.frames = frames
    sampleCount = samples
  }

  /// The bytes of one frame: `window` counts from the oldest observation.
  ///
  /// - Precondition: the picture, the sample and the observation exist.
  public func frame(_ picture: String, sample: Int, window: Int = 0) -> Bytes {
    guard let table = frames[picture] else { preconditionFailure("there is no picture `\(picture)`") }
    let index = sample * table.framesPerSample + window
    guard let offsets = table.offsets else {
      return table.bytes[index * table.frameByteCount..<(index + 1) * table.frameByteCount]
    }
    return table.bytes[Int(offsets[index])..<Int(offsets[index + 1])]
  }

  /// The instruction of a sample, nil where it has none.
  public func instruction(_ sample: Int) -> Bytes? {
    let index = instructionIndex[sample]
    return index < 0 ? nil : instructions[Int(index)]
  }

  /// The values of the rows of a float tensor that belong to `sample`.
  public func floats(_ name: String, sample: Int) throws(TensorFileError) -> [Float] {
    let bytes = try file.bytes(name)
    let row = sampleCount == 0 ? 0 : bytes.count / sampleCount
    return bytes[sample * row..<(sample + 1) * row].values(as: Float.self)
  }

  /// The values of the rows of a byte tensor that belong to `sample`.
  public func bytes(_ name: String, sample: Int) throws(TensorFileError) -> Bytes {
    let bytes = try file.bytes(name)
    let row = sampleCount == 0 ? 0 : bytes.count / sampleCount
    return bytes[sample * row..<(sample + 1) * row]
  }
}
