public import ArgumentParser
import CommandLineStage
import JSON
public import PairBuild
import PairShards

struct ExportVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write pairs as rows of other people's trainers: JSON lines and image files.",
    discussion: """
      trl: rows with images, prompt, chosen and rejected, one for each pair, at the first step at which both sides see the
      same frame and act differently. kto: rows with images, prompt, completion and label, one for each step.
      """)

  @Argument(help: ArgumentHelp("A set of pairs.", valueName: "dir"))
  var path: String

  @Option(help: ArgumentHelp("trl or kto.", valueName: "format"))
  var format: PairExport.Format

  @Option(help: ArgumentHelp("The directory to write.", valueName: "dir"))
  var out: String

  @Option(help: ArgumentHelp("The view to show; primary where there is one.", valueName: "view"))
  var view: String?

  @Option(help: ArgumentHelp("Only the rows of one split.", valueName: "split"))
  var split: String?

  @OptionGroup var options: StageOptions

  func run() async throws {
    try await runVerb {
      let report = try PairExport(PairSet(path), format: format, to: out, view: view, split: split).run()
      options.report(
        [
          "out": .string(out), "format": .string(format.rawValue), "rows": JSONValue(report.rowCount),
          "images": JSONValue(report.imageCount), "bytes": JSONValue(report.byteCount),
          "unshared": JSONValue(report.unsharedCount), "contradicted": JSONValue(report.contradictedCount),
        ],
        text:
          "\(out): \(report.rowCount) rows, \(report.imageCount) images, \(formatBytes(report.byteCount)); left out: "
          + "\(report.unsharedCount) pairs without a shared observation, \(report.contradictedCount) contested steps")
    }
  }
}

extension PairExport.Format: ExpressibleByArgument {}
