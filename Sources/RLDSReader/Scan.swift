import ArgumentParser
import ByteIO
import CommandLineStage
import Ingest
import JSON
import TFRecord

struct Scan: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check the framing and every checksum of TFRecord files, and print the throughput.",
    discussion: "Directories are searched for files with `tfrecord` in their name. Every bad file is reported.")

  @Argument(help: ArgumentHelp("Files or directories.", valueName: "path"))
  var paths: [String]

  @Flag(help: "Check lengths only, not the payloads' checksums.")
  var lengthsOnly = false

  @OptionGroup var workers: WorkerOptions
  @OptionGroup var options: StageOptions

  func run() async throws {
    try await runVerb {
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
}
