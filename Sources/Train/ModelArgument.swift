import ByteIO
import Checkpoints
import CommandLineStage

/// A model by its preset's name, its preset's file or its folder.
enum ModelArgument {
  /// Returns the architecture that `argument` names; no weights are needed.
  static func config(_ argument: String) throws -> PolicyConfig {
    let inside = "\(argument)/\(CheckpointFolder.configName)"
    if Directory.entry(inside) == .file { return try PolicyConfig(file: inside) }
    return try preset(argument).config
  }

  /// Returns the preset that `argument` names.
  static func preset(_ argument: String) throws -> ModelPreset {
    if ManifestSearch.isFile(argument) {
      guard Directory.entry(argument) != .directory else {
        throw CheckpointError(.inputMissing, place: argument, "it has no \(CheckpointFolder.configName)")
      }
      return try ModelPreset(path: argument)
    }
    if let file = ManifestSearch.file(argument, of: "models") { return try ModelPreset(path: file) }
    throw CheckpointError(
      .inputMissing, place: argument,
      "there is no such folder, and no `\(argument).yaml` in "
        + ManifestSearch.directories(of: "models").joined(separator: ", "))
  }
}
