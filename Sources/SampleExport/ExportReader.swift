internal import ByteIO
internal import SampleShards
internal import TensorFiles

/// Takes samples out of a mixture's shards, from front to back, and gives the pages behind it back to the system.
struct ExportReader {
  private let samples: SampleSet
  private var current: (number: Int, shard: SampleShard)?

  init(_ samples: SampleSet) { self.samples = samples }

  /// Returns the sample at `position`.
  mutating func record(_ position: Int) throws -> ExportRecord {
    let (number, sample) = samples.place(of: position)
    let shard = try shard(number)
    let layout = samples.index.layout
    let dataset = shard.datasetIndex[sample]
    var record = ExportRecord(
      provenance: ExportRecord.Provenance(
        position: position, dataset: samples.index.entries[Int(dataset)].dataset, datasetIndex: dataset,
        episodeOrdinal: shard.episodeOrdinal[sample], stepIndex: shard.stepIndex[sample],
        goalStep: layout.hasGoal ? try shard.bytes("goal.step", sample: sample).integer(at: 0) : nil))
    for column in ExportColumns.arrays(layout) {
      let content: ExportArray.Content
      if case .packedPixels(let height, let width) = layout.form, let frames = column.framesPerSample {
        content = .packed(
          (0..<frames).map { shard.frame(column.name, sample: sample, window: $0) }, frameByteCount: height * width * 3)
      } else {
        content = .stored(try shard.bytes(column.name, sample: sample))
      }
      record.arrays.append(ExportArray(name: column.name, dtype: column.dtype, shape: column.shape, content: content))
    }
    if layout.form == .encoded {
      for (picture, frames) in layout.pictures {
        for frame in 0..<frames {
          record.frames.append(
            (frames == 1 ? picture : "\(picture).\(frame)", shard.frame(picture, sample: sample, window: frame)))
        }
      }
    }
    record.instruction = shard.instruction(sample) ?? Bytes([])
    return record
  }

  private mutating func shard(_ number: Int) throws -> SampleShard {
    if let current, current.number == number { return current.shard }
    if let current {
      for tensor in current.shard.file.tensors { current.shard.file.releasePages(tensor.name) }
    }
    let shard = try samples.shard(number)
    current = (number, shard)
    return shard
  }
}

/// The tensors that each sample of a mixture has.
enum ExportColumns {
  /// One tensor; `framesPerSample` is set for frames as pixels.
  struct Column {
    let name: String
    let dtype: DType
    let shape: [Int]
    var framesPerSample: Int?
  }

  /// The tensors of numbers, and of frames where they are pixels; encoded frames have no shape.
  static func arrays(_ layout: SampleLayout) -> [Column] {
    let (window, proprio) = (layout.window, layout.proprioDimension)
    var columns = [
      Column(name: "action", dtype: .float32, shape: [layout.actionCount, layout.actionDimension]),
      Column(name: "action_bin", dtype: .uint8, shape: [layout.actionCount, layout.actionDimension]),
      Column(name: "action_valid", dtype: .uint8, shape: [layout.actionCount]),
    ]
    if window > 1 { columns.append(Column(name: "observation_valid", dtype: .uint8, shape: [window])) }
    if proprio > 0 {
      columns.append(Column(name: "proprio", dtype: .float32, shape: window == 1 ? [proprio] : [window, proprio]))
    }
    switch layout.form {
    case .encoded: break
    case .pixels(let height, let width), .packedPixels(let height, let width):
      for (name, frames) in layout.pictures {
        columns.append(
          Column(
            name: name, dtype: .uint8, shape: frames == 1 ? [height, width, 3] : [frames, height, width, 3],
            framesPerSample: frames))
      }
    }
    return columns
  }

  /// The names of the encoded frames of a sample.
  static func frames(_ layout: SampleLayout) -> [String] {
    guard layout.form == .encoded else { return [] }
    return layout.pictures.flatMap { name, frames in
      frames == 1 ? [name] : (0..<frames).map { "\(name).\($0)" }
    }
  }
}
