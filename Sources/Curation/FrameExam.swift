internal import ByteIO
internal import EpisodeStore
internal import ImageCodec
internal import TensorFiles

/// Decodes the frames of one view of an episode, once, and measures them.
struct FrameExam {
  let store: StoreContents
  let selection: CheckSelection
  let place: StoreContents.Place
  let view: String
  /// For each step whether its command moves the robot.
  let moving: [Bool]
  private var measures: [GrayMeasure?] = []
  private var same: [Bool] = []
  private var shapes: [ViewSummary.FrameShape?] = []
  private var missing: [Bool] = []
  private var failures: [(step: Int, reason: String)] = []

  init(
    _ store: StoreContents, _ selection: CheckSelection, _ place: StoreContents.Place, view: String, moving: [Bool]
  ) {
    self.store = store
    self.selection = selection
    self.place = place
    self.view = view
    self.moving = moving
  }

  /// Looks at all frames, notes what can be told from them alone in `sheet`, and returns what is left to compare; nil
  /// where the store has no frames of the view.
  mutating func run(_ sheet: inout ScoreSheet) throws -> ViewSummary? {
    let file = store.shards[place.shard].file
    let name = "image." + view
    if let pixels = file.declaration(name), pixels.dtype == .uint8, pixels.shape.count == 4 {
      try readPixels(file.bytes(name), pixels.shape)
    } else if file.declaration(name + ".bytes") != nil {
      try readEncoded(
        file.bytes(name + ".bytes"), file.values(name + ".offsets", place.steps, path: file.path))
    } else {
      return nil
    }
    return summarize(&sheet)
  }

  private mutating func readPixels(_ bytes: Bytes, _ shape: [Int]) throws {
    let size = shape[1] * shape[2] * shape[3]
    let frameShape = ImageShape(height: shape[1], width: shape[2], channels: shape[3])
    var before: [UInt8] = []
    for step in place.steps {
      let frame = try Raster(shape: frameShape, samples: bytes[step * size..<(step + 1) * size].array)
      let gray = frame.gray
      append(gray, .init(height: frame.height, width: frame.width, channels: frame.channels), before)
      before = gray
    }
  }

  private mutating func readEncoded(_ bytes: Bytes, _ offsets: [Int]) {
    // libjpeg leaves colour away at once; libpng is quicker with it.
    let decoders = (
      jpeg: ImageDecoder(channels: .gray, damage: .refuse), png: ImageDecoder(channels: .asStored, damage: .refuse)
    )
    var before: [UInt8] = []
    var encoded = Bytes([])
    for step in 0..<place.steps.count {
      let frame = bytes[offsets[step]..<offsets[step + 1]]
      if frame.count == 0 {
        skip(isMissing: true)
        continue
      }
      if frame == encoded, let last = measures.last, let measure = last, let shape = shapes.last {
        measures.append(measure)
        same.append(true)
        shapes.append(shape)
        missing.append(false)
        continue
      }
      encoded = frame
      do throws(ImageError) {
        let (header, image) = try frame.withSpan { span throws(ImageError) in
          let header = try ImageHeader.probe(span)
          return (header, try (header.format == .jpeg ? decoders.jpeg : decoders.png).decode8(span))
        }
        let gray = image.gray
        append(gray, .init(height: image.height, width: image.width, channels: header.channels), before)
        before = gray
      } catch {
        failures.append((step, "\(error)"))
        skip(isMissing: false)
      }
    }
  }

  private mutating func append(_ gray: [UInt8], _ shape: ViewSummary.FrameShape, _ before: [UInt8]) {
    let measure = GrayMeasure(gray, height: shape.height, width: shape.width)
    // Means differ by no more than the pixels do.
    let mayBeSame = measures.last.flatMap(\.self).map { abs($0.mean - measure.mean) < Self.sameLimit } ?? true
    measures.append(measure)
    same.append(mayBeSame && !before.isEmpty && GrayMeasure.difference(gray, before) < Self.sameLimit)
    shapes.append(shape)
    missing.append(false)
  }

  private mutating func skip(isMissing: Bool) {
    measures.append(nil)
    same.append(false)
    shapes.append(nil)
    missing.append(isMissing)
  }

  /// Frames whose gray differs by less than this on average are the same.
  private static let sameLimit = 0.02

  private mutating func summarize(_ sheet: inout ScoreSheet) -> ViewSummary {
    let count = place.steps.count
    let episode = place.ordinal
    var summary = ViewSummary()
    var bad = [Bool](repeating: false, count: count)
    for failure in failures { bad[failure.step] = true }
    if failures.isEmpty { sheet.judge("undecodable-image", 0, selection, episode: episode, view: view, "") }
    for run in runs(bad) {
      let reason = failures.first { run.contains($0.step) }?.reason ?? ""
      sheet.judge(
        "undecodable-image", Double(failures.count), selection, episode: episode, steps: run, view: view,
        "\(failures.count) frames of view `\(view)` cannot be decoded, at \(shown(run)): \(reason)")
    }
    summary.missing = .init(missing)
    judgeHang(&sheet)
    let found = measures.compactMap(\.self)
    summary.frameCount = found.count
    guard !found.isEmpty else { return summary }
    summary.brightness = Robust(found.map(\.mean))?.median ?? .nan
    summary.contrast = Robust(found.map(\.deviation))?.median ?? .nan
    summary.sharpness = Robust(found.map(\.sharpness))?.median ?? .nan
    summary.zero = .init(measures.map { $0?.isZero ?? false })
    summary.dark = .init(measures.map { $0.map { $0.mean < 12 } ?? false })
    summary.bright = .init(measures.map { $0.map { $0.bright > 0.5 } ?? false })
    summary.flat = .init(measures.map { $0.map { $0.deviation < 2 } ?? false })
    var mean = [Float](repeating: 0, count: 256)
    for measure in found { for i in 0..<256 { mean[i] += measure.thumbnail[i] } }
    summary.thumbnail = mean.map { UInt8(min(max(($0 / Float(found.count)).rounded(), 0), 255)) }
    var shapeCounts: [ViewSummary.FrameShape: Int] = [:]
    for case let shape? in shapes { shapeCounts[shape, default: 0] += 1 }
    let usual = shapeCounts.max { ($0.value, $1.key.text) < ($1.value, $0.key.text) }?.key ?? .init()
    let others = shapes.map { $0.map { $0 != usual } ?? false }
    summary.shape = usual
    summary.otherShapes = extent(others)
    summary.otherShapeCount = others.count { $0 }
    return summary
  }

  /// Runs of equal frames while the robot moves.
  private func judgeHang(_ sheet: inout ScoreSheet) {
    var longest: ClosedRange<Int>?
    for run in runs(same) {
      let frames = run.lowerBound - 1...run.upperBound
      let active = frames.count { moving[$0] }
      if frames.count > longest?.count ?? 1, 2 * active > frames.count { longest = frames }
    }
    let length = longest?.count ?? 1
    sheet.judge(
      "frozen-camera", Double(length), selection, episode: place.ordinal, steps: longest, view: view,
      "view `\(view)` shows the same frame for \(length) steps while the robot moves")
  }
}

extension SafetensorsFile {
  /// Where the frames of `steps` begin, and the end of the last.
  fileprivate func values(_ name: String, _ steps: Range<Int>, path: String) throws -> [Int] {
    let bytes = try bytes(name)
    return (steps.lowerBound...steps.upperBound).map { Int(bytes.integer(at: 8 * $0, as: UInt64.self)) }
  }
}
