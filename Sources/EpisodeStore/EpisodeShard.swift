internal import ByteIO
public import TensorFiles

/// A shard of a store, mapped into memory, whose tensors fit each other.
public struct EpisodeShard: Sendable {
  public let file: SafetensorsFile
  /// The number of steps, N, and of episodes, E.
  public let stepCount: Int
  public let episodeCount: Int
  /// The first step of each episode, and the end: [E + 1].
  public let episodeOffsets: [Int]
  /// The position of each episode in the source: [E].
  public let ordinals: [Int]

  /// Opens the shard at `path` and checks types, shapes and offsets.
  ///
  /// - Throws: `StoreError`, `TensorFileError`, `FileError`.
  public init(_ path: String) throws {
    let file = try SafetensorsFile(path)
    func offsets(_ name: String, end: Int) throws -> [Int] {
      let values = try file.values(name, .uint64, as: UInt64.self)
      var previous: UInt64 = 0
      for value in values {
        guard value >= previous, value <= UInt64(end) else {
          throw StoreError(file: path, "tensor `\(name)` does not rise from 0 to \(end)")
        }
        previous = value
      }
      guard values.first == 0, values.last == UInt64(end) else {
        throw StoreError(file: path, "tensor `\(name)` does not rise from 0 to \(end)")
      }
      return values.map { Int($0) }
    }
    guard let action = file.declaration("action"), action.dtype == .float32, action.shape.count == 2 else {
      throw StoreError(file: path, "tensor `action` of shape [N, A] is missing")
    }
    let steps = action.shape[0]
    episodeOffsets = try offsets("episode.offsets", end: steps)
    ordinals = try file.values("episode.ordinal", .uint64, as: UInt64.self).map { Int(clamping: $0) }
    guard episodeOffsets.count == ordinals.count + 1 else {
      throw StoreError(file: path, "`episode.offsets` and `episode.ordinal` do not fit each other")
    }
    let perStep = ["proprio", "reward", "discount", "is_first", "is_last", "is_terminal", "instruction.index"]
    for tensor in file.tensors {
      let isPixels = (tensor.name.hasPrefix("image.") || tensor.name.hasPrefix("depth.")) && tensor.shape.count > 1
      if perStep.contains(tensor.name) || isPixels {
        guard tensor.shape.first == steps else {
          throw StoreError(file: path, "tensor `\(tensor.name)` has \(tensor.shape.first ?? 0) rows, \(steps) expected")
        }
      }
      guard tensor.name.hasSuffix(".bytes") else { continue }
      let name = String(tensor.name.dropLast(6))
      let found = try offsets(name + ".offsets", end: tensor.shape.first ?? 0)
      if name != "instruction", found.count != steps + 1 {
        throw StoreError(file: path, "tensor `\(name).offsets` has \(found.count) entries, \(steps + 1) expected")
      }
      if name == "instruction" {
        let indices = try file.values("instruction.index", .int32, as: Int32.self)
        guard indices.allSatisfy({ $0 >= -1 && Int($0) < found.count - 1 }) else {
          throw StoreError(file: path, "tensor `instruction.index` names texts that are not there")
        }
      }
    }
    self.file = file
    stepCount = steps
    episodeCount = ordinals.count
  }
}
