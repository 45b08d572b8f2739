/// A box within an image, in parts of its sides; rows and columns alike.
struct CropBox: Equatable {
  /// The top and the left edge.
  let start: Float
  /// The height and the width.
  let side: Float

  /// Returns a box with a random part of the area, at a random place on the diagonal.
  ///
  /// The area and the place are drawn from the same number, as in the reference.
  static func random(area: ClosedRange<Float>, _ numbers: PhiloxGenerator) -> CropBox {
    let area = numbers.firstUniform(low: area.lowerBound, high: area.upperBound)
    let side = min(area.squareRoot(), 1)
    return CropBox(start: numbers.firstUniform(low: 0, high: 1 - side), side: side)
  }

  /// Returns the box in the middle with `area` of the area.
  static func center(area: Float) -> CropBox {
    let side = min(area.squareRoot(), 1)
    return CropBox(start: (1 - side) / 2, side: side)
  }

  /// Returns where each of `count` samples of a side comes from when the box is stretched to the whole side.
  ///
  /// First and last sample of the stretched side lie on the box's edges. The steps are float32 in the order
  /// of TensorFlow's `crop_and_resize`, where rounding can take the last sample beyond the image's: such a
  /// place is `nil`.
  func places(count: Int) -> [Place?] {
    let last = Float(count - 1)
    let end = start + side
    let step = count > 1 ? (end - start) * last / last : 0
    return (0..<count).map { index in
      let place = count > 1 ? start * last + Float(index) * step : 0
      guard place >= 0, place <= last else { return nil }
      let lower = place.rounded(.down)
      // Beyond 2²⁴ samples, places are whole numbers that can round past the end.
      return Place(
        lower: min(Int(lower), count - 1), upper: min(Int(place.rounded(.up)), count - 1),
        share: place - lower)
    }
  }

  /// A place between two samples.
  struct Place: Equatable {
    let lower: Int
    let upper: Int
    /// How much of `upper` is in it.
    let share: Float
  }
}
