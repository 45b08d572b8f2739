/// Decoded samples of one image, row by row, channels interleaved: shape [height, width, channels].
public struct Raster<Sample: BitwiseCopyable & Sendable>: Sendable {
  /// The shape [height, width, channels].
  public let shape: ImageShape
  /// The samples, height × width × channels of them.
  public let samples: [Sample]

  public var width: Int { shape.width }
  public var height: Int { shape.height }
  public var channels: Int { shape.channels }

  /// Creates an image of `shape` from `samples`.
  ///
  /// - Throws: `ImageError` when a dimension is not positive or the samples are not as many as the shape
  ///   says.
  public init(shape: ImageShape, samples: [Sample]) throws(ImageError) {
    guard shape.height > 0, shape.width > 0, shape.channels > 0, shape.sampleCount == samples.count else {
      throw ImageError(.badSize(detail: "an image of \(shape) cannot have \(samples.count) samples"))
    }
    self.init(unchecked: shape, samples: samples)
  }

  init(unchecked shape: ImageShape, samples: [Sample]) {
    self.shape = shape
    self.samples = samples
  }

  /// Returns the first channel alone, shape [height, width, 1].
  public func firstChannel() -> Raster {
    guard channels > 1 else { return self }
    let first = stride(from: 0, to: samples.count, by: channels).map { samples[$0] }
    return Raster(unchecked: ImageShape(height: height, width: width, channels: 1), samples: first)
  }
}

extension Raster: Equatable where Sample: Equatable {}

extension ImageShape {
  /// height × width × channels, or `nil` when it does not fit in an `Int`.
  var sampleCount: Int? {
    let (pixels, tooMany) = height.multipliedReportingOverflow(by: width)
    let (samples, tooManySamples) = pixels.multipliedReportingOverflow(by: channels)
    return tooMany || tooManySamples ? nil : samples
  }
}
