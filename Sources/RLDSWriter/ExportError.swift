public import ByteIO

/// An export that cannot be made or is not what it should be, with the place.
public struct ExportError: Failure, Equatable {
  public let kind: FailureKind
  /// The file or directory at fault.
  public let place: String
  public let problem: String

  /// Data that is not as it should be.
  init(_ place: String, _ problem: String) { self.init(.badData, place, problem) }

  init(_ kind: FailureKind, _ place: String, _ problem: String) {
    self.kind = kind
    self.place = place
    self.problem = problem
  }

  public var description: String { "\(place): \(problem)" }
}
