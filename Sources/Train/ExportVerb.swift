import ArgumentParser
import Checkpoints
import CommandLineStage
import JSON
import Torch
import VLA

struct ExportVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a checkpoint again, in another element type or in files of another size.")

  @Argument(help: ArgumentHelp("A checkpoint folder.", valueName: "folder"))
  var folder: String

  @OptionGroup var output: CheckpointOutput

  @Option(help: ArgumentHelp("The weights' element type; each keeps its own unless given.", valueName: "type"))
  var dtype: ComputeType?

  @OptionGroup var options: StageOptions

  func run() async throws {
    try await runVerb {
      try Engine.setThreadCount(1)
      let source = try CheckpointFolder(folder)
      try source.export(output.writer, dtype?.dtype)
      let written = try CheckpointFolder(output.out)
      options.report(
        ["out": .string(output.out), "tensors": JSONValue(written.tensors.count)],
        text: "\(output.out): \(written.tensors.count) tensors")
    }
  }
}
