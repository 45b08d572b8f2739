import ArgumentParser
import ByteIO
import CommandLineStage
import Curation
import JSON

struct ExplainVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Say what a check means, how it hurts training, and from where on it counts.")

  @Argument(help: ArgumentHelp("The checks; without any, a list.", valueName: "check"))
  var checks: [String] = []

  @Flag(help: "All checks.")
  var all = false

  @Flag(help: "As the page docs/checks.md.")
  var markdown = false

  @OptionGroup var options: StageOptions

  func validate() throws {
    guard checks.isEmpty || !all && !markdown else { throw ValidationError("Name checks, or give --all.") }
  }

  func run() async throws {
    try await runVerb {
      let chosen = checks.isEmpty ? CheckCatalog.all : try CheckSelection.checks(named: checks)
      options.report(["checks": .array(chosen.map(\.json))], text: text(chosen))
    }
  }

  private func text(_ chosen: [Check]) -> String {
    if markdown { return String(ChecksPage.markdown.dropLast()) }
    if !checks.isEmpty || all { return chosen.map(ChecksPage.text).joined(separator: "\n\n") }
    var table = TextTable([("check", .left), ("class", .left), ("what", .left)])
    for check in chosen { table.append([check.id, check.checkClass.rawValue, check.title]) }
    return table.text
  }
}
