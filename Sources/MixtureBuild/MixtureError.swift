public import ByteIO
internal import ManifestSyntax

/// A mixture that cannot be planned, built or read as it was asked.
public struct MixtureError: Failure, Equatable {
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

extension MixtureError {
  /// There is no mixture `name` among those that are `known` in `places`.
  public static func unknownMixture(_ name: String, places: [String], known: [String]) -> MixtureError {
    MixtureError(
      .inputMissing,
      "there is no mixture `\(name).yaml` in \(places.joined(separator: ", ")); "
        + (NearestName.hint(name, among: known) ?? "write one (docs/mixtures.md) or name a file"))
  }
}
