public import ByteIO

/// A TFRecord file that is not what it should be, with the place.
public struct RecordError: Failure, Equatable {
  /// The rule that is broken.
  public enum Reason: Equatable, Sendable {
    /// The file ends inside the 12 bytes before a payload.
    case headerTruncated(available: Int)
    /// The checksum of the length does not fit, so that the length can't be trusted.
    case lengthChecksum(stored: UInt32, computed: UInt32)
    /// The file ends inside a payload or its checksum.
    case payloadTruncated(length: UInt64, available: Int)
    /// The checksum of the payload does not fit.
    case payloadChecksum(stored: UInt32, computed: UInt32)
    /// A record of a compressed file is longer than what is held in memory.
    case tooLongToInflate(length: UInt64, limit: Int)
    /// The zlib or gzip stream itself is broken.
    case compression(InflateError)
  }

  public let reason: Reason
  public let file: String
  /// The zero-based position of the record in the file.
  public let record: Int
  /// The offset of the record's first byte from the start of the file, inflated when it is compressed.
  public let offset: Int

  public init(_ reason: Reason, file: String, record: Int, offset: Int) {
    self.reason = reason
    self.file = file
    self.record = record
    self.offset = offset
  }

  public var kind: FailureKind { .badData }

  public var description: String {
    let copyAgain = "copy the file again"
    let what =
      switch reason {
      case .headerTruncated(let available):
        "the file ends after \(available) of the 12 bytes of the record's header; \(copyAgain)"
      case .lengthChecksum(let stored, let computed):
        "the length's checksum is \(hex(stored)), computed \(hex(computed)); \(copyAgain), or it is no TFRecord file"
      case .payloadTruncated(let length, let available):
        "the record claims \(length) bytes and its checksum, the file has \(available) more; \(copyAgain)"
      case .payloadChecksum(let stored, let computed):
        "the payload's checksum is \(hex(stored)), computed \(hex(computed)); \(copyAgain)"
      case .tooLongToInflate(let length, let limit):
        "the record claims \(length) bytes, more than the \(limit) allowed in compressed files; inflate the file first"
      case .compression(.truncated): "the compressed file ends early; \(copyAgain)"
      case .compression(.damaged): "the compressed data is damaged; \(copyAgain)"
      case .compression(.tooLong(let limit)): "the compressed data exceeds \(limit) bytes"
      }
    return "\(file): record \(record) at byte \(offset): \(what)"
  }

  private func hex(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
  }
}
