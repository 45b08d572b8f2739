internal import ByteIO
internal import EpisodeStore
internal import Glibc
internal import ImageCodec
internal import TensorFiles

/// An episode that a fault is put into.
struct FaultyEpisode {
  /// The frames of one picture in the making.
  enum Frames {
    case encoded([[UInt8]])
    case pixels([[UInt8]], height: Int, width: Int, channels: Int)
    /// Anything else (depth as plain numbers), by step.
    case other([[UInt8]])

    var count: Int {
      switch self {
      case .encoded(let frames), .pixels(let frames, _, _, _), .other(let frames): frames.count
      }
    }

    /// The frames of `steps`, in that order.
    func taking(_ steps: [Int]) -> Frames {
      switch self {
      case .encoded(let frames): .encoded(steps.map { frames[$0] })
      case .pixels(let frames, let height, let width, let channels):
        .pixels(steps.map { frames[$0] }, height: height, width: width, channels: channels)
      case .other(let frames): .other(steps.map { frames[$0] })
      }
    }
  }

  var a: [Float]
  var s: [Float]
  var reward: [Float]
  var discount: [Float]
  var isFirst: [UInt8]
  var isLast: [UInt8]
  var isTerminal: [UInt8]
  var instructions: [[UInt8]]
  var instructionIndex: [Int32]
  var pictures: [Frames]
  let actionWidth: Int
  let stateWidth: Int
  var count: Int { isFirst.count }

  /// Reads the episode at `place`; `layout` is that of its store.
  init(_ store: StoreContents, _ place: StoreContents.Place, _ layout: StoreLayout) throws {
    a = try store.actions(place)
    s = try store.states(place)
    reward = try store.rows("reward", place, as: Float.self)
    discount = try store.rows("discount", place, as: Float.self)
    isFirst = try store.rows("is_first", place, as: UInt8.self)
    isLast = try store.rows("is_last", place, as: UInt8.self)
    isTerminal = try store.rows("is_terminal", place, as: UInt8.self)
    actionWidth = store.actionWidth
    stateWidth = s.isEmpty ? 0 : store.stateWidth
    let shard = store.shards[place.shard]
    let bytes = try shard.file.bytes("instruction.bytes")
    let offsets = try shard.file.values("instruction.offsets", .uint64, as: UInt64.self).map { Int($0) }
    var rows: [Int32: Int32] = [:]
    var texts: [[UInt8]] = []
    instructionIndex = try store.rows("instruction.index", place, as: Int32.self).map { row in
      guard row >= 0 else { return -1 }
      if let known = rows[row] { return known }
      rows[row] = Int32(texts.count)
      texts.append(bytes[offsets[Int(row)]..<offsets[Int(row) + 1]].array)
      return Int32(texts.count - 1)
    }
    instructions = texts
    pictures = try layout.pictures.map { picture in
      switch picture.form {
      case .encoded:
        let bytes = try shard.file.bytes(picture.name + ".bytes")
        let offsets = try shard.file.bytes(picture.name + ".offsets")
        return .encoded(
          place.steps.map { step in
            let start = Int(offsets.integer(at: 8 * step, as: UInt64.self))
            return bytes[start..<Int(offsets.integer(at: 8 * step + 8, as: UInt64.self))].array
          })
      case .pixels(let dtype, let shape):
        let size = shape.reduce(dtype.byteCount, *)
        let bytes = try shard.file.bytes(picture.name)
        let frames = place.steps.map { bytes[$0 * size..<($0 + 1) * size].array }
        guard dtype == .uint8, shape.count == 3 else { return .other(frames) }
        return .pixels(frames, height: shape[0], width: shape[1], channels: shape[2])
      }
    }
  }

  /// Keeps `steps`, in that order, and sets `is_first` and `is_last` anew.
  mutating func take(_ steps: [Int]) {
    func rows<T>(_ values: [T], _ width: Int) -> [T] {
      values.isEmpty ? [] : steps.flatMap { values[$0 * width..<($0 + 1) * width] }
    }
    a = rows(a, actionWidth)
    s = rows(s, stateWidth)
    reward = rows(reward, 1)
    discount = rows(discount, 1)
    instructionIndex = rows(instructionIndex, 1)
    pictures = pictures.map { $0.taking(steps) }
    let ended = isTerminal.last ?? 0
    let isWhole = steps.contains(count - 1)
    isFirst = steps.indices.map { $0 == 0 ? 1 : 0 }
    isLast = steps.indices.map { $0 == steps.count - 1 ? 1 : 0 }
    isTerminal = steps.indices.map { $0 == steps.count - 1 && isWhole ? ended : 0 }
  }

  /// Changes the pixels of the frames of picture `number` at `steps`.
  ///
  /// - Throws: `ImageError` where one cannot be decoded.
  mutating func changeFrames(
    _ number: Int, _ steps: some Sequence<Int>, _ change: (Raster<UInt8>) throws -> Raster<UInt8>
  ) throws {
    switch pictures[number] {
    case .encoded(var frames):
      for step in steps where !frames[step].isEmpty {
        let bytes = Bytes(frames[step])
        let format = try bytes.withSpan { span throws(ImageError) in try ImageFormat.detect(span) }
        let image = try change(bytes.withSpan { span throws(ImageError) in try ImageDecoder().decode8(span) })
        frames[step] = format == .png ? try ImageEncoder.png(image) : try ImageEncoder.jpeg(image)
      }
      pictures[number] = .encoded(frames)
    case .pixels(var frames, let height, let width, let channels):
      for step in steps {
        let shape = ImageShape(height: height, width: width, channels: channels)
        frames[step] = try change(Raster(shape: shape, samples: frames[step])).samples
      }
      pictures[number] = .pixels(frames, height: height, width: width, channels: channels)
    case .other: break
    }
  }

  /// The episode as a shard keeps it.
  func stored(ordinal: Int) -> StoredEpisode {
    StoredEpisode(
      ordinal: ordinal, stepCount: count, action: a, proprio: s, reward: reward, discount: discount, isFirst: isFirst,
      isLast: isLast, isTerminal: isTerminal, instructions: instructions, instructionIndex: instructionIndex,
      pictures: pictures.map { frames in
        switch frames {
        case .encoded(let frames): .encoded(frames.map { .bytes($0) })
        case .pixels(let frames, _, _, _), .other(let frames): .pixels(Bytes(frames.flatMap(\.self)))
        }
      })
  }
}
