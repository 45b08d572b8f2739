import ArgumentParser
import CommandLineStage
import JSON
import MixtureBuild
import SampleShards

struct VerifyVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Check every digest, size and count of a mixture.")

  @Argument(help: ArgumentHelp("A mixture.", valueName: "dir"))
  var path: String

  @OptionGroup var options: StageOptions

  func run() async throws {
    try await runVerb {
      let report = try MixtureVerifier(path).verify()
      options.report(
        [
          "mixture": .string(path), "sound": true, "samples": JSONValue(report.sampleCount),
          "shards": JSONValue(report.shardCount), "bytes": JSONValue(report.byteCount),
        ],
        text: "\(path): sound; \(report.sampleCount) samples, \(report.shardCount) shards, "
          + formatBytes(report.byteCount))
    }
  }
}

struct DescribeVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "describe", abstract: "Say what a mixture holds, where it comes from, and under which licences.")

  @Argument(help: ArgumentHelp("A mixture.", valueName: "dir"))
  var path: String

  @OptionGroup var options: StageOptions

  func run() async throws {
    try await runVerb {
      let index = try SampleSet(path).index
      let licences = LicenceRollUp(index)
      options.report(
        .object((index.json.members ?? []) + [.init("licences", licences.json)]),
        text: text(index) + "\n\n" + licences.text)
    }
  }

  private func text(_ index: MixtureIndex) -> String {
    var table = TextTable([
      ("dataset", .left), ("split", .left), ("samples", .right), ("frames", .right), ("episodes", .right),
      ("left out", .left),
    ])
    for entry in index.entries {
      table.append([
        entry.dataset, entry.split, "\(entry.quota)", "\(entry.frameCount)", "\(entry.episodeCount)",
        entry.dropped.map { "\($0.count) by \($0.filter)" }.joined(separator: ", "),
      ])
    }
    let layout = index.layout
    return """
      \(index.name), seed \(index.seed): \(index.sampleCount) samples in \(index.shards.count) shards, \
      \(formatBytes(index.shards.reduce(0) { $0 + $1.byteCount }))
      window \(layout.window), chunk \(layout.chunk), actions of \(layout.actionDimension) dimensions, \
      \(index.normalization); views \(layout.views.joined(separator: ", ")) as \(index.images)
      manifest \(index.manifestDigest)

      \(table.text)
      """
  }
}
