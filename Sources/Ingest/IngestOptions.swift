public import ByteIO

/// What an ingest is asked to do.
public struct IngestOptions: Sendable {
  /// What happens when an episode is bad.
  public enum ErrorPolicy: String, Sendable, CaseIterable {
    /// The ingest ends.
    case fail
    /// The episode is left out and listed in the store's index.
    case skip
  }

  /// How much of each frame is checked.
  public enum ImageCheck: String, Sendable, CaseIterable {
    /// Headers, sizes, markers, and the checksums of PNG.
    case structure
    /// The frame is decoded.
    case decode
  }

  /// Which splits to read, in TFDS's split language.
  public var selection = "all"
  public var onError = ErrorPolicy.fail
  public var images = ImageForm.keep
  public var imageCheck = ImageCheck.structure
  /// About how many bytes a shard has.
  public var shardByteCount = 256 << 20
  public var workers = 1
  /// Whether datasets are taken that the reference refuses.
  public var allowsUnsupported = false

  public init() {}
}

/// An ingest that cannot be done as it was asked.
public struct IngestError: Failure, Equatable {
  public let kind: FailureKind
  public let description: String

  public init(_ kind: FailureKind, _ description: String) {
    self.kind = kind
    self.description = description
  }
}
