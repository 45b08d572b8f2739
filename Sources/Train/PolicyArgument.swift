import ArgumentParser
import Checkpoints
import TensorFiles
import VLA

/// A checkpoint folder to compute with, and how.
struct PolicyArgument: ParsableArguments {
  @Argument(help: ArgumentHelp("A checkpoint folder.", valueName: "folder"))
  var path: String

  @Option(help: ArgumentHelp("A PEFT adapter to apply.", valueName: "dir"))
  var adapter: String?

  @OptionGroup var engine: EngineOptions

  /// Sets the engine up and loads the model with float32 weights of which all, or the adapter's, are trained.
  func loadForTraining() throws -> Policy {
    let device = try engine.prepare()
    let folder = try CheckpointFolder(path)
    let adapter = try self.adapter.map { AdapterSource.folder(try AdapterFolder($0, for: folder.config)) }
    return try Policy.load(folder, adapter: adapter, .float32, on: device) {
      adapter == nil || AdaptedModule.isFactor($0)
    }
  }

  /// Sets the engine up and loads the model.
  func load() throws -> (policy: Policy, folder: CheckpointFolder) {
    let device = try engine.prepare()
    let folder = try CheckpointFolder(path)
    let adapter = try self.adapter.map { AdapterSource.folder(try AdapterFolder($0, for: folder.config)) }
    return (try Policy.load(folder, adapter: adapter, engine.dtype.dtype, on: device), folder)
  }
}
