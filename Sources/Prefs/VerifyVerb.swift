import ArgumentParser
import CommandLineStage
import JSON
import PairBuild
import PairShards

struct VerifyVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Check every digest, size, count and split of a set of pairs.")

  @Argument(help: ArgumentHelp("A set of pairs.", valueName: "dir"))
  var path: String

  @OptionGroup var options: StageOptions

  func run() async throws {
    try await runVerb {
      let index = try PairVerifier(path).verify()
      options.report(
        ["pairs": JSONValue(index.pairCount), "episodes": JSONValue(index.episodeCount), "sound": true],
        text: "\(path): sound; \(index.pairCount) pairs, \(index.episodeCount) episodes, \(index.stepCount) steps")
    }
  }
}
