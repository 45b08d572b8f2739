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

  @Option(help: ArgumentHelp("The folder to write.", valueName: "dir"))
  var out: String

  @Option(help: ArgumentHelp("The weights' element type; each keeps its own unless given.", valueName: "type"))
  var dtype: ComputeType?

  @Option(help: ArgumentHelp("The largest weight file: a number with MB or GB.", valueName: "size"))
  var shardSize = ByteSize(CheckpointWriter.defaultShardSize)

  @OptionGroup var options: StageOptions

  func run() async throws {
    try await runVerb {
      try Engine.setThreadCount(1)
      let source = try CheckpointFolder(folder)
      try source.export(CheckpointWriter(out, shardSize: shardSize.byteCount), dtype?.dtype)
      let written = try CheckpointFolder(out)
      options.report(
        ["out": .string(out), "tensors": JSONValue(written.tensors.count)],
        text: "\(out): \(written.tensors.count) tensors")
    }
  }
}
