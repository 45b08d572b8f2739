public import Actions
public import ArgumentParser
import CommandLineStage
import Ingest
import JSON

struct Tokens: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show the first actions of a store as a policy sees them: normalised, binned, as token ids.")

  @Argument(help: ArgumentHelp("An episode store.", valueName: "store"))
  var store: String

  @Option(help: ArgumentHelp("How many steps.", valueName: "n"))
  var steps = 5

  @Option(help: ArgumentHelp("normal, bounds or bounds_q99.", valueName: "type"))
  var normalization = NormalizationType.boundsQ99

  @Option(help: ArgumentHelp("The size of the text vocabulary, whose last ids stand for bins.", valueName: "n"))
  var vocabulary = 32000

  @OptionGroup var options: StageOptions

  func validate() throws {
    guard (0...100_000).contains(steps) else { throw ValidationError("--steps must be between 0 and 100000.") }
  }

  func run() async throws {
    try await runVerb {
      let preview = try TokenPreview(
        store, count: steps, normalization: normalization, vocabularySize: vocabulary)
      options.report(["store": .string(store), "steps": preview.json], text: text(preview))
    }
  }

  private func text(_ preview: TokenPreview) -> String {
    var table = TextTable([("step", .right), ("standardised", .left), ("normalised", .left), ("token ids", .left)])
    func row(_ values: [Float]) -> String { values.map { formatDecimal(Double($0), places: 3) }.joined(separator: " ") }
    for (number, step) in preview.steps.enumerated() {
      table.append([
        "\(number)", row(step.action), row(step.normalized), step.ids.map(String.init).joined(separator: " "),
      ])
    }
    return table.text
  }
}

extension NormalizationType: ExpressibleByArgument {}
