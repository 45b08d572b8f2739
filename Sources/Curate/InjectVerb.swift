import ArgumentParser
import ByteIO
import CommandLineStage
import Curation
import JSON

struct InjectVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inject", abstract: "Copy a store with faults in known episodes, to see what checks find.",
    discussion: "Kinds: " + Fault.allCases.map { "\($0.rawValue) (\($0.meaning))" }.joined(separator: "; ") + ".")

  @Argument(help: ArgumentHelp("An episode store.", valueName: "store"))
  var store: String

  @Option(help: ArgumentHelp("Kinds of faults with commas between them, or all.", valueName: "kind,kind"))
  var fault: String

  @Option(help: ArgumentHelp("The directory to write.", valueName: "dir"))
  var out: String

  @Option(help: ArgumentHelp("How many episodes get each fault; 1.", valueName: "n"))
  var episodes: Int?

  @Option(help: ArgumentHelp("Which share of the episodes gets each fault.", valueName: "f"))
  var share: Double?

  @Option(help: ArgumentHelp("From which the choice of episodes follows.", valueName: "n"))
  var seed: UInt64 = 0

  @OptionGroup var options: StageOptions

  func validate() throws {
    guard episodes == nil || share == nil else { throw ValidationError("Give --episodes or --share, not both.") }
    guard (1...1_000_000).contains(episodes ?? 1) else { throw ValidationError("--episodes must be at least 1.") }
    guard let share else { return }
    guard share > 0, share <= 1 else { throw ValidationError("--share must be above 0 and at most 1.") }
  }

  func run() async throws {
    try await runVerb {
      var faults: [Fault] = fault == "all" ? Fault.allCases : []
      for name in fault.split(separator: ",") where fault != "all" {
        guard let found = Fault(rawValue: name.filter { !$0.isWhitespace }) else {
          throw CurationError(
            .usage,
            "there is no fault `\(name)`; there are \(Fault.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        if !faults.contains(found) { faults.append(found) }
      }
      let amount = share.map { FaultInjection.Amount.share($0) } ?? .episodes(episodes ?? 1)
      let injected = try FaultInjection(store, faults: faults, amount: amount, seed: seed).write(to: out)
      var table = TextTable([("episode", .right), ("steps", .left), ("fault", .left), ("check", .left)])
      for item in injected {
        table.append([
          item.episode.map { "\($0)" } ?? "all", item.steps.map { "\($0.lowerBound)–\($0.upperBound)" } ?? "",
          item.fault.rawValue, item.fault.check,
        ])
      }
      options.report(
        ["out": .string(out), "seed": JSONValue(Int(clamping: seed)), "injected": .array(injected.map(\.json))],
        text: table.text + "\n\(out)")
    }
  }
}
