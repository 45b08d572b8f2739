internal import CImage

/// The weights that resize images of one size to another as Pillow does, computed once for any number of images.
///
/// Equals `PIL.Image.resize` of images of mode `L` and `RGB` bit for bit: columns are summed first, then rows,
/// both in whole numbers and both rounded to bytes. A side that does not change is not touched.
///
/// Source: Pillow 13.0, `Resample.c`.
public struct PillowResizePlan: Sendable {
  public let filter: PillowFilter
  public let input: ImageSize
  public let output: ImageSize
  private let columns: PillowAxis?
  private let rows: PillowAxis?

  /// Creates the plan for images of size `input` that shall become `output`.
  ///
  /// - Throws: `ImageError` when a side is not in 1…65,535, or the output or what is between the two passes
  ///   (input rows × output columns) has more than 64 Mi pixels.
  public init(_ filter: PillowFilter, from input: ImageSize, to output: ImageSize) throws(ImageError) {
    let sides = 1...ResizePlan.longestSide
    for size in [input, output] where !sides.contains(size.height) || !sides.contains(size.width) {
      throw ImageError(.badSize(detail: "sides of 1…65535 expected, \(size.height)×\(size.width) found"))
    }
    let limit = ImageDecoder.defaultPixelLimit
    for height in [output.height, input.height] where input != output && height * output.width > limit {
      throw ImageError(.tooManyPixels(width: output.width, height: height, limit: limit))
    }
    self.filter = filter
    self.input = input
    self.output = output
    columns = input.width == output.width ? nil : PillowAxis(filter, input: input.width, output: output.width)
    rows = input.height == output.height ? nil : PillowAxis(filter, input: input.height, output: output.height)
  }

  /// Returns `image`, of 1 or 3 channels, in the output's size.
  ///
  /// O(output pixels × kernel width × channels).
  ///
  /// - Throws: `ImageError` when the image has not the size that the plan is for, or other channels: Pillow
  ///   treats alpha apart.
  public func resize(_ image: Raster<UInt8>) throws(ImageError) -> Raster<UInt8> {
    guard image.height == input.height, image.width == input.width else {
      throw ImageError(
        .shapeDiffers(expected: ExpectedShape(height: input.height, width: input.width), found: image.shape))
    }
    let channels = image.channels
    guard channels == 1 || channels == 3 else {
      throw ImageError(.badSize(detail: "1 or 3 channels expected, \(channels) found"))
    }
    var samples = image.samples
    if let columns { samples = columns.mixColumns(of: samples, height: input.height, channels: channels) }
    if let rows { samples = rows.mixRows(of: samples, stride: output.width * channels) }
    return Raster(
      unchecked: ImageShape(height: output.height, width: output.width, channels: channels), samples: samples)
  }
}

extension PillowAxis {
  /// Returns `samples`, [height, input, channels], as [height, output, channels].
  fileprivate func mixColumns(of samples: [UInt8], height: Int, channels: Int) -> [UInt8] {
    let count = height * output * channels
    return unsafe withCAxis { axis in
      unsafe withUnsafePointer(to: axis) { axis in
        let room = unsafe armature_convolve_scratch(axis, channels)
        return unsafe withUnsafeTemporaryAllocation(of: UInt32.self, capacity: room) { scratch in
          unsafe scratch.initialize(repeating: 0)
          return unsafe samples.withUnsafeBufferPointer { source in
            unsafe [UInt8](unsafeUninitializedCapacity: count) { out, filled in
              unsafe armature_convolve_columns_u8(
                source.baseAddress, out.baseAddress, channels, height, axis, scratch.baseAddress)
              filled = count
            }
          }
        }
      }
    }
  }

  /// Returns `samples`, [input, stride], as [output, stride].
  fileprivate func mixRows(of samples: [UInt8], stride: Int) -> [UInt8] {
    unsafe withCAxis { axis in
      unsafe withUnsafePointer(to: axis) { axis in
        unsafe samples.withUnsafeBufferPointer { source in
          unsafe [UInt8](unsafeUninitializedCapacity: output * stride) { out, filled in
            unsafe armature_convolve_rows_u8(source.baseAddress, out.baseAddress, stride, axis)
            filled = output * stride
          }
        }
      }
    }
  }

  /// Calls `body` with the axis in the form that the inner loops take.
  private func withCAxis<Result>(_ body: (armature_fixed_axis) -> Result) -> Result {
    unsafe withTables { starts, counts, weights in
      unsafe body(
        armature_fixed_axis(
          starts: starts, counts: counts, weights: weights, span: Int32(span), input: Int32(input),
          output: Int32(output)))
    }
  }
}
