import ArgumentParser
import ByteIO
import CommandLineStage
import Curation
import JSON

struct KeepVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keep", abstract: "List the episodes that satisfy a condition, and drop all others.",
    discussion: ChoiceOptions.discussion)

  @Argument(help: ArgumentHelp("An episode store.", valueName: "store"))
  var store: String

  @Option(name: .customLong("where"), help: ArgumentHelp("A condition in SQL.", valueName: "sql"))
  var condition: String

  @OptionGroup var choosing: ChoiceOptions
  @OptionGroup var options: StageOptions

  func run() async throws {
    try await runVerb {
      let choice = try EpisodeChoice(store, where: condition, reason: choosing.reason)
      try choosing.finish(choice, .keep, store, options)
    }
  }
}

struct DropVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drop", abstract: "Drop episodes by a condition, by checks, or by a class of findings.",
    discussion: ChoiceOptions.discussion)

  @Argument(help: ArgumentHelp("An episode store.", valueName: "store"))
  var store: String

  @Option(name: .customLong("where"), help: ArgumentHelp("A condition in SQL.", valueName: "sql"))
  var condition: String?

  @Option(help: ArgumentHelp("Episodes with findings of these checks.", valueName: "a,b"))
  var checks: String?

  @Option(name: .customLong("class"), help: ArgumentHelp("Episodes with findings of this class.", valueName: "class"))
  var checkClass: String?

  @OptionGroup var choosing: ChoiceOptions
  @OptionGroup var options: StageOptions

  func validate() throws {
    guard [condition, checks, checkClass].count(where: { $0 != nil }) == 1 else {
      throw ValidationError("Give one of --where, --checks and --class.")
    }
    guard checkClass.map({ CheckClass(rawValue: $0) != nil }) ?? true else {
      throw ValidationError("--class must be defect, risk or info.")
    }
  }

  func run() async throws {
    try await runVerb {
      let choice: EpisodeChoice
      if let condition {
        choice = try EpisodeChoice(store, where: condition, reason: choosing.reason)
      } else {
        let names = checks?.split(separator: ",").map { String($0.filter { !$0.isWhitespace }) } ?? []
        choice = try EpisodeChoice(
          store, checks: CheckSelection.checks(named: names),
          classes: checkClass.flatMap { CheckClass(rawValue: $0) }.map { [$0] } ?? [], reason: choosing.reason)
      }
      try choosing.finish(choice, .drop, store, options)
    }
  }
}

/// Where the list goes, and whether what it does is agreed to.
struct ChoiceOptions: ParsableArguments {
  static let discussion = """
    The list has one ordinal a line, or, where its name ends in .jsonl or .yaml, the episode, the reason and the check. The
    catalog's column `dropped` then holds the reasons: `where: dropped IS NULL` in a mixture leaves these episodes out. \
    What empties a task or drops more than half of the dataset needs --yes.
    """

  @Option(help: ArgumentHelp("The list to write.", valueName: "file"))
  var out: String

  @Option(help: ArgumentHelp("Why; the condition or the finding where it is not given.", valueName: "text"))
  var reason: String?

  @Flag(help: "Do it even where it empties a task or drops more than half of the dataset.")
  var yes = false

  func finish(_ choice: EpisodeChoice, _ use: EpisodeChoice.Use, _ store: String, _ options: StageOptions) throws {
    let losses = try choice.losses(use)
    guard losses.isEmpty || yes else {
      throw CurationError(.usage, "\(store): \(losses.joined(separator: "; ")); add --yes if that is meant")
    }
    try choice.write(to: out, use)
    try choice.record(use)
    if !options.quiet, !options.json { for loss in losses { complain("warning: " + loss) } }
    let word = use == .keep ? "kept" : "dropped"
    options.report(
      [
        "out": .string(out), word: .array(choice.entries.map(\.json)),
        "warnings": JSONValue(losses),
      ], text: "\(out): \(choice.entries.count) episodes \(word)")
  }
}
