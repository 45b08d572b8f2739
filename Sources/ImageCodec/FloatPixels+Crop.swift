/// Cutting out a box.
extension FloatPixels {
  /// Stretches the part of the image in `box` to the whole image.
  ///
  /// Linear between the samples, first along rows, then along columns. Places beyond the image become 0.
  ///
  /// Source: TensorFlow 2.15, `CropAndResize`.
  mutating func crop(to box: CropBox) {
    let rows = box.places(count: height)
    let columns = box.places(count: width)
    let rowCount = width * 3
    values = unsafe values.withUnsafeBufferPointer { source in
      unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * rowCount) { stretched in
        unsafe [Float](unsafeUninitializedCapacity: source.count) { out, filled in
          unsafe out.initialize(repeating: 0)
          filled = source.count
          unsafe stretched.initialize(repeating: 0)
          // Rows are stretched once, although neighbours in the result share them: even ones lie in the first
          // half of the buffer, odd ones in the second.
          var held = (-1, -1)
          for (y, row) in rows.enumerated() {
            guard let row else { continue }
            for line in [row.lower, row.upper] where (line & 1 == 0 ? held.0 : held.1) != line {
              let place = (line & 1) * rowCount
              unsafe Self.stretch(
                UnsafeBufferPointer(rebasing: source[line * rowCount..<(line + 1) * rowCount]), columns,
                into: UnsafeMutableBufferPointer(rebasing: stretched[place..<place + rowCount]))
              if line & 1 == 0 { held.0 = line } else { held.1 = line }
            }
            let (upper, lower) = ((row.lower & 1) * rowCount, (row.upper & 1) * rowCount)
            let share = row.share
            let start = y * rowCount
            for i in 0..<rowCount {
              let (top, bottom) = unsafe (stretched[upper &+ i], stretched[lower &+ i])
              unsafe out[start &+ i] = Self.clipped(top + (bottom - top) * share)
            }
          }
        }
      }
    }
  }

  /// Writes the row `source` to `out` with its pixels taken from `columns`.
  private static func stretch(
    _ source: UnsafeBufferPointer<Float>, _ columns: [CropBox.Place?],
    into out: UnsafeMutableBufferPointer<Float>
  ) {
    for (x, column) in columns.enumerated() {
      guard let column else { continue }
      let (left, right, share) = (column.lower * 3, column.upper * 3, column.share)
      for channel in 0..<3 {
        let from = unsafe source[left &+ channel]
        unsafe out[x &* 3 &+ channel] = from + (source[right &+ channel] - from) * share
      }
    }
  }
}
