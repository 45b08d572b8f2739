import ArgumentParser
import Checkpoints
import CommandLineStage
import JSON

struct DescribeVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "describe",
    abstract: "Say what a model is made of and what it costs, from its shape alone.")

  @Argument(help: ArgumentHelp("A preset's name or file, or a checkpoint folder.", valueName: "model"))
  var model: String

  @Option(help: ArgumentHelp("Samples in a batch, for the costs.", valueName: "n"))
  var batch = 1

  @Option(help: ArgumentHelp("Tokens of a text, action tokens included, for the costs.", valueName: "n"))
  var text = 32

  @OptionGroup var training: TrainingCostOptions

  @Flag(help: "List every parameter with its shape.")
  var keys = false

  @OptionGroup var options: StageOptions

  func validate() throws {
    guard (1...1 << 20).contains(batch), (1...1 << 20).contains(text) else {
      throw ValidationError("--batch and --text must be between 1 and 1048576.")
    }
  }

  func run() async throws {
    try await runVerb {
      let config = try ModelArgument.config(model)
      let cost = try ModelCost(config, batch: batch, textLength: text)
      let keys = self.keys ? config.parameters : nil
      let report = try ModelReport(cost, training.cost(cost), keys)
      options.report(report.json, text: report.text)
    }
  }
}
