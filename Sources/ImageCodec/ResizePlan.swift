internal import CImage

/// The weights that resize images of one size to another, computed once for any number of images.
///
/// Equals `tf.image.resize(antialias=True)` followed, for integers, by rounding half to even and clipping:
/// rows are summed first, into float32, then columns, in source order. Results are the same on every
/// processor. An image that already has the output's size is returned as it is.
///
/// Source: TensorFlow 2.15, `scale_and_translate`.
public struct ResizePlan: Sendable {
  public let filter: ResizeFilter
  public let input: ImageSize
  public let output: ImageSize
  private let rows: ResizeAxis
  private let columns: ResizeAxis

  /// The largest height or width.
  public static let longestSide = 65_535

  /// Creates the plan for images of size `input` that shall become `output`.
  ///
  /// - Throws: `ImageError` when a side is not in 1…65,535 or the output has more than 64 Mi pixels.
  public init(_ filter: ResizeFilter, from input: ImageSize, to output: ImageSize) throws(ImageError) {
    let sides = 1...Self.longestSide
    for size in [input, output] where !sides.contains(size.height) || !sides.contains(size.width) {
      throw ImageError(.badSize(detail: "sides of 1…65535 expected, \(size.height)×\(size.width) found"))
    }
    guard output.height * output.width <= ImageDecoder.defaultPixelLimit else {
      throw ImageError(
        .tooManyPixels(width: output.width, height: output.height, limit: ImageDecoder.defaultPixelLimit))
    }
    self.filter = filter
    self.input = input
    self.output = output
    rows = ResizeAxis(filter, input: input.height, output: output.height)
    columns = ResizeAxis(filter, input: input.width, output: output.width)
  }

  /// Returns `image` in the output's size.
  ///
  /// O(output pixels × kernel width × channels).
  ///
  /// - Throws: `ImageError` when the image has not the size that the plan is for.
  public func resize(_ image: Raster<UInt8>) throws(ImageError) -> Raster<UInt8> {
    try unsafe resized(image) { unsafe armature_resize_u8($0, $1, $2, $3, $4, $5) }
  }

  /// Writes `image` in the output's size to `samples`, [height, width, channels], without memory of its own for them.
  ///
  /// O(output pixels × kernel width × channels).
  ///
  /// - Throws: `ImageError` when the image has not the size that the plan is for, or `samples` not that of the output.
  public func resize(_ image: Raster<UInt8>, into samples: inout MutableSpan<UInt8>) throws(ImageError) {
    let shape = try admitted(image)
    guard shape.sampleCount == samples.count else {
      throw ImageError(.badSize(detail: "an image of \(shape) cannot have \(samples.count) samples"))
    }
    unsafe samples.withUnsafeMutableBufferPointer { out in
      if input == output {
        _ = unsafe out.update(from: image.samples)
      } else {
        unsafe run(image, into: out) { unsafe armature_resize_u8($0, $1, $2, $3, $4, $5) }
      }
    }
  }

  /// Returns `image` in the output's size.
  ///
  /// O(output pixels × kernel width × channels).
  ///
  /// - Throws: `ImageError` when the image has not the size that the plan is for.
  public func resize(_ image: Raster<UInt16>) throws(ImageError) -> Raster<UInt16> {
    try unsafe resized(image) { unsafe armature_resize_u16($0, $1, $2, $3, $4, $5) }
  }

  /// Returns `image` in the output's size, neither rounded nor clipped.
  ///
  /// O(output pixels × kernel width × channels).
  ///
  /// - Throws: `ImageError` when the image has not the size that the plan is for.
  public func resize(_ image: Raster<Float>) throws(ImageError) -> Raster<Float> {
    try unsafe resized(image) { unsafe armature_resize_f32($0, $1, $2, $3, $4, $5) }
  }

  private typealias Kernel<Sample> = (
    UnsafePointer<Sample>?, UnsafeMutablePointer<Sample>?, Int, UnsafePointer<armature_resize_axis>,
    UnsafePointer<armature_resize_axis>, UnsafeMutablePointer<Float>?
  ) -> Void

  /// The shape that `image` becomes.
  private func admitted<Sample>(_ image: Raster<Sample>) throws(ImageError) -> ImageShape {
    guard image.height == input.height, image.width == input.width else {
      throw ImageError(
        .shapeDiffers(
          expected: ExpectedShape(height: input.height, width: input.width), found: image.shape))
    }
    return ImageShape(height: output.height, width: output.width, channels: image.channels)
  }

  private func resized<Sample>(_ image: Raster<Sample>, _ kernel: Kernel<Sample>) throws(ImageError)
    -> Raster<Sample>
  {
    let shape = try admitted(image)
    guard input != output else { return image }
    guard let count = shape.sampleCount else {
      throw ImageError(.badSize(detail: "\(shape) is too large"))
    }
    let samples = unsafe [Sample](unsafeUninitializedCapacity: count) { out, filled in
      unsafe run(image, into: out, kernel)
      filled = count
    }
    return Raster(unchecked: shape, samples: samples)
  }

  /// Runs `kernel` from `image` into `out`, which has room for the output.
  private func run<Sample>(
    _ image: Raster<Sample>, into out: UnsafeMutableBufferPointer<Sample>, _ kernel: Kernel<Sample>
  ) {
    unsafe rows.withCAxis { rows in
      unsafe columns.withCAxis { columns in
        unsafe withUnsafePointer(to: rows) { rows in
          unsafe withUnsafePointer(to: columns) { columns in
            let room = unsafe armature_resize_scratch(columns, image.channels)
            unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: room) { scratch in
              unsafe scratch.initialize(repeating: 0)
              unsafe image.samples.withUnsafeBufferPointer { source in
                unsafe kernel(
                  source.baseAddress, out.baseAddress, image.channels, rows, columns, scratch.baseAddress)
              }
            }
          }
        }
      }
    }
  }
}

extension ResizeAxis {
  /// Calls `body` with the axis in the form that the inner loops take.
  fileprivate func withCAxis<Result>(_ body: (armature_resize_axis) -> Result) -> Result {
    unsafe withTables { starts, counts, weights in
      unsafe body(
        armature_resize_axis(
          starts: starts, counts: counts, weights: weights, span: Int32(span), input: Int32(input),
          output: Int32(output)))
    }
  }
}
