public import ByteIO

/// A payload that is no tf.train.Example; whoever knows file and record adds them.
public struct ExampleError: Failure, Equatable {
  public enum Reason: Equatable, Sendable {
    /// Protobuf allows messages of less than 2 GiB.
    case tooLarge(byteCount: Int)
    case fieldTooLong(length: UInt64, available: Int)
    case malformed(String)
    case undecodable(feature: String)
    case keyNotUTF8
    case wrongKind(feature: String, expected: String, found: String)
  }

  public let reason: Reason
  /// How far into the message, or the part of it that was being read, the fault lies, in bytes.
  public let offset: Int

  public init(_ reason: Reason, offset: Int = 0) {
    self.reason = reason
    self.offset = offset
  }

  public var kind: FailureKind { .badData }

  public var description: String {
    switch reason {
    case .tooLarge(let byteCount):
      "a message of \(byteCount) bytes exceeds Protobuf's limit of 2147483647; split the episode"
    case .fieldTooLong(let length, let available):
      "no tf.train.Example: a field claims \(length) bytes where \(available) are left"
    case .malformed(let what): "no tf.train.Example: \(what) at byte \(offset)"
    case .undecodable(let feature): "the numbers of feature `\(feature)` cannot be decoded"
    case .keyNotUTF8: "a feature's name is not UTF-8"
    case .wrongKind(let feature, let expected, let found):
      "feature `\(feature)` holds \(found), \(expected) expected"
    }
  }
}
