public import ByteIO
internal import ManifestSyntax

/// Pairs that cannot be made, checked or exported as they were asked for.
public struct PairBuildError: Failure, Equatable {
  public let kind: FailureKind
  /// One line: the place, what is wrong and what would mend it.
  public let description: String

  public init(_ kind: FailureKind, _ description: String) {
    self.kind = kind
    self.description = description
  }

  /// Bad data.
  init(_ description: String) { self.init(.badData, description) }
}

extension PairBuildError {
  /// There is no manifest `name` among those that are `known` in `places`.
  public static func unknownManifest(_ name: String, places: [String], known: [String]) -> PairBuildError {
    PairBuildError(
      .inputMissing,
      "there is no manifest `\(name).yaml` in \(places.joined(separator: ", ")); "
        + (NearestName.hint(name, among: known) ?? "write one (docs/preferences.md) or name a file"))
  }
}
