/// Random changes to training images, in a given order: what OpenVLA's training does to each frame.
///
/// Equals the reference bit for bit: dlimp's `augment_image` (fork moojink, 040105d) on the CPU kernels of
/// TensorFlow 2.15 with its stateless random numbers.
public struct Augmentation: Sendable, Hashable {
  /// One random change and the range it is drawn from, pixel values being 0…1.
  public enum Operation: Sendable, Hashable {
    /// Cuts out a box with the image's own ratio of sides and this share of its area, and stretches it to
    /// the image's size. Its two offsets are equal parts of the sides: it moves along the diagonal.
    case randomResizedCrop(area: ClosedRange<Float>)
    /// Adds a number in −`limit` ..< `limit`.
    case brightness(limit: Float)
    /// Multiplies the distance from the channel's mean.
    case contrast(Range<Float>)
    /// Multiplies the saturation.
    case saturation(Range<Float>)
    /// Turns the hue by a part of the circle in −`limit` ..< `limit`.
    case hue(limit: Float)
  }

  /// The changes in the order in which they are made.
  public let operations: [Operation]

  /// Creates the augmentation that makes `operations` in order.
  ///
  /// - Throws: `ImageError` when areas are not in 0…1 or 0 itself, factors are negative or not finite, a
  ///   brightness limit is not in 0…1 or a hue limit is not in 0…0.5.
  public init(_ operations: [Operation]) throws(ImageError) {
    for operation in operations {
      guard operation.isPossible else { throw ImageError(.badSetting(detail: operation.complaint)) }
    }
    self.init(unchecked: operations)
  }

  private init(unchecked operations: [Operation]) {
    self.operations = operations
  }

  /// The augmentation of OpenVLA: nine tenths of the area, brightness ±0.2, contrast and saturation
  /// 0.8 ..< 1.2, hue ±0.05.
  public static let openVLA = Augmentation(unchecked: [
    .randomResizedCrop(area: 0.9...0.9), .brightness(limit: 0.2), .contrast(0.8..<1.2),
    .saturation(0.8..<1.2), .hue(limit: 0.05),
  ])

  /// Returns `image`, of shape [height, width, 3], changed as `seed` says, in the same shape.
  ///
  /// `camera` is the number of the image among the sample's cameras: each is changed in its own way. Each
  /// operation's seed is drawn from that of the one before. Values are clipped to 0…1 after each operation.
  /// O(pixels × operations), with two buffers of 4 bytes per sample.
  ///
  /// - Throws: `ImageError` when the image has not 3 channels.
  public func apply(to image: Raster<UInt8>, seed: SampleSeed, camera: Int) throws(ImageError)
    -> Raster<UInt8>
  {
    var pixels = try FloatPixels(image)
    for step in steps(seed: seed, camera: camera) { pixels.make(step.change) }
    return pixels.raster()
  }

  /// Returns `image`, of shape [height, width, 3], with its middle, `area` of its area, stretched to its
  /// size: what takes the random crop's place in evaluation.
  ///
  /// - Throws: `ImageError` when the image has not 3 channels or the area is not in 0…1 or is 0.
  public static func centerCrop(_ image: Raster<UInt8>, area: Float = 0.9) throws(ImageError)
    -> Raster<UInt8>
  {
    guard area > 0, area <= 1 else {
      throw ImageError(.badSetting(detail: "an area of \(area) cannot be; take a part in 0…1 but not 0"))
    }
    var pixels = try FloatPixels(image)
    pixels.make(.crop(CropBox.center(area: area)))
    return pixels.raster()
  }

  /// An operation's seed and what it draws.
  struct Step: Equatable {
    let seed: SampleSeed
    let change: Change
  }

  /// A change with nothing random left.
  enum Change: Equatable {
    case crop(CropBox)
    case brightness(Float)
    case contrast(Float)
    case saturation(Float)
    case hue(Float)
  }

  /// Returns what the operations draw, in order.
  func steps(seed: SampleSeed, camera: Int) -> [Step] {
    var seed = seed.forCamera(camera)
    return operations.map { operation in
      seed = seed.next()
      return Step(seed: seed, change: operation.drawn(from: PhiloxGenerator(seed: seed)))
    }
  }
}

extension Augmentation.Operation {
  fileprivate var isPossible: Bool {
    switch self {
    case .randomResizedCrop(let area): area.lowerBound > 0 && area.upperBound <= 1
    case .brightness(let limit): limit >= 0 && limit <= 1
    case .contrast(let factors), .saturation(let factors):
      factors.lowerBound >= 0 && factors.upperBound.isFinite && !factors.isEmpty
    case .hue(let limit): limit >= 0 && limit <= 0.5
    }
  }

  /// What is wrong when it is not possible.
  fileprivate var complaint: String {
    switch self {
    case .randomResizedCrop(let area): "a crop to \(area) of the area cannot be; take parts in 0…1 but not 0"
    case .brightness(let limit): "a brightness limit of \(limit) cannot be; take one in 0…1"
    case .contrast(let factors): "contrast factors \(factors) cannot be; take a range from 0 up"
    case .saturation(let factors): "saturation factors \(factors) cannot be; take a range from 0 up"
    case .hue(let limit): "a hue limit of \(limit) cannot be; take one in 0…0.5"
    }
  }

  fileprivate func drawn(from numbers: PhiloxGenerator) -> Augmentation.Change {
    switch self {
    case .randomResizedCrop(let area): .crop(CropBox.random(area: area, numbers))
    case .brightness(let limit): .brightness(numbers.firstUniform(low: -limit, high: limit))
    case .contrast(let factors):
      .contrast(numbers.firstUniform(low: factors.lowerBound, high: factors.upperBound))
    case .saturation(let factors):
      .saturation(numbers.firstUniform(low: factors.lowerBound, high: factors.upperBound))
    case .hue(let limit): .hue(numbers.firstUniform(low: -limit, high: limit))
    }
  }
}
