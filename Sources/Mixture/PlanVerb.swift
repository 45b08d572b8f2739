import ArgumentParser
import ByteIO
import CommandLineStage
import DatasetManifest
import JSON
import MixtureBuild
import Sampling

struct PlanVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Show how often each dataset will be seen, before anything is built.",
    discussion: "With --simulate the published sizes of the registry stand in for the stores, and no data is needed.")

  @OptionGroup var mixture: MixtureArgument

  @Flag(help: "Use published sizes; no data is needed.")
  var simulate = false

  @Option(help: ArgumentHelp("Explain the sample at this position.", valueName: "position"))
  var at: Int?

  @OptionGroup var options: StageOptions

  func validate() throws {
    guard !simulate || at == nil else { throw ValidationError("--at needs the data; leave --simulate away.") }
  }

  func run() async throws {
    try await runVerb {
      if simulate {
        let registry = try DatasetRegistry(ManifestSearch.directories(of: "datasets"))
        let plan = try SimulatedPlan(mixture.read(), registry, lookup: ProcessEnvironment.variable)
        report(plan.table)
        return
      }
      let plan = try mixture.plan()
      if let at {
        guard (0..<plan.sampleCount).contains(at) else {
          throw MixtureError(
            .usage, "\(plan.manifest.file): there is no position \(at); give 0 to \(plan.sampleCount - 1)")
        }
        let explanation = try SampleExplanation(plan, at: at)
        options.report(explanation.json, text: explanation.text)
      } else {
        report(PlanTable(plan))
      }
    }
  }

  private func report(_ table: PlanTable) {
    options.report(table.json, text: text(table))
    if !options.json { for warning in table.warnings { complain("warning: \(warning)") } }
  }

  private func text(_ plan: PlanTable) -> String {
    var table = TextTable([
      ("dataset", .left), ("split", .left), ("weight", .right), ("share", .right), ("samples", .right),
      ("episodes", .right), ("frames", .right), ("repeats", .right),
    ])
    for row in plan.rows {
      table.append([
        row.dataset, row.split, "\(row.weight)", formatDecimal(100 * row.share, places: 2) + "%", "\(row.samples)",
        "\(row.episodes)", "\(row.frames)", formatDecimal(row.repeats, places: 2),
      ])
    }
    var lines = [
      "\(plan.name), seed \(plan.seed)", "", table.text, "",
      "samples: \(plan.sampleCount)"
        + (plan.epochSampleCount.map { ", an epoch has \($0)" } ?? ""),
    ]
    if let bytes = plan.byteCount {
      lines.append(
        "size: about \(formatBytes(bytes)); a build takes about "
          + "\(formatDecimal(Double(bytes) / 300e6, places: 1)) s at 300 MB/s")
    }
    return lines.joined(separator: "\n")
  }
}
