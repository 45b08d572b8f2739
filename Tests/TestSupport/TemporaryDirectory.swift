import FoundationEssentials

/// A directory of its own for one test, removed when the value goes away.
public final class TemporaryDirectory: Sendable {
  /// The directory's absolute path.
  public let path: String

  public init() throws {
    path = FileManager.default.temporaryDirectory.appending(path: "armature-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)  // Nothing depends on the removal.
  }

  /// Returns the path of `name` inside the directory.
  public func callAsFunction(_ name: String) -> String { path + "/" + name }

  /// Writes `bytes` to `name` inside the directory and returns its path.
  @discardableResult
  public func write(_ bytes: [UInt8], to name: String) throws -> String {
    let file = self(name)
    try Data(bytes).write(to: URL(filePath: file))
    return file
  }
}
