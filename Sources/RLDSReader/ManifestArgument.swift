import ByteIO
import CommandLineStage
import DatasetManifest
import Ingest

/// Finds the dataset manifest that a user names, by its file or by its dataset.
enum ManifestArgument {
  /// Reads the manifest `argument`: a path to a YAML file, or the name of a dataset in `manifests/datasets`.
  ///
  /// Names are looked up in `$ARMATURE_MANIFESTS`, in `manifests` here, beside the program and in its `share`.
  static func manifest(_ argument: String) throws -> DatasetManifest {
    if argument.contains("/") || argument.hasSuffix(".yaml") || argument.hasSuffix(".yml") {
      return try DatasetManifest(path: argument)
    }
    for directory in directories {
      let path = directory + "/datasets/" + argument + ".yaml"
      if Directory.entry(path) == .file { return try DatasetManifest(path: path) }
    }
    throw IngestError(
      .inputMissing,
      "there is no manifest `\(argument).yaml` in \(directories.map { $0 + "/datasets" }.joined(separator: ", ")); "
        + "write one (docs/manifests.md) or name a file")
  }

  private static var directories: [String] {
    var directories: [String] = []
    if let named = ProcessEnvironment.variable("ARMATURE_MANIFESTS") { directories.append(named) }
    directories.append("manifests")
    guard var parent = ProcessEnvironment.executableDirectory else { return directories }
    directories.append(Directory.parent(of: parent) + "/share/armature/manifests")
    for _ in 0..<4 {  // `.build/<triple>/release` in a checkout.
      parent = Directory.parent(of: parent)
      if Directory.entry(parent + "/manifests/datasets") == .directory { directories.append(parent + "/manifests") }
    }
    return directories
  }
}
