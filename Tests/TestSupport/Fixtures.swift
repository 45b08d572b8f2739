import FoundationEssentials

/// Where the repository's own data lies, found from this source file's place.
public enum Repository {
  /// The root of the package.
  public static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  /// Returns the path of `name` in `Tests/Fixtures`.
  public static func fixture(_ name: String) -> String { root + "/Tests/Fixtures/" + name }

  /// Returns the path of `name` in `Samples`.
  public static func sample(_ name: String) -> String { root + "/Samples/" + name }
}

/// Returns the bytes of the file at `path`.
public func readBytes(_ path: String) throws -> [UInt8] {
  [UInt8](try Data(contentsOf: URL(filePath: path)))
}
