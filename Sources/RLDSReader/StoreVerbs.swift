import ArgumentParser
import ByteIO
import CommandLineStage
import EpisodeStore
import JSON

struct Stats: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the statistics of a store, as OpenVLA's dataset_statistics.json has them.")

  @Argument(help: ArgumentHelp("An episode store.", valueName: "store"))
  var store: String

  @OptionGroup var options: StageOptions

  func run() async throws {
    try await runVerb {
      _ = try StoreVerifier.index(store)
      let statistics = try JSONNode(file: store + "/" + StoreIndex.statisticsName)
      options.report(statistics.value, text: statistics.value.serialized(.indented))
    }
  }
}

struct Verify: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check every digest, index and count of a store.")

  @Argument(help: ArgumentHelp("An episode store.", valueName: "store"))
  var store: String

  @OptionGroup var options: StageOptions

  func run() async throws {
    try await runVerb {
      let report = try StoreVerifier(store).verify()
      options.report(
        [
          "store": .string(store), "ok": true, "episodes": JSONValue(report.episodeCount),
          "steps": JSONValue(report.stepCount), "shards": JSONValue(report.shardCount),
          "bytes": JSONValue(report.byteCount),
        ],
        text:
          "\(store): sound; \(report.episodeCount) episodes, \(report.stepCount) steps, \(report.shardCount) shards, "
          + formatBytes(report.byteCount))
    }
  }
}
