internal import ByteIO
public import ImageCodec
public import JSON

/// A Hugging Face `preprocessor_config.json` of a `PrismaticImageProcessor`.
///
/// The file says everything twice: what each vision backbone wants (`backbones`), and the steps that follow
/// from it (`tvf_*` keys). Where both are there the steps win, as in the reference: the released OpenVLA
/// file has means and deviations in them that were rounded to bfloat16.
public struct ImageProcessorConfig: Sendable, Equatable {
  /// The value of `image_processor_type`.
  public static let processorType = "PrismaticImageProcessor"
  /// The usual name of the file.
  public static let fileName = "preprocessor_config.json"

  /// What one vision backbone wants of its images.
  public struct Backbone: Sendable, Hashable {
    /// The height and width of the input.
    public let size: ImageSize
    public let interpolation: Interpolation
    /// The mean and the deviation of the channels [3] in 0…1.
    public let mean: [Double]
    public let std: [Double]

    /// Creates the wishes; `ImageProcessorConfig.init` checks them.
    public init(size: ImageSize, interpolation: Interpolation = .bicubic, mean: [Double], std: [Double]) {
      self.size = size
      self.interpolation = interpolation
      self.mean = mean
      self.std = std
    }
  }

  /// The size that an image is resized to.
  public enum Target: Sendable, Hashable {
    /// Both sides, whatever the image's ratio of sides.
    case exact(ImageSize)
    /// The shorter side; the longer one follows.
    case shorterSide(Int)
  }

  /// What is done to an image for one backbone, in this order.
  public struct Steps: Sendable, Hashable {
    public let resize: Target
    public let interpolation: Interpolation
    /// The size of the middle that is cut out.
    public let crop: ImageSize
    /// The mean and the deviation of the channels [3] in 0…1.
    public let mean: [Double]
    public let std: [Double]
  }

  public let strategy: ResizeStrategy
  /// In the order in which their channels are stacked: for OpenVLA DINOv2, then SigLIP.
  public let backbones: [Backbone]
  /// One for each backbone.
  public let steps: [Steps]
  /// The colour [3] with which images are padded to squares, `nil` where they are not.
  public let letterboxFill: [UInt8]?
  /// Members of the JSON that say nothing about images, such as `auto_map`, kept for writing.
  public let others: [JSONValue.Member]

  /// The height and width of the pixel values.
  public var size: ImageSize { steps[0].crop }

  /// Creates the processor of `backbones`, as the reference does for a new model.
  ///
  /// - Throws: `PolicyImageError` when there are no backbones or more than 8, sizes are not squares of 1…4,096
  ///   or differ, means or deviations are not three, a mean is not in 0…1, a deviation is not positive in
  ///   float32, or an interpolation is `nearest`.
  public init(backbones: [Backbone], strategy: ResizeStrategy) throws(PolicyImageError) {
    guard (1...Self.backboneLimit).contains(backbones.count) else {
      throw PolicyImageError(
        .usage, place: "backbones", "1 to \(Self.backboneLimit) expected, \(backbones.count) found")
    }
    for (index, backbone) in backbones.enumerated() {
      let place = "backbones[\(index)]"
      let size = backbone.size
      guard size.height == size.width, Self.sides.contains(size.width), size == backbones[0].size else {
        throw PolicyImageError(
          .usage, place: place,
          "a square with sides in 1…4096, the same for all, expected, "
            + "\(size.height)×\(size.width) found")
      }
      guard backbone.interpolation != .nearest else {
        throw PolicyImageError(.usage, place: place, "the interpolation nearest is not supported; take bicubic")
      }
      guard Self.isMean(backbone.mean) else {
        throw PolicyImageError(.usage, place: place, "three means in 0…1 expected, \(backbone.mean) found")
      }
      guard Self.isDeviation(backbone.std) else {
        throw PolicyImageError(.usage, place: place, "three positive deviations expected, \(backbone.std) found")
      }
    }
    self.init(
      strategy: strategy, backbones: backbones, steps: backbones.map { Steps($0, strategy) },
      letterboxFill: Self.letterboxFill(backbones, strategy), others: [])
  }

  /// Takes over what has been checked.
  init(
    strategy: ResizeStrategy, backbones: [Backbone], steps: [Steps], letterboxFill: [UInt8]?,
    others: [JSONValue.Member]
  ) {
    self.strategy = strategy
    self.backbones = backbones
    self.steps = steps
    self.letterboxFill = letterboxFill
    self.others = others
  }

  /// The most backbones: their pixel values are kept together.
  static let backboneLimit = 8
  /// The sides that an input may have.
  static let sides = 1...4096

  static func isMean(_ values: [Double]) -> Bool {
    values.count == 3 && values.allSatisfy { (0...1).contains($0) }
  }

  /// Deviations are divided by in float32, where they must not be 0 either.
  static func isDeviation(_ values: [Double]) -> Bool {
    values.count == 3 && values.allSatisfy { Float($0) > 0 && Float($0).isFinite }
  }

  /// The colour of the padding: the last backbone's mean, as the reference has only one for all of them.
  static func letterboxFill(_ backbones: [Backbone], _ strategy: ResizeStrategy) -> [UInt8]? {
    guard strategy == .letterbox, let last = backbones.last else { return nil }
    return last.mean.map { UInt8($0 * 255) }
  }
}

extension ImageProcessorConfig.Steps {
  /// What follows from a backbone's wishes.
  init(_ backbone: ImageProcessorConfig.Backbone, _ strategy: ResizeStrategy) {
    self.init(
      resize: strategy == .naive ? .exact(backbone.size) : .shorterSide(backbone.size.width),
      interpolation: backbone.interpolation, crop: backbone.size, mean: backbone.mean, std: backbone.std)
  }
}
