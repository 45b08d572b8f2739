public import ArgumentParser
import ByteIO
import CommandLineStage
import JSON
public import MixtureBuild
import SampleShards
import Sampling

struct BuildVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "build", abstract: "Write the sample shards of a mixture, in training order.",
    discussion: """
      A build that was stopped goes on when it is run again. Beside the manifest, mixture.lock.json records the digests of
      everything that went in; --locked refuses when one changed. With --rank and --world each call builds a part; the call
      that finds all parts in the directory completes the mixture.
      """)

  @OptionGroup var mixture: MixtureArgument

  @Option(help: ArgumentHelp("The directory to write.", valueName: "dir"))
  var out: String

  @Flag(help: "Refuse when an input changed since mixture.lock.json was written.")
  var locked = false

  @Flag(help: "Write the plan only, for readers that draw from the stores.")
  var virtual = false

  @Option(help: ArgumentHelp("Which part to build, from 0.", valueName: "r"))
  var rank = 0

  @Option(help: ArgumentHelp("Of how many parts.", valueName: "w"))
  var world = 1

  @Option(help: ArgumentHelp("How stores are checked first: digests or sizes.", valueName: "check"))
  var checkStores = MixtureBuilder.StoreCheck.digests

  @OptionGroup var workers: WorkerOptions
  @OptionGroup var options: StageOptions

  func run() async throws {
    try await runVerb {
      let plan = try mixture.plan()
      let lock = MixtureLock(plan)
      if locked { try lock.check() }
      var settings = MixtureBuilder.Options()
      settings.workers = workers.workers
      settings.rank = rank
      settings.world = world
      settings.storeCheck = checkStores
      settings.content = virtual ? .plan : .samples
      let build = try MixtureBuilder(plan, into: out, options: settings)
      let table = PlanTable(plan)
      if !options.json, !options.quiet { for warning in table.warnings { complain("warning: \(warning)") } }
      let checks = ProgressLine("check", totalBytes: plan.storeByteCount, options: options)
      let writes = ProgressLine("build", totalBytes: build.estimatedByteCount, options: options)
      let start = ContinuousClock.now
      let report = try await build.run(checking: { checks.advance($0) }, writing: { writes.advance($0) })
      let elapsed = seconds(since: start)
      checks.finish()
      writes.finish()
      if !locked {
        do { try lock.write() } catch let error as FileError {
          // A manifest that came with the program may lie where nothing can be written.
          if !options.quiet { complain("warning: no lock was written: \(error)") }
        }
      }
      options.report(
        [
          "out": .string(out), "name": .string(plan.manifest.name), "samples": JSONValue(plan.sampleCount),
          "shards": JSONValue(report.shardCount), "shards_done": JSONValue(report.doneCount),
          "bytes": JSONValue(report.byteCount), "seconds": .real(elapsed), "complete": .bool(report.index != nil),
          "was_complete": .bool(report.wasComplete), "plan_sha256": .string(plan.digest),
          "warnings": JSONValue(table.warnings),
        ], text: text(report, plan, elapsed))
    }
  }

  private func text(_ report: MixtureBuilder.Report, _ plan: MixturePlan, _ elapsed: Double) -> String {
    if report.wasComplete { return "\(out): complete already, \(plan.sampleCount) samples" }
    guard report.index != nil else {
      return "\(out): \(report.doneCount) of \(report.shardCount) shards are there; build the other parts"
    }
    return "\(out): \(plan.sampleCount) samples in \(report.shardCount) shards, \(formatBytes(report.byteCount)) in "
      + "\(formatDecimal(elapsed, places: 2)) s"
  }
}

extension MixtureBuilder.StoreCheck: ExpressibleByArgument {}
