public import ByteIO
public import ImageCodec
public import TFRecord

/// Where an episode lies.
public struct EpisodePlace: Equatable, Sendable {
  public let file: String
  /// The zero-based position of the record in its file.
  public let record: Int
  /// The offset of the record's first byte.
  public let offset: Int

  public init(file: String, record: Int, offset: Int) {
    self.file = file
    self.record = record
    self.offset = offset
  }
}

/// An episode whose content does not fit what its dataset declares, with the place.
public struct EpisodeError: Failure, Equatable {
  public enum Reason: Equatable, Sendable {
    case example(ExampleError)
    case missingFeature
    case count(found: Int, perValue: Int)
    case single(found: Int, expected: Int)
    case rows(found: Int, expected: Int)
    case raggedLengths(sum: Int, found: Int)
    case negativeLength(Int64)
    case encodedSize(expected: Int, found: Int)
    case openShape(found: Int, known: Int)
    case storedShape([Int64])
    case inflating(InflateError)
    case image(ImageError)
    case unsupported(String)
  }

  public let reason: Reason
  public let place: EpisodePlace
  public let feature: String?
  public let step: Int?

  public init(_ reason: Reason, at place: EpisodePlace, feature: String? = nil, step: Int? = nil) {
    self.reason = reason
    self.place = place
    self.feature = feature
    self.step = step
  }

  public var kind: FailureKind { .badData }

  public var description: String {
    var text = "\(place.file): record \(place.record) at byte \(place.offset)"
    if let feature { text += ": feature `\(feature)`" }
    if let step { text += ", step \(step)" }
    let what =
      switch reason {
      case .example(let error): error.description
      case .missingFeature: "the record has no such feature, which features.json declares"
      case .count(let found, let perValue): "\(found) values are no multiple of the \(perValue) that one step has"
      case .single(let found, let expected): "\(found) values where the declaration has \(expected)"
      case .rows(let found, let expected): "it has \(found) steps where others have \(expected)"
      case .raggedLengths(let sum, let found): "its row lengths add up to \(sum), there are \(found) values"
      case .negativeLength(let length): "the row length \(length) is negative"
      case .encodedSize(let expected, let found): "\(found) bytes where type and shape need \(expected)"
      case .openShape(let found, let known): "\(found) values cannot fill a shape of which \(known) are one part"
      case .storedShape(let shape): "the stored shape \(shape) does not fit the declared one"
      case .inflating(.damaged): "the zlib data is damaged"
      case .inflating(.truncated): "the zlib data ends early"
      case .inflating(.tooLong(let limit)): "the zlib data holds more than the \(limit) bytes that type and shape allow"
      case .image(let error): error.description
      case .unsupported(let what): what
      }
    return text + ": " + what
  }
}
