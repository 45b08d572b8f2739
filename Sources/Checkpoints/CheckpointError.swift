public import ByteIO

/// What is wrong with a checkpoint folder, a model's config or a preset.
public struct CheckpointError: Failure, Equatable {
  public let kind: FailureKind
  /// The file or folder, with the key inside it.
  public let place: String
  public let problem: String

  public init(_ kind: FailureKind = .badData, place: String, _ problem: String) {
    self.kind = kind
    self.place = place
    self.problem = problem
  }

  public var description: String { "\(place): \(problem)" }
}
