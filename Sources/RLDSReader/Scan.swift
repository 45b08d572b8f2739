import ArgumentParser
import ByteIO
import CommandLineStage
import DemoFiles
import Ingest
import JSON
import TFRecord

struct Scan: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Check the framing and every checksum of TFRecord files, or read all of HDF5 demonstrations, and print the throughput.",
    discussion: """
      Directories are searched for files with `tfrecord` in their name, unless they hold HDF5. Every bad file, of HDF5 every bad
      episode, is reported.
      """)

  @Argument(help: ArgumentHelp("Files or directories.", valueName: "path"))
  var paths: [String]

  @Flag(help: "Check lengths only, not the payloads' checksums.")
  var lengthsOnly = false

  @OptionGroup var workers: WorkerOptions
  @OptionGroup var options: StageOptions

  func run() async throws {
    try await runVerb {
      let demos = paths.filter(DemoDataset.isThere)
      guard demos.isEmpty || demos.count == paths.count else {
        throw ValidationError("TFRecord and HDF5 cannot be scanned together; scan \(demos[0]) on its own")
      }
      guard demos.isEmpty else { return try await scanDemonstrations(demos) }
      let scan = try RecordScan(paths, verification: lengthsOnly ? .lengthsOnly : .checksums)
      let progress = ProgressLine("scan", totalBytes: scan.byteCount, options: options)
      let start = ContinuousClock.now
      let report = try await scan.run(workers: workers.workers) { progress.advance($0) }
      let elapsed = seconds(since: start)
      progress.finish()
      let rate = Double(report.byteCount) / max(elapsed, 1e-9)
      options.report(
        [
          "files": JSONValue(report.fileCount), "records": JSONValue(report.recordCount),
          "bytes": JSONValue(report.byteCount), "seconds": .real(elapsed), "bytes_per_second": .real(rate),
          "errors": JSONValue(report.failures.map(\.description)),
        ],
        text: "\(report.fileCount) files, \(report.recordCount) records, \(formatBytes(report.byteCount)) in "
          + "\(formatDecimal(elapsed, places: 3)) s: \(formatBytes(Int(rate)))/s, \(report.failures.count) bad")
      for failure in report.failures { complain(failure.description) }
      if let first = report.failures.first { throw ExitCode(first.kind.rawValue) }
    }
  }

  private func scanDemonstrations(_ paths: [String]) async throws {
    let scans = try paths.map { DemoScan(try DemoDataset($0)) }
    let byteCount = try paths.reduce(0) { $0 + (try DemoDataset.byteCount($1)) }
    let total = scans.reduce(0) { $0 + $1.episodeCount }
    let progress = ProgressLine("scan", total: total, unit: "episodes", options: options)
    let start = ContinuousClock.now
    var (episodes, steps, values) = (0, 0, 0)
    var failures: [any Failure] = []
    for scan in scans {
      let report = try await scan.run(workers: workers.workers) { progress.advance($0) }
      episodes += report.episodeCount
      steps += report.stepCount
      values += report.valueByteCount
      failures += report.failures
    }
    let elapsed = seconds(since: start)
    progress.finish()
    let rate = Double(values) / max(elapsed, 1e-9)
    options.report(
      [
        "episodes": JSONValue(episodes), "steps": JSONValue(steps), "bytes": JSONValue(byteCount),
        "value_bytes": JSONValue(values), "seconds": .real(elapsed), "value_bytes_per_second": .real(rate),
        "errors": JSONValue(failures.map(\.description)),
      ],
      text: "\(episodes) episodes, \(steps) steps, \(formatBytes(byteCount)) that hold \(formatBytes(values)) in "
        + "\(formatDecimal(elapsed, places: 3)) s: \(formatBytes(Int(rate)))/s, \(failures.count) bad")
    for failure in failures { complain(failure.description) }
    if let first = failures.first { throw ExitCode(first.kind.rawValue) }
  }
}
