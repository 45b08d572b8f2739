internal import ByteIO
internal import HDF5
internal import ImageCodec
internal import TFRecord
internal import TensorFiles

extension DemoEpisode {
  /// zlib's level for pixels that become PNG: a tenth larger than at 6, in a third of the time.
  private static let pixelLevel = 1

  /// The episode as a `tf.train.Example` of `columns`: numbers of every type bit by bit, pixels as PNG unless the columns are
  /// unpacked, image files as they are without the zeros after their end.
  ///
  /// - Throws: `DemoError` where the episode lacks a column or has it in another form; `HDF5Error`, `ImageError`.
  func example(_ columns: [Column]) throws -> [UInt8] {
    let steps = try stepCount()
    let own = Dictionary(try self.columns().columns.map { ($0.feature, $0) }, uniquingKeysWith: { first, _ in first })
    let instruction = try instruction()
    var features: [(name: String, values: ExampleValues)] = []
    for column in columns {
      if column.source.isEmpty, column.attribute == nil, own[column.feature] == nil {
        let text =
          switch column.feature {
          case Self.fileName: Directory.name(of: file.path)
          case Self.groupName: root
          default: instruction ?? ""
          }
        features.append((column.feature, .strings([Bytes(Array(text.utf8))])))
        continue
      }
      let isUnpacked = column.form == .number(.uint8)
      guard let found = own[column.feature].map({ isUnpacked ? $0.unpacked : $0 }), column.fits(found) else {
        throw DemoError(
          file.path, root,
          "`\(column.feature)` is not there, or in another form than in the first episode; leave the episode out")
      }
      let strings = try strings(found, steps: steps)
      let values = ExampleValues.strings(strings)
      if found.isPlain, case .number(let dtype) = found.form, let bytes = strings.first {
        features.append((column.feature, try Self.plain(bytes, dtype)))
      } else if case .number = found.form, !found.isPerStep, found.shape.count >= 2 {
        features.append((column.feature + "/value", values))
        features.append((column.feature + "/shape", .integers(found.shape.map { Int64($0) })))
      } else {
        features.append((column.feature, values))
      }
    }
    return ExampleMessage(features).serialized()
  }

  /// One number as an Example holds it.
  private static func plain(_ bytes: Bytes, _ dtype: DType) throws -> ExampleValues {
    switch dtype {
    case .float32: .floats(bytes)
    case .int8: .integers(bytes.values(as: Int8.self).map { Int64($0) })
    case .uint8, .bool: .integers(bytes.values(as: UInt8.self).map { Int64($0) })
    case .int16: .integers(bytes.values(as: Int16.self).map { Int64($0) })
    case .uint16: .integers(bytes.values(as: UInt16.self).map { Int64($0) })
    case .int32: .integers(bytes.values(as: Int32.self).map { Int64($0) })
    default: .integers(bytes.values(as: Int64.self))
    }
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
        return Bytes(try ImageEncoder.png(Raster(shape: shape, samples: row.array), level: Self.pixelLevel))
      }
    }
  }
}
