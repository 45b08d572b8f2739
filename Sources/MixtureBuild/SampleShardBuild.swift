internal import Actions
internal import ByteIO
internal import EpisodeStore
internal import ImageCodec
internal import SampleShards
internal import Sampling
internal import TensorFiles

/// Writes one shard of a mixture: the samples of a run of positions, in order.
///
/// What the samples need is read in the order of the stores and put where the samples' order wants it, so that the cost of
/// a sample does not grow with the stores. Memory: the numbers of the shard's samples, 24 bytes a frame, 8 bytes a sample, and
/// `FrameCopy.windowByteCount`.
struct SampleShardBuild {
  private let plan: MixturePlan
  private let source: SampleSource
  private let scratch: String
  private let files: StoreFiles
  private let progress: @Sendable (Int) -> Void

  /// Builds shards of `plan`; `openLimit` files of its stores stay open at most.
  init(_ plan: MixturePlan, scratch: String, openLimit: Int, progress: @escaping @Sendable (Int) -> Void) {
    self.plan = plan
    source = SampleSource(plan, openLimit: openLimit)
    files = StoreFiles(plan)
    self.scratch = scratch
    self.progress = progress
  }

  /// The columns of a shard.
  private struct Columns {
    var numbers: SampleSource.Numbers
    var dataset: [UInt16]
    var ordinal: [UInt64]
    var step: [UInt32]
    var goal: [UInt32]
    /// Where each sample's text lies among those of all stores, −1 for none.
    var text: [Int]

    init(_ layout: SampleLayout, count: Int) {
      numbers = SampleSource.Numbers(layout, count: count)
      dataset = [UInt16](repeating: 0, count: count)
      ordinal = [UInt64](repeating: 0, count: count)
      step = [UInt32](repeating: 0, count: count)
      goal = [UInt32](repeating: 0, count: layout.hasGoal ? count : 0)
      text = [Int](repeating: -1, count: count)
    }
  }

  /// Frames of one picture: places in store files, or bytes that were made.
  private struct Frames {
    let framesPerSample: Int
    var places: [FramePlace]
    var made = SpooledColumn()

    init(samples: Int, framesPerSample: Int) {
      self.framesPerSample = framesPerSample
      places = [FramePlace](repeating: FramePlace(), count: samples * framesPerSample)
    }

    /// Where each frame begins in the shard, and the end.
    var offsets: [UInt64] {
      var offsets: [UInt64] = [0]
      offsets.reserveCapacity(places.count + 1)
      var end: UInt64 = 0
      for place in places {
        end += UInt64(place.count)
        offsets.append(end)
      }
      return offsets
    }
  }

  /// Writes the samples at `positions` to `path`.
  ///
  /// - Throws: `MixtureError` for a frame that cannot be converted, `StoreError`, `FileError`.
  func write(_ positions: Range<Int>, to path: String) throws -> (byteCount: Int, sha256: String) {
    let layout = plan.layout
    let spool = ColumnSpool(in: scratch)
    let drawn = try source.drawn(positions)
    var columns = Columns(layout, count: positions.count)
    var tables = layout.pictures.map { Frames(samples: positions.count, framesPerSample: $0.framesPerSample) }
    let keeps = FrameForm(plan.manifest.form).keeps
    try gather(drawn, positions, &columns, &tables, keeps ? views : [])
    if !keeps { try make(positions, &tables, spool) }
    let texts = ShardTexts(columns.text, files)
    let frames = Dictionary(uniqueKeysWithValues: zip(layout.pictures.map(\.name), tables))
    return try write(columns, texts, frames, drawn, spool, to: path)
  }

  /// The view that each picture of a layout shows.
  static func views(_ layout: SampleLayout) -> [String] {
    layout.pictures.map { String($0.name.drop { $0 != "." }.dropFirst()) }
  }

  private var views: [String] { Self.views(plan.layout) }

  /// Reads numbers, and where the frames of the pictures' `views` lie, in the order of the stores.
  private func gather(
    _ drawn: DrawnFrames, _ positions: Range<Int>, _ columns: inout Columns, _ tables: inout [Frames],
    _ views: [String]
  ) throws {
    let layout = plan.layout
    let rows = MappedShards()
    let black = FramePlace(count: layout.form.byteCount ?? 0)
    var shard: StoreInput.Shard?
    var ranges: [StoreInput.FrameRanges?] = []
    try source.walk(drawn, positions) { number, origin in
      let next = source.shard(of: origin)
      if shard !== next { (shard, ranges) = (next, views.map { next.frames[$0] }) }
      let file = files.firstShards[origin.entry] + origin.episode.shard
      let text = try source.fill(&columns.numbers, number, origin, from: rows)
      columns.dataset[number] = UInt16(origin.entry)
      columns.ordinal[number] = UInt64(origin.episode.ordinal)
      columns.step[number] = UInt32(origin.step)
      if layout.hasGoal { columns.goal[number] = UInt32(origin.goal ?? origin.step) }
      if next.texts.indices.contains(Int(text)) { columns.text[number] = files.firstTexts[file] + Int(text) }
      for (picture, range) in ranges.enumerated() {
        let count = tables[picture].framesPerSample
        for frame in 0..<count {
          let step = source.step(ofFrame: frame, isGoal: picture >= layout.views.count, origin)
          let place = try range.map { try rows.frame($0, step: origin.episode.firstStep + step, of: next) }
          tables[picture].places[number * count + frame] =
            place.map { FramePlace(file: Int32(file), offset: $0.lowerBound, count: $0.count) } ?? black
        }
      }
    }
  }

  /// Brings the frames into the mixture's form, in the order of the samples.
  private func make(_ positions: Range<Int>, _ tables: inout [Frames], _ spool: ColumnSpool) throws {
    var form = FrameForm(plan.manifest.form)
    let views = views
    for (number, position) in positions.enumerated() {
      let origin = try source.origin(of: position)
      for picture in tables.indices {
        let count = tables[picture].framesPerSample
        for frame in 0..<count {
          let step = source.step(ofFrame: frame, isGoal: picture >= plan.layout.views.count, origin)
          let bytes = try source.frame(views[picture], step: step, origin, &form)
          try tables[picture].made.append(Bytes(bytes), spool)
          tables[picture].places[number * count + frame].count = bytes.count
        }
      }
    }
  }

  private func write(
    _ columns: Columns, _ texts: ShardTexts, _ frames: [String: Frames], _ drawn: DrawnFrames, _ spool: ColumnSpool,
    to path: String
  ) throws -> (byteCount: Int, sha256: String) {
    let offsets = frames.mapValues(\.offsets)
    let tensors = plan.layout.declarations(
      samples: columns.dataset.count, frameBytes: offsets.mapValues { Int($0.last ?? 0) },
      texts: texts.offsets.count - 1, textBytes: texts.bytes.count)
    let tokenizer = try ActionTokenizer(vocabularySize: 256)
    let writer = try SafetensorsWriter(path, tensors, metadata: ["format": MixtureIndex.schema])
    for tensor in writer.order {
      try writer.append(tensor.name) { file in
        switch tensor.name {
        case "action": try file.append(values: columns.numbers.action)
        case "action_bin": try file.append(columns.numbers.action.map { UInt8(tokenizer.bin(of: $0)) })
        case "action_valid": try file.append(columns.numbers.actionValid)
        case "proprio": try file.append(values: columns.numbers.proprio)
        case "observation_valid": try file.append(columns.numbers.observationValid)
        case "dataset.index": try file.append(values: columns.dataset)
        case "episode.ordinal": try file.append(values: columns.ordinal)
        case "step.index": try file.append(values: columns.step)
        case "goal.step": try file.append(values: columns.goal)
        case "instruction.index": try file.append(values: texts.rows)
        case "instruction.bytes": try file.append(texts.bytes)
        case "instruction.offsets": try file.append(values: texts.offsets)
        default:
          if tensor.name.hasSuffix(".offsets") {
            try file.append(values: offsets[String(tensor.name.dropLast(8))] ?? [0])
          } else if let table = frames[tensor.name] ?? frames[String(tensor.name.dropLast(6))] {
            try append(table, drawn, spool, to: file)
          }
        }
      }
    }
    return try writer.commit()
  }

  /// Appends the bytes of a picture.
  private func append(
    _ table: Frames, _ drawn: DrawnFrames, _ spool: ColumnSpool, to file: AtomicFile
  ) throws {
    if table.made.byteCount > 0 {
      try table.made.write(to: file, spool)
      progress(table.made.byteCount)
    } else {
      try FrameCopy(files, source.reader).append(table.places, table.framesPerSample, drawn, to: file, progress)
    }
  }
}
