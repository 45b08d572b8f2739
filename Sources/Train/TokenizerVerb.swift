import ArgumentParser
import CommandLineStage
import JSON
import SampleShards
import VLA

struct TokenizerVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenizer",
    abstract: "Fit a tokenizer to a mixture's instructions, for a model trained on it from scratch.")

  @Argument(help: ArgumentHelp("A mixture.", valueName: "dir"))
  var mixture: String

  @Option(help: ArgumentHelp("Its pieces in all; the last 256 stand for actions.", valueName: "n"))
  var size: Int

  @Option(help: ArgumentHelp("The sentencepiece model to write.", valueName: "file"))
  var out = "tokenizer.model"

  @OptionGroup var options: StageOptions

  func validate() throws {
    guard InstructionTokenizer.sizes.contains(size) else {
      throw ValidationError(
        "--size must be between \(InstructionTokenizer.sizes.lowerBound) and \(InstructionTokenizer.sizes.upperBound).")
    }
  }

  func run() async throws {
    try await runVerb {
      let report = try InstructionTokenizer(size: size).write(SampleSet(mixture), to: out)
      options.report(
        [
          "out": .string(out), "size": JSONValue(size), "instructions": JSONValue(report.instructionCount),
          "mean_prompt_tokens": .real(report.meanPromptLength), "sha256": .string(report.sha256),
        ],
        text: "\(out): \(size) pieces fitted to \(report.instructionCount) instructions; "
          + "a prompt has \((report.meanPromptLength * 10).rounded() / 10) tokens on average")
    }
  }
}
