import ArgumentParser
import CommandLineStage
import JSON
import PairBuild

struct AuditVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Show what was paired and why: counts, coverage, leaks, and examples as film strips.",
    discussion: "Writes prefs_audit.json and prefs_audit.html, a page that needs nothing else, beside the pairs.")

  @Argument(help: ArgumentHelp("A set of pairs.", valueName: "dir"))
  var path: String

  @Option(help: ArgumentHelp("Where to write; the set's own directory.", valueName: "dir"))
  var out: String?

  @Option(help: ArgumentHelp("How many pairs to show.", valueName: "n"))
  var examples = 20

  @OptionGroup var options: StageOptions

  func validate() throws {
    guard (0...1000).contains(examples) else { throw ValidationError("--examples must be between 0 and 1000.") }
  }

  func run() async throws {
    try await runVerb {
      let audit = try PairAudit(path)
      let files = try audit.write(to: out ?? path, examples: examples)
      options.report(
        .object(
          (audit.json.members ?? []) + [.init("audit", .string(files.json)), .init("page", .string(files.page))]),
        text: audit.summary + "\n\(files.page)")
    }
  }
}
