internal import ByteIO
internal import EpisodeStore
internal import ImageCodec
internal import TFRecord
internal import TensorFiles

/// Which features the steps of an export have, and how they are named: `image.primary` of the store is
/// `steps/observation/image_primary`.
struct StepFeatures {
  /// A picture of the store, encoded or as numbers.
  struct Picture {
    /// The tensor's name in the store.
    let tensor: String
    let path: String
    /// Type and shape [H, W, …] where the store keeps numbers.
    let pixels: (dtype: DType, shape: [Int])?
  }

  let actionDimension: Int
  let proprioDimension: Int
  let hasReward: Bool
  let hasDiscount: Bool
  let pictures: [Picture]

  init(_ shard: StoreReader.Shard, _ index: StoreIndex) throws {
    let file = shard.shard.file
    actionDimension = index.actionDimension
    proprioDimension = file.declaration("proprio") == nil ? 0 : index.proprioDimension
    hasReward = file.declaration("reward") != nil
    hasDiscount = file.declaration("discount") != nil
    var pictures: [Picture] = []
    for tensor in file.tensors where tensor.name.hasPrefix("image.") || tensor.name.hasPrefix("depth.") {
      let isEncoded = tensor.name.hasSuffix(".bytes")
      guard isEncoded || tensor.shape.count > 1 else { continue }
      let name = isEncoded ? String(tensor.name.dropLast(6)) : tensor.name
      let path = "steps/observation/" + name.replacing(".", with: "_")
      let pixels = isEncoded ? nil : (tensor.dtype, Array(tensor.shape.dropFirst()))
      pictures.append(Picture(tensor: name, path: path, pixels: pixels))
    }
    self.pictures = pictures.sorted { $0.path < $1.path }
  }

  /// The values of an episode's steps.
  func values(_ episode: StoreEpisode) throws -> [(name: String, values: ExampleValues)] {
    func require(_ name: String, _ dtype: DType) throws -> Bytes {
      guard let bytes = try episode.rows(name, dtype) else {
        throw ExportError(episode.place, "tensor `\(name)` is missing; ingest the dataset again")
      }
      return bytes
    }
    func flags(_ name: String) throws -> ExampleValues {
      let bytes = try require(name, .uint8)
      guard bytes.array.allSatisfy({ $0 <= 1 }) else {
        throw ExportError(episode.place, "tensor `\(name)` holds more than 0 and 1; ingest the dataset again")
      }
      return .flags(bytes)
    }
    var values: [(name: String, values: ExampleValues)] = [
      ("steps/action", .floats(try require("action", .float32))),
      ("steps/is_first", try flags("is_first")), ("steps/is_last", try flags("is_last")),
      ("steps/is_terminal", try flags("is_terminal")),
      ("steps/language_instruction", .strings(episode.instructions)),
    ]
    if proprioDimension > 0 { values.append(("steps/observation/state", .floats(try require("proprio", .float32)))) }
    if hasReward { values.append(("steps/reward", .floats(try require("reward", .float32)))) }
    if hasDiscount { values.append(("steps/discount", .floats(try require("discount", .float32)))) }
    for picture in pictures {
      guard let pixels = picture.pixels else {
        values.append((picture.path, .strings(try episode.frames(picture.tensor))))
        continue
      }
      let bytes = try require(picture.tensor, pixels.dtype)
      values.append((picture.path, try Self.numbers(bytes, pixels.dtype, "\(episode.place): `\(picture.tensor)`")))
    }
    return values
  }

  private static func numbers(_ bytes: Bytes, _ dtype: DType, _ place: String) throws -> ExampleValues {
    switch dtype {
    case .float32: return .floats(bytes)
    case .bool: return .flags(bytes)
    case .uint8: return .integers(bytes.values(as: UInt8.self).map { Int64($0) })
    case .uint16: return .integers(bytes.values(as: UInt16.self).map { Int64($0) })
    case .int32: return .integers(bytes.values(as: Int32.self).map { Int64($0) })
    case .int64: return .integers(bytes.values(as: Int64.self))
    case .float64:
      let values = bytes.values(as: Double.self)
      let single = values.map { Float($0) }
      guard zip(values, single).allSatisfy({ Double($1) == $0 || $0.isNaN }) else {
        throw ExportError(place, "float64 numbers that float32 cannot hold would be rounded in an Example")
      }
      return .floats(Bytes(values: single))
    default: throw ExportError(place, "numbers of type \(dtype.rawValue) have no place in an Example")
    }
  }
}

/// What all frames of a picture have in common.
struct PictureForm: Equatable, Sendable {
  /// `jpeg`, `png`, or `nil` where both occur.
  var format: String?
  /// `uint8`, `uint16` or `float32`.
  var type: String
  /// [H, W, C]; `nil` where frames differ.
  var shape: [Int?]

  /// The form of a single frame, of a depth picture or another.
  init(_ header: ImageHeader, isDepth: Bool) {
    format = header.format == .jpeg ? "jpeg" : "png"
    // TFDS keeps float32 of one channel as a PNG of four channels, bit by bit.
    let isFloat = isDepth && header.format == .png && header.channels == 4 && header.bitDepth == 8
    type = isFloat ? "float32" : header.bitDepth == 16 ? "uint16" : "uint8"
    shape = [header.height, header.width, isFloat ? 1 : header.channels]
  }

  /// Takes in another form of the same picture, or returns `false` where no single feature can hold both.
  mutating func merge(_ other: PictureForm) -> Bool {
    guard type == other.type else { return false }
    if format != other.format { format = nil }
    for index in shape.indices where shape[index] != other.shape[index] { shape[index] = nil }
    return shape.last != .some(nil)
  }
}
