internal import ByteIO
public import ImageCodec

/// The picture of a confusion matrix: how often each true bin was predicted as which.
///
/// Rows are the true bins from the top, columns the predicted ones from the left. The colour stands for the
/// logarithm of 1 + count, from paper white for none to dark blue for the largest count. Cells of the diagonal
/// without a count have a warm tint, so that the diagonal shows and hides nothing.
public enum BinPicture {
  /// The most bins that a picture may have.
  public static let binLimit = 4096

  /// Returns the picture [bins × cell, bins × cell, 3] of `counts`, flat as [truth][predicted].
  ///
  /// The logarithm is taken in whole numbers, so that the samples are the same on every machine.
  ///
  /// - Parameter cell: The side of a bin's square in pixels, 1…16.
  /// - Throws: `RunLogError` when the counts are not `bins`² numbers from 0 on, or the size is out of range.
  public static func raster(counts: [Int], bins: Int = 256, cell: Int = 2) throws -> Raster<UInt8> {
    guard (1...binLimit).contains(bins), (1...16).contains(cell) else {
      throw RunLogError(
        .usage, place: "confusion picture", "\(bins) bins of \(cell) pixels; 1…\(binLimit) of 1…16 can be drawn")
    }
    guard counts.count == bins * bins else {
      throw RunLogError(
        .usage, place: "confusion picture", "\(counts.count) counts for \(bins) bins; \(bins * bins) expected")
    }
    if let index = counts.firstIndex(where: { $0 < 0 }) {
      throw RunLogError(
        .usage, place: "confusion picture",
        "count \(counts[index]) of bin \(index / bins) predicted as \(index % bins) is below 0")
    }
    let top = logarithm(counts.max() ?? 0)
    let side = bins * cell
    var samples = [UInt8](repeating: 0, count: side * side * 3)
    for truth in 0..<bins {
      for predicted in 0..<bins {
        let count = counts[truth * bins + predicted]
        let color =
          count == 0 ? (truth == predicted ? diagonal : ramp[0]) : color(level: logarithm(count), of: top)
        for row in truth * cell..<(truth + 1) * cell {
          for column in predicted * cell..<(predicted + 1) * cell {
            let place = (row * side + column) * 3
            for channel in 0..<3 { samples[place + channel] = UInt8(color[channel]) }
          }
        }
      }
    }
    return try Raster(shape: ImageShape(height: side, width: side, channels: 3), samples: samples)
  }

  /// Returns the picture of `counts` as a PNG file; see ``raster(counts:bins:cell:)``.
  public static func png(counts: [Int], bins: Int = 256, cell: Int = 2) throws -> [UInt8] {
    try ImageEncoder.png(raster(counts: counts, bins: bins, cell: cell))
  }

  /// Returns log₂(1 + `count`) in units of 1/256, rounded down.
  ///
  /// The fraction comes bit by bit: squaring a number of [1, 2) doubles its logarithm.
  static func logarithm(_ count: Int) -> Int {
    let value = UInt64(count) + 1
    let whole = 63 - value.leadingZeroBitCount
    var mantissa = whole > 31 ? value >> UInt64(whole - 31) : value << UInt64(31 - whole)
    var result = whole
    for _ in 0..<8 {
      mantissa = (mantissa * mantissa) >> 31
      let carry = mantissa >> 32
      mantissa >>= carry
      result = result << 1 | Int(carry)
    }
    return result
  }

  private static let diagonal = [244, 232, 214]
  /// From none to the most; even steps in lightness.
  private static let ramp = [
    [252, 252, 250], [205, 221, 233], [146, 183, 212], [83, 139, 184], [38, 92, 146], [12, 44, 88],
  ]

  /// Returns the colour of `level` of 1…`top`, which begins well off the colour of none.
  private static func color(level: Int, of top: Int) -> [Int] {
    let steps = (ramp.count - 2) * 256
    let place = 128 + level * (steps + 128) / top
    let index = min(place / 256, ramp.count - 2)
    let part = min(place - index * 256, 256)
    return (0..<3).map { (ramp[index][$0] * (256 - part) + ramp[index + 1][$0] * part + 128) / 256 }
  }
}
