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

  @OptionGroup var output: CheckpointOutput

  @Option(help: ArgumentHelp("What the weights follow from.", valueName: "n"))
  var seed: UInt64 = 0

  @Option(help: ArgumentHelp("The weights' element type.", valueName: "type"))
  var dtype = ComputeType.f32

  @Option(help: ArgumentHelp("A sentencepiece model for its texts, as `tokenizer` fits one.", valueName: "file"))
  var tokenizer: String?

  @Option(
    help: ArgumentHelp("The dataset_statistics.json of the data that it will be trained on.", valueName: "file"))
  var statistics: String?

  @OptionGroup var options: StageOptions

  func run() async throws {
    try await runVerb {
      try Engine.setThreadCount(1)
      let preset = try ModelArgument.preset(self.preset)
      let statistics = try self.statistics.map { try JSONNode(file: $0).value }
      try FreshCheckpoint(preset, seed: seed, tokenizer: tokenizer, statistics: statistics).write(
        output.writer, dtype.dtype)
      let count = preset.config.parameters.reduce(0) { $0 + $1.elementCount }
      options.report(
        ["out": .string(output.out), "parameters": JSONValue(count)],
        text: "\(output.out): \(grouped(count)) parameters")
    }
  }
}
