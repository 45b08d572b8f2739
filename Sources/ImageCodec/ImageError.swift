public import ByteIO

/// Why an image could not be read, written, resized or augmented.
///
/// The description says what is wrong with the image; whoever knows its file, episode and step puts them
/// before it.
public struct ImageError: Failure, Equatable {
  /// What was wrong.
  public enum Reason: Sendable, Equatable {
    /// There are no bytes.
    case empty
    /// The bytes are of a format that is known by `name` but not read.
    case unsupportedFormat(name: String)
    /// The bytes begin like no known format.
    case unknownFormat(start: [UInt8])
    /// The bytes stop before the image does.
    case endsEarly(ImageFormat)
    /// The bytes break the format's rules.
    case corrupt(ImageFormat, detail: String)
    /// The image is legal but of a kind that is not read.
    case unsupported(ImageFormat, detail: String)
    /// The image has more pixels than the caller allows.
    case tooManyPixels(width: Int, height: Int, limit: Int)
    /// The image has another shape than the caller expects.
    case shapeDiffers(expected: ExpectedShape, found: ImageShape)
    /// A float32 image must be stored as RGBA with 8 bits; this one is not.
    case notFloatBits(channels: Int, bitDepth: Int)
    /// A size is zero, too large, or does not go with the samples given.
    case badSize(detail: String)
    /// A setting of an augmentation or of random numbers is out of its bounds.
    case badSetting(detail: String)
    /// The system refused memory.
    case outOfMemory
  }

  /// What was wrong.
  public let reason: Reason

  /// Creates the error that reports `reason`.
  public init(_ reason: Reason) { self.reason = reason }

  public var kind: FailureKind {
    switch reason {
    case .outOfMemory: .tryAgain
    case .badSetting: .usage
    default: .badData
    }
  }

  public var description: String {
    switch reason {
    case .empty: "image is empty"
    case .unsupportedFormat(let name): "\(name) image; JPEG and PNG are read"
    case .unknownFormat(let start): "neither JPEG nor PNG, begins with \(Self.hexadecimal(start))"
    case .endsEarly(let format): "\(format) data ends early"
    case .corrupt(let format, let detail): "\(format) data is damaged (\(detail))"
    case .unsupported(let format, let detail): "\(format) of a kind that is not read (\(detail))"
    case .tooManyPixels(let width, let height, let limit):
      "at most \(limit) pixels expected, \(height)×\(width) found"
    case .shapeDiffers(let expected, let found): "\(expected) expected, \(found) found"
    case .notFloatBits(let channels, let bitDepth):
      "float32 values need a PNG of 4 × 8 bits per pixel, \(channels) × \(bitDepth) found"
    case .badSize(let detail), .badSetting(let detail): detail
    case .outOfMemory: "not enough memory for the image"
    }
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
  }
}
