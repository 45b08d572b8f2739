import ArgumentParser
import Checkpoints
import CommandLineStage
import JSON
import Torch
import VLA

struct InitVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Write a checkpoint folder with fresh weights; the same preset and seed give the same bytes.")

  @Argument(help: ArgumentHelp("A preset's name or file.", valueName: "preset"))
  var preset: String

  @Option(help: ArgumentHelp("The folder to write.", valueName: "dir"))
  var out: String

  @Option(help: ArgumentHelp("What the weights follow from.", valueName: "n"))
  var seed: UInt64 = 0

  @Option(help: ArgumentHelp("The weights' element type.", valueName: "type"))
  var dtype = ComputeType.f32

  @Option(help: ArgumentHelp("A sentencepiece model for its texts, as `tokenizer` fits one.", valueName: "file"))
  var tokenizer: String?

  @Option(
    help: ArgumentHelp("The dataset_statistics.json of the data that it will be trained on.", valueName: "file"))
  var statistics: String?

  @Option(help: ArgumentHelp("The largest weight file: a number with MB or GB.", valueName: "size"))
  var shardSize = ByteSize(CheckpointWriter.defaultShardSize)

  @OptionGroup var options: StageOptions

  func run() async throws {
    try await runVerb {
      try Engine.setThreadCount(1)
      let preset = try ModelArgument.preset(self.preset)
      let statistics = try self.statistics.map { try JSONNode(file: $0).value }
      try FreshCheckpoint(preset, seed: seed, tokenizer: tokenizer, statistics: statistics).write(
        CheckpointWriter(out, shardSize: shardSize.byteCount), dtype.dtype)
      let count = preset.config.parameters.reduce(0) { $0 + $1.elementCount }
      options.report(
        ["out": .string(out), "parameters": JSONValue(count)], text: "\(out): \(grouped(count)) parameters")
    }
  }
}
