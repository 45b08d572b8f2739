internal import Glibc
internal import TensorFiles
internal import Torch

/// Rotates pairs of channels by an angle that grows with the position (Su et al., arXiv 2104.09864).
///
/// The first half of a head's channels pairs with the second. Angles are computed in float32, their cosines and
/// sines then rounded to the type of what is rotated; the tables are kept and grow with the positions asked for.
final class RotaryEmbedding {
  private struct Tables {
    let count: Int
    let dtype: DType
    let device: Device
    /// [position, channel] each.
    let cosines: Tensor
    let sines: Tensor
  }

  private let headWidth: Int
  private let base: Double
  private var tables: Tables?

  init(headWidth: Int, base: Double) {
    self.headWidth = headWidth
    self.base = base
  }

  /// The rotation of the positions `range`.
  func rotation(_ range: Range<Int>, _ dtype: DType, on device: Device) throws(TorchError) -> Rotation {
    let tables: Tables
    if let known = self.tables, known.count >= range.upperBound, known.dtype == dtype, known.device == device {
      tables = known
    } else {
      tables = try make((range.upperBound + 63) / 64 * 64, dtype, on: device)
      self.tables = tables
    }
    return Rotation(cosines: try tables.cosines.slicing(range, 0), sines: try tables.sines.slicing(range, 0))
  }

  private func make(_ count: Int, _ dtype: DType, on device: Device) throws(TorchError) -> Tables {
    let rates = stride(from: 0, to: headWidth, by: 2).map { channel in
      1 / powf(Float(base), Float(channel) / Float(headWidth))
    }
    let positions = try Tensor.range(count, .float32).reshaped([count, 1])
    let angles = try positions * Tensor(rates + rates, [1, headWidth])
    return Tables(
      count: count, dtype: dtype, device: device, cosines: try angles.cosine().converted(to: dtype, on: device),
      sines: try angles.sine().converted(to: dtype, on: device))
  }
}

/// The rotation of consecutive positions.
struct Rotation {
  /// [position, channel] each.
  let cosines: Tensor
  let sines: Tensor

  /// Rotates `x` [batch, head, position, channel].
  func callAsFunction(_ x: Tensor) throws(TorchError) -> Tensor {
    let width = x.size(-1)
    let swapped = try Tensor.concatenating([-x.slicing(width / 2..<width, -1), x.slicing(0..<width / 2, -1)], -1)
    return try x * cosines + swapped * sines
  }
}
