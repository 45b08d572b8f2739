import ByteIO
import CommandLineStage
import DatasetManifest
import Ingest

/// Finds the dataset manifest that a user names, by its file or by its dataset.
enum ManifestArgument {
  /// Reads the manifest `argument`: a path to a YAML file, or the name of a dataset in `manifests/datasets`.
  static func manifest(_ argument: String) throws -> DatasetManifest {
    if ManifestSearch.isFile(argument) { return try DatasetManifest(path: argument) }
    if let file = ManifestSearch.file(argument, of: "datasets") { return try DatasetManifest(path: file) }
    let near = (try? DatasetRegistry(ManifestSearch.directories(of: "datasets")))?.nearest(to: argument)
    throw IngestError(
      .inputMissing,
      "there is no manifest `\(argument).yaml` in \(ManifestSearch.directories(of: "datasets").joined(separator: ", ")); "
        + (near.map { "did you mean `\($0)`" } ?? "write one (docs/manifests.md) or name a file"))
  }
}
