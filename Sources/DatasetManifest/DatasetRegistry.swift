internal import ByteIO
internal import ManifestSyntax

/// The dataset manifests that are at hand, by name.
public struct DatasetRegistry: Sendable {
  /// The manifests, sorted by name.
  public let manifests: [DatasetManifest]

  /// Reads every `*.yaml` in `directories`; of two manifests with one name, that of the earlier directory counts.
  ///
  /// Directories that do not exist hold nothing. A file is called as its dataset is.
  /// - Throws: `ManifestError` for the first manifest with a mistake, `FileError`.
  public init(_ directories: [String]) throws {
    var found: [String: DatasetManifest] = [:]
    for directory in directories where Directory.entry(directory) == .directory {
      for file in try Directory.names(directory) where file.hasSuffix(".yaml") {
        let name = String(file.dropLast(5))
        guard found[name] == nil else { continue }
        let manifest = try DatasetManifest(path: directory + "/" + file)
        guard manifest.name == name else {
          throw ManifestError(
            place: ManifestPlace(file: manifest.file).child("dataset"),
            "the file is called \(quoted(file)), its dataset \(quoted(manifest.name)); make them equal")
        }
        found[name] = manifest
      }
    }
    manifests = found.values.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  /// The manifest of the dataset `name`.
  public subscript(name: String) -> DatasetManifest? { manifests.first { $0.name == name } }

  /// The name that was probably meant by `name`.
  public func nearest(to name: String) -> String? { NearestName.of(name, among: manifests.map(\.name)) }
}
