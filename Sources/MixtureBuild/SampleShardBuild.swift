internal import Actions
internal import ByteIO
internal import EpisodeStore
internal import ImageCodec
internal import SampleShards
internal import Sampling
internal import TensorFiles

/// Writes one shard of a mixture: the samples of a run of positions, in order.
///
/// Memory: the numbers of the shard's samples, and 40 bytes a frame; frames are copied as they are written.
struct SampleShardBuild {
  private let plan: MixturePlan
  private let source: SampleSource
  private let scratch: String
  /// The files of all entries' stores, and where those of each entry begin.
  private let files: [String]
  private let firstFiles: [Int]
  private let progress: @Sendable (Int) -> Void

  /// Builds shards of `plan`; `openLimit` files of its stores stay open at most.
  init(_ plan: MixturePlan, scratch: String, openLimit: Int, progress: @escaping @Sendable (Int) -> Void) {
    self.plan = plan
    source = SampleSource(plan, openLimit: openLimit)
    var (files, firstFiles): ([String], [Int]) = ([], [])
    for entry in plan.entries {
      firstFiles.append(files.count)
      files += entry.store.shards.map(\.path)
    }
    (self.files, self.firstFiles) = (files, firstFiles)
    self.scratch = scratch
    self.progress = progress
  }

  /// The columns of a shard.
  private struct Columns {
    var numbers = SampleSource.Numbers()
    var dataset: [UInt16] = []
    var ordinal: [UInt64] = []
    var step: [UInt32] = []
    var goal: [UInt32] = []
    var instruction: [Int32] = []
    var texts: [UInt8] = []
    var textOffsets: [UInt64] = [0]
    var textRows: [[UInt8]: Int32] = [:]

    init(_ layout: SampleLayout, count: Int) {
      numbers.action.reserveCapacity(count * layout.actionCount * layout.actionDimension)
      numbers.actionValid.reserveCapacity(count * layout.actionCount)
      numbers.proprio.reserveCapacity(count * layout.window * layout.proprioDimension)
      numbers.observationValid.reserveCapacity(count * layout.window)
      dataset.reserveCapacity(count)
      ordinal.reserveCapacity(count)
      step.reserveCapacity(count)
      if layout.hasGoal { goal.reserveCapacity(count) }
      instruction.reserveCapacity(count)
    }

    /// The row of `text`, added when it is new.
    mutating func row(of text: [UInt8]) -> Int32 {
      if let row = textRows[text] { return row }
      let row = Int32(textRows.count)
      textRows[text] = row
      texts += text
      textOffsets.append(UInt64(texts.count))
      return row
    }
  }

  /// Frames of one picture: places in store files, or bytes that were made.
  private struct Frames {
    /// Each a file's number, or −1, and a range in it.
    var places: [(file: Int32, offset: Int, count: Int)] = []
    var offsets: [UInt64] = [0]
    var made = SpooledColumn()

    init(reserving count: Int) {
      places.reserveCapacity(count)
      offsets.reserveCapacity(count + 1)
    }

    mutating func append(_ file: Int, _ range: Range<Int>) {
      places.append((Int32(file), range.lowerBound, range.count))
      offsets.append(offsets[offsets.count - 1] + UInt64(range.count))
    }
  }

  /// Writes the samples at `positions` to `path`.
  ///
  /// - Throws: `MixtureError` for a frame that cannot be converted, `StoreError`, `FileError`.
  func write(_ positions: Range<Int>, to path: String) throws -> (byteCount: Int, sha256: String) {
    let layout = plan.layout
    let spool = ColumnSpool(in: scratch)
    var columns = Columns(layout, count: positions.count)
    var tables = layout.pictures.map { Frames(reserving: positions.count * $0.framesPerSample) }
    let views = layout.pictures.map { String($0.name.drop { $0 != "." }.dropFirst()) }
    var form = FrameForm(plan.manifest.form)
    for position in positions {
      let origin = try source.origin(of: position)
      try source.append(origin, to: &columns.numbers)
      columns.dataset.append(UInt16(origin.entry))
      columns.ordinal.append(UInt64(origin.episode.ordinal))
      columns.step.append(UInt32(origin.step))
      if layout.hasGoal { columns.goal.append(UInt32(origin.goal ?? origin.step)) }
      let (shard, text) = (source.shard(of: origin), Int(columns.numbers.instruction))
      columns.instruction.append(shard.texts.indices.contains(text) ? columns.row(of: shard.texts[text]) : -1)
      for (number, (picture, _)) in layout.pictures.enumerated() {
        for step in source.steps(of: picture, origin) {
          if form.keeps, let place = try source.frame(views[number], step: step, origin) {
            tables[number].append(firstFiles[origin.entry] + origin.episode.shard, place.range)
          } else {
            let bytes = try made(&form, views[number], step, origin, position)
            try tables[number].made.append(Bytes(bytes), spool)
            tables[number].append(-1, 0..<bytes.count)
          }
        }
      }
    }
    let frames = Dictionary(uniqueKeysWithValues: zip(layout.pictures.map(\.name), tables))
    return try write(columns, frames, positions.count, spool, to: path)
  }

  /// A frame in the mixture's form, as bytes.
  private func made(
    _ form: inout FrameForm, _ view: String, _ step: Int, _ origin: SampleSource.Origin, _ position: Int
  ) throws -> [UInt8] {
    let store = source.store(of: origin)
    if form.keeps {  // A view that the store does not have.
      guard case .pixels(let height, let width) = plan.layout.form else { return [] }
      return [UInt8](repeating: 0, count: height * width * 3)
    }
    do {
      return try form.converted(source.frameBytes(view, step: step, origin), store.views[view])
    } catch let error as ImageError {
      throw MixtureError(
        "\(source.shard(of: origin).path): episode \(origin.episode.ordinal), step \(step), view `\(view)`: \(error)")
    }
  }

  private func write(
    _ columns: Columns, _ frames: [String: Frames], _ count: Int, _ spool: ColumnSpool, to path: String
  ) throws -> (byteCount: Int, sha256: String) {
    let layout = plan.layout
    let tensors = layout.declarations(
      samples: count, frameBytes: frames.mapValues { Int($0.offsets.last ?? 0) },
      texts: columns.textOffsets.count - 1, textBytes: columns.texts.count)
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
        case "instruction.index": try file.append(values: columns.instruction)
        case "instruction.bytes": try file.append(columns.texts)
        case "instruction.offsets": try file.append(values: columns.textOffsets)
        default: try append(tensor.name, frames, spool, to: file)
        }
      }
    }
    return try writer.commit()
  }

  /// Appends the offsets or the bytes of a picture.
  private func append(
    _ tensor: String, _ frames: [String: Frames], _ spool: ColumnSpool, to file: AtomicFile
  ) throws {
    if tensor.hasSuffix(".offsets") {
      try file.append(values: frames[String(tensor.dropLast(8))]?.offsets ?? [0])
      return
    }
    let name = tensor.hasSuffix(".bytes") ? String(tensor.dropLast(6)) : tensor
    guard let table = frames[name] else { return }
    guard table.places.contains(where: { $0.file >= 0 }) else {
      try table.made.write(to: file, spool)
      progress(table.made.byteCount)
      return
    }
    // Frames that were made are in the order in which they are needed.
    var made = table.made.pieces(spool)
    for place in table.places {
      if place.file >= 0 {
        try file.append(place.count, from: source.reader.file(files[Int(place.file)]), at: place.offset)
      } else {
        try made.append(place.count, to: file)
      }
      progress(place.count)
    }
  }
}
