internal import CImage

/// What can be told from the gray samples of one image.
public struct GrayMeasure: Sendable {
  /// The mean of the samples, 0…255, and their standard deviation.
  public let mean: Double
  public let deviation: Double
  /// The variance of the Laplacian over the inner samples of every other row, which is as telling and takes half the
  /// time; 0 where a side has fewer than three samples.
  public let sharpness: Double
  /// The share of samples at 250 or more.
  public let bright: Double
  /// Means of 16 × 16 parts; 0 for parts without a sample.
  public let thumbnail: [Float]

  /// Whether all samples are 0.
  public var isZero: Bool { mean == 0 }

  /// Measures `gray`, [height, width].
  ///
  /// - Precondition: `gray` has height × width samples, at least one.
  /// - Complexity: O(height × width).
  public init(_ gray: [UInt8], height: Int, width: Int) {
    precondition(gray.count == height * width && !gray.isEmpty, "as many samples as height × width")
    var sums = armature_gray_sums()
    var columns = [UInt16](repeating: 0, count: width)
    unsafe gray.withUnsafeBufferPointer { samples in
      unsafe columns.withUnsafeMutableBufferPointer { columns in
        unsafe armature_gray_measure(samples.baseAddress, height, width, columns.baseAddress, &sums)
      }
    }
    let cells = unsafe withUnsafeBytes(of: sums.cells) { unsafe Array($0.bindMemory(to: UInt64.self)) }
    let count = Double(gray.count)
    mean = Double(cells.reduce(0, +)) / count
    deviation = max(0, Double(sums.squares) / count - mean * mean).squareRoot()
    bright = Double(sums.bright) / count
    let inner = Double(max(sums.laplacian_count, 1))
    let slope = Double(sums.laplacian) / inner
    sharpness = max(0, Double(sums.laplacian_squares) / inner - slope * slope)
    let rows = Self.sizes(height)
    let lines = Self.sizes(width)
    thumbnail = cells.indices.map { cell in
      let size = rows[cell / 16] * lines[cell % 16]
      return size > 0 ? Float(cells[cell]) / Float(size) : 0
    }
  }

  /// How many samples of a side each of 16 parts has.
  private static func sizes(_ side: Int) -> [Int] {
    (0..<16).map { (($0 + 1) * side + 15) / 16 - ($0 * side + 15) / 16 }
  }

  /// The mean absolute difference of two images of one size; infinite for those of different sizes.
  public static func difference(_ a: [UInt8], _ b: [UInt8]) -> Double {
    guard a.count == b.count, !a.isEmpty else { return .infinity }
    let sum = unsafe a.withUnsafeBufferPointer { x in
      unsafe b.withUnsafeBufferPointer { y in
        unsafe armature_gray_difference(x.baseAddress, y.baseAddress, x.count)
      }
    }
    return Double(sum) / Double(a.count)
  }
}

extension Raster<UInt8> {
  /// The samples in gray, [height, width]: the first channel of one or two, of more 77, 150 and 29 parts of 256 of the
  /// first three.
  public var gray: [UInt8] {
    switch channels {
    case 1: return samples
    case 3:
      let count = height * width
      return unsafe [UInt8](unsafeUninitializedCapacity: count) { out, written in
        unsafe samples.withUnsafeBufferPointer { unsafe armature_gray_from_rgb($0.baseAddress, count, out.baseAddress) }
        written = count
      }
    default:
      let isColour = channels > 3
      return stride(from: 0, to: samples.count, by: channels).map { i in
        guard isColour else { return samples[i] }
        return UInt8((77 * Int(samples[i]) + 150 * Int(samples[i + 1]) + 29 * Int(samples[i + 2])) >> 8)
      }
    }
  }
}
