import ArgumentParser
import Checkpoints
import CommandLineStage
import JSON
import Torch
import VLA

struct MergeVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Merge an adapter into its base model's weights: W + s · B A.",
    discussion: """
      In f32 the product is computed in float32. With --dtype bf16 base and factors are rounded first and every step \
      rounds again, as PEFT 0.11.1 merges into a bfloat16 model.
      """)

  @Argument(help: ArgumentHelp("The base model's checkpoint folder.", valueName: "base"))
  var base: String

  @Argument(help: ArgumentHelp("A PEFT adapter folder.", valueName: "adapter"))
  var adapter: String

  @OptionGroup var output: CheckpointOutput

  @Option(help: ArgumentHelp("The type to merge and to write in.", valueName: "type"))
  var dtype = ComputeType.f32

  @OptionGroup var options: StageOptions

  func run() async throws {
    try await runVerb {
      try Engine.setThreadCount(1)
      let base = try CheckpointFolder(self.base)
      let adapter = try AdapterFolder(self.adapter, for: base.config)
      try adapter.merge(into: base, output.writer, dtype.dtype)
      options.report(
        ["out": .string(output.out), "merged": JSONValue(adapter.modules.count)],
        text: "\(output.out): \(adapter.modules.count) layers of \(self.base) with \(self.adapter)")
    }
  }
}
