import ArgumentParser
import ByteIO
import CommandLineStage
import Curation
import EpisodeStore
import JSON

struct ReportVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Check a store and show what was found, with the frames that show it.",
    discussion: """
      Writes one page that opens without a network: checks with their histograms, findings with their frames and \
      traces, all episodes in a table that sorts and filters, instructions and actions. The catalog gets the scores as \
      from `check`. With --fail-on the command ends in status 65 where there is a finding of that class, or a graver one.
      """)

  @Argument(help: ArgumentHelp("An episode store.", valueName: "store"))
  var store: String

  @Option(help: ArgumentHelp("The page to write.", valueName: "file"))
  var out: String?

  @Option(help: ArgumentHelp("Write the findings as SARIF 2.1.0.", valueName: "file"))
  var sarif: String?

  @Option(help: ArgumentHelp("Write the checks as JUnit's XML.", valueName: "file"))
  var junit: String?

  @Option(help: ArgumentHelp("Fail on findings of this class: defect, or risk for both.", valueName: "class"))
  var failOn: FailOn = .never

  @OptionGroup var checking: CheckOptions
  @OptionGroup var workers: WorkerOptions
  @OptionGroup var options: StageOptions

  enum FailOn: String, ExpressibleByArgument {
    case never, defect, risk

    var classes: Set<CheckClass> {
      switch self {
      case .never: []
      case .defect: [.defect]
      case .risk: [.defect, .risk]
      }
    }
  }

  func validate() throws {
    try checking.validateThresholds()
    guard out != nil || sarif != nil || junit != nil || options.json else {
      throw ValidationError("Say what to write: --out, --sarif, --junit or --json.")
    }
  }

  func run() async throws {
    try await runVerb {
      let report = try await checking.check(store, workers: workers.workers, options: options)
      try report.annotation.apply(to: store)
      if let out { try CurationPage(report).write(to: out) }
      if let sarif {
        try AtomicFile.write(Array((report.sarif.serialized(.indented) + "\n").utf8), to: sarif)
      }
      if let junit {
        let classes = failOn == .never ? [.defect] : failOn.classes
        try AtomicFile.write(Array(report.junit(failing: classes).utf8), to: junit)
      }
      let counts = CheckClass.allCases.map { "\(report.findingCount($0)) \($0.rawValue)" }.joined(separator: ", ")
      options.report(
        report.json,
        text: "\(store): \(report.episodes.count) episodes; findings: \(counts)"
          + (out.map { "; \($0)" } ?? ""))
      let grave = failOn.classes.reduce(0) { $0 + report.findingCount($1) }
      if grave > 0 {
        complain("\(store): \(grave) findings that --fail-on \(failOn.rawValue) does not let pass")
        throw ExitCode(FailureKind.badData.rawValue)
      }
    }
  }
}
