import ByteIO
import ImageCodec
import JSON
import SampleShards
import TensorFiles

/// A mixture of two datasets whose every number follows from its position; the second has no wrist camera and a
/// narrower state.
public struct TinyMixture: Sendable {
  public var samples = 21
  public var samplesPerShard = 8
  public var layout = SampleLayout(
    window: 1, chunk: 2, actionDimension: 3, proprioDimension: 2, views: ["primary", "wrist"], form: .encoded,
    hasGoal: false)
  public static let (height, width) = (6, 5)
  public static let datasets = ["alpha", "beta"]

  public init() {}

  public init(window: Int, form: SampleLayout.Form, hasGoal: Bool) {
    (layout.window, layout.form, layout.hasGoal) = (window, form, hasGoal)
  }

  /// Which dataset the sample at `position` is of.
  public func dataset(_ position: Int) -> Int { position % 3 == 2 ? 1 : 0 }

  /// [K, A].
  public func action(_ position: Int) -> [Float] {
    each(layout.actionCount, layout.actionDimension) { Float(position * 16 + $0 * 4 + $1) / 1024 - 0.25 }
  }

  /// [K, A].
  public func bins(_ position: Int) -> [UInt8] {
    each(layout.actionCount, layout.actionDimension) { UInt8((position * 7 + $0 * 3 + $1) % 256) }
  }

  /// [K].
  public func valid(_ position: Int) -> [UInt8] { (0..<layout.actionCount).map { (position + $0) % 4 == 3 ? 0 : 1 } }

  /// [W].
  public func observationValid(_ position: Int) -> [UInt8] {
    (0..<layout.window).map { $0 == layout.window - 1 ? 1 : UInt8((position + $0) % 2) }
  }

  /// [W, P].
  public func proprio(_ position: Int) -> [Float] {
    each(layout.window, layout.proprioDimension) {
      dataset(position) == 1 && $1 > 0 ? 0 : Float(position + $0 * 100 + $1) / 8
    }
  }

  public func episode(_ position: Int) -> UInt64 { UInt64(position / 4) + (dataset(position) == 1 ? 1 << 40 : 0) }
  public func step(_ position: Int) -> UInt32 { UInt32(position * 3) }
  public func goalStep(_ position: Int) -> UInt32 { UInt32(position * 3 + 5) }

  /// nil for none.
  public func instruction(_ position: Int) -> String? {
    position % 5 == 4 ? nil : "lift cup \(position % 4) slowly, bitte schön"
  }

  /// RGB pixels, nil where the dataset has no such view.
  public func pixels(_ picture: String, _ position: Int, _ frame: Int) throws -> Raster<UInt8>? {
    let isWrist = picture.hasSuffix("wrist")
    if isWrist, dataset(position) == 1 { return nil }
    let start = position * 31 + (isWrist ? 57 : 0) + frame * 13 + (picture.hasPrefix("goal") ? 90 : 0)
    var values: [UInt8] = []
    for y in 0..<Self.height {
      for x in 0..<Self.width {
        for channel in 0..<3 { values.append(UInt8((start + y * 40 + x * 9 + channel * 21) % 256)) }
      }
    }
    return try Raster(shape: ImageShape(height: Self.height, width: Self.width, channels: 3), samples: values)
  }

  /// A frame as it is kept: PNG at even positions and JPEG at odd ones, or pixels.
  public func frame(_ picture: String, _ position: Int, _ frame: Int) throws -> [UInt8] {
    let image = try pixels(picture, position, frame)
    switch layout.form {
    case .encoded:
      guard let image else { return [] }
      return position % 2 == 0 ? try ImageEncoder.png(image) : try ImageEncoder.jpeg(image)
    case .pixels: return image?.samples ?? [UInt8](repeating: 0, count: Self.height * Self.width * 3)
    case .packedPixels: return try image.map { try Zstd.pack($0.samples, level: 3) } ?? []
    }
  }

  private func each<T>(_ rows: Int, _ columns: Int, _ value: (Int, Int) -> T) -> [T] {
    (0..<rows).flatMap { row in (0..<columns).map { value(row, $0) } }
  }

  /// The tensors of the shard of these positions, in any order.
  public func tensors(_ range: Range<Int>) throws -> [(name: String, tensor: HostTensor)] {
    let count = range.count
    let (k, a, p, w) = (layout.actionCount, layout.actionDimension, layout.proprioDimension, layout.window)
    var texts: [String] = []
    var rows: [Int32] = []
    for position in range {
      guard let text = instruction(position) else {
        rows.append(-1)
        continue
      }
      if !texts.contains(text) { texts.append(text) }
      rows.append(Int32(texts.firstIndex(of: text) ?? 0))
    }
    var tensors: [(name: String, tensor: HostTensor)] = [
      ("action", HostTensor(.float32, [count, k, a], values: range.flatMap(action))),
      ("action_bin", HostTensor(.uint8, [count, k, a], values: range.flatMap(bins))),
      ("action_valid", HostTensor(.uint8, [count, k], values: range.flatMap(valid))),
      ("proprio", HostTensor(.float32, w == 1 ? [count, p] : [count, w, p], values: range.flatMap(proprio))),
      ("dataset.index", HostTensor(.uint16, [count], values: range.map { UInt16(dataset($0)) })),
      ("episode.ordinal", HostTensor(.uint64, [count], values: range.map(episode))),
      ("step.index", HostTensor(.uint32, [count], values: range.map(step))),
      ("instruction.index", HostTensor(.int32, [count], values: rows)),
    ]
    tensors += Self.table("instruction", texts.map { Array($0.utf8) })
    if w > 1 {
      tensors.append(
        ("observation_valid", HostTensor(.uint8, [count, w], values: range.flatMap(observationValid))))
    }
    if layout.hasGoal { tensors.append(("goal.step", HostTensor(.uint32, [count], values: range.map(goalStep)))) }
    for (picture, frames) in layout.pictures {
      let rows = try range.flatMap { position in try (0..<frames).map { try frame(picture, position, $0) } }
      if case .pixels(let height, let width) = layout.form {
        let shape = frames == 1 ? [count, height, width, 3] : [count, frames, height, width, 3]
        tensors.append((picture, HostTensor(.uint8, shape, values: rows.flatMap { $0 })))
      } else {
        tensors += Self.table(picture, rows)
      }
    }
    return tensors
  }

  private static func table(_ name: String, _ rows: [[UInt8]]) -> [(name: String, tensor: HostTensor)] {
    let bytes = rows.flatMap { $0 }
    let offsets = rows.reduce(into: [UInt64(0)]) { $0.append(($0.last ?? 0) + UInt64($1.count)) }
    return [
      (name + ".bytes", HostTensor(.uint8, [bytes.count], values: bytes)),
      (name + ".offsets", HostTensor(.uint64, [offsets.count], values: offsets)),
    ]
  }

  /// The index of a mixture with these shards.
  public func index(_ shards: [MixtureIndex.Shard]) -> MixtureIndex {
    let entries = Self.datasets.enumerated().map { number, name in
      MixtureIndex.Entry(
        dataset: name, store: number == 0 ? "${STORES}/\(name)" : nil, storeDigest: "aa", statisticsDigest: "bb",
        split: "train", condition: number == 0 ? nil : "success = 1", weight: 1.5, share: 0.5,
        quota: (0..<samples).filter { dataset($0) == number }.count, frameCount: 40, episodeCount: 4,
        transitionCount: 44, proprioDimension: 2 - number, views: number == 0 ? layout.views : ["primary"],
        licence: number == 0 ? "CC BY 4.0" : nil, citation: nil, dropped: [("no-ops", 3)])
    }
    return MixtureIndex(
      name: "tiny", seed: 0xFFFF_FFFF_FFFF_FFF7, manifestText: "name: tiny\n", manifestDigest: "cc", planDigest: "dd",
      layout: layout, images: "keep", normalization: "bounds_q99", goal: layout.hasGoal ? "uniform" : "none",
      padding: "repeat", epochSampleCount: 18, sampleCount: samples, entries: entries, shards: shards,
      statisticsDigest: "ee")
  }

  /// Writes the mixture and opens it.
  @discardableResult
  public func write(to directory: String) throws -> SampleSet {
    try Directory.create(directory)
    var shards: [MixtureIndex.Shard] = []
    let starts = Array(stride(from: 0, to: samples, by: samplesPerShard))
    for (number, first) in starts.enumerated() {
      let name = MixtureIndex.shardName(number, of: starts.count)
      let range = first..<min(first + samplesPerShard, samples)
      let digest = try writeTensors(try tensors(range), to: directory + "/" + name)
      let byteCount = try Directory.status(directory + "/" + name).byteCount
      shards.append(
        MixtureIndex.Shard(file: name, byteCount: byteCount, sha256: digest, first: first, sampleCount: range.count))
    }
    try AtomicFile.write(
      Array(index(shards).json.serialized(.indented).utf8), to: directory + "/" + MixtureIndex.fileName)
    try AtomicFile.write(Array("{}".utf8), to: directory + "/" + MixtureIndex.statisticsName)
    return try SampleSet(directory)
  }
}
