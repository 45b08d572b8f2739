public import ArgumentParser
import CommandLineStage
import JSON
public import SampleExport
import SampleShards

struct ExportVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write a mixture's samples in a format of other people's programs.",
    discussion:
      "wds: tar files for WebDataset. mds: shards for MosaicML's StreamingDataset. The order is the mixture's.")

  @Argument(help: ArgumentHelp("A mixture.", valueName: "dir"))
  var path: String

  @Option(help: ArgumentHelp("wds or mds.", valueName: "format"))
  var format: SampleExport.Format

  @Option(help: ArgumentHelp("The directory to write.", valueName: "dir"))
  var out: String

  @Option(help: ArgumentHelp("The most bytes in a file, in MiB.", valueName: "MiB"))
  var fileSize = 256

  @Option(help: ArgumentHelp("The most samples in a file.", valueName: "n"))
  var fileSamples: Int?

  @OptionGroup var options: StageOptions

  func validate() throws {
    guard (1...1 << 20).contains(fileSize) else { throw ValidationError("--file-size must be at least 1 MiB.") }
  }

  func run() async throws {
    try await runVerb {
      let limits = SampleExport.Options(samplesPerFile: fileSamples, bytesPerFile: fileSize << 20)
      let export = try SampleExport(SampleSet(path), format: format, to: out, limits)
      let start = ContinuousClock.now
      let report = try export.run()
      let elapsed = seconds(since: start)
      options.report(
        [
          "out": .string(out), "format": .string(format.rawValue), "samples": JSONValue(report.sampleCount),
          "files": JSONValue(report.files.count), "bytes": JSONValue(report.byteCount), "seconds": .real(elapsed),
        ],
        text:
          "\(out): \(report.sampleCount) samples in \(report.files.count) files, \(formatBytes(report.byteCount)) in "
          + "\(formatDecimal(elapsed, places: 2)) s")
    }
  }
}

extension SampleExport.Format: ExpressibleByArgument {}
