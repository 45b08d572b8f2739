internal import ByteIO
internal import HDF5
internal import ImageCodec
internal import TFRecord
internal import TensorFiles

extension DemoEpisode {
  /// The episode as a `tf.train.Example` of `columns`: numbers of every type bit by bit, pixels as PNG, image files as they
  /// are without the zeros after their end.
  ///
  /// - Throws: `DemoError` where the episode lacks a column or has it in another form; `HDF5Error`, `ImageError`.
  func example(_ columns: [Column]) throws -> [UInt8] {
    let steps = try stepCount()
    let own = Dictionary(try self.columns().columns.map { ($0.feature, $0) }, uniquingKeysWith: { first, _ in first })
    let instruction = try instruction()
    var features: [(name: String, values: ExampleValues)] = []
    for column in columns {
      if column.feature == Self.instructionName, own[column.feature] == nil {
        features.append((column.feature, .strings([Bytes(Array((instruction ?? "").utf8))])))
        continue
      }
      guard let found = own[column.feature], found.form == column.form, found.isPerStep == column.isPerStep,
        found.shape.count == column.shape.count
      else {
        throw DemoError(
          file.path, root,
          "`\(column.feature)` is not there, or in another form than in the first episode; leave the episode out")
      }
      features.append((column.feature, .strings(try strings(found, steps: steps))))
    }
    return ExampleMessage(features).serialized()
  }

  private func strings(_ column: Column, steps: Int) throws -> [Bytes] {
    let values: HDF5Values
    if let attribute = column.attribute {
      guard let found = try file.attributes(column.source).first(where: { $0.name == attribute }) else {
        throw DemoError(file.path, column.source, "the attribute `\(attribute)` is gone")
      }
      values = found.values
    } else {
      values = try file.values(column.source)
    }
    if let texts = values.texts { return texts }
    guard let bytes = values.tensor?.bytes else { return [] }
    guard column.isPerStep else { return [bytes] }
    let size = steps > 0 ? bytes.count / steps : 0
    return try (0..<steps).map { step in
      let row = bytes[step * size..<(step + 1) * size]
      switch column.form {
      case .number, .text: return row
      case .files:
        var end = row.count
        while end > 0, row[end - 1] == 0 { end -= 1 }
        return row[0..<end]
      case .pixels:
        let shape = ImageShape(height: column.shape[0], width: column.shape[1], channels: column.shape[2])
        return Bytes(try ImageEncoder.png(Raster(shape: shape, samples: row.array)))
      }
    }
  }
}
