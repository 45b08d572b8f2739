public import ArgumentParser
import CommandLineStage
import JSON
import PairBuild
public import Preferences

struct RankVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rank", abstract: "Rank what people compared: Bradley–Terry strengths with standard errors, and Elo.",
    discussion: """
      Votes are CSV with headings id_a, id_b, label (a, b, tie, skip), or JSON lines with these names. Items that are not
      joined by votes have no common scale: they are ranked island by island. Without a prior, items that only win or
      only lose are refused.
      """)

  @Argument(help: ArgumentHelp("Files of votes.", valueName: "votes"))
  var votes: [String]

  @Option(help: ArgumentHelp("Virtual wins and losses of each item against a mean player.", valueName: "n"))
  var prior = 1.0

  @Option(help: ArgumentHelp("What ties are: half a win for both, or dropped.", valueName: "half|drop"))
  var ties = Strategy.TiePolicy.half

  @Option(help: ArgumentHelp("From which the orders follow that Elo ratings are averaged over.", valueName: "n"))
  var seed: UInt64 = 0

  @OptionGroup var options: StageOptions

  func run() async throws {
    try await runVerb {
      let ranking = try VoteRanking(votes.flatMap { try VoteFile.votes($0) }, ties: ties, prior: prior, seed: seed)
      if !ranking.isConnected, !options.quiet {
        complain("warning: the votes leave \(ranking.islandCount) islands, which have no common scale")
      }
      options.report(ranking.json, text: text(ranking))
    }
  }

  private func text(_ ranking: VoteRanking) -> String {
    var table = TextTable([
      ("island", .right), ("item", .left), ("strength", .right), ("± SE", .right), ("Elo", .right), ("won", .right),
      ("lost", .right), ("tied", .right),
    ])
    for item in ranking.items {
      table.append([
        "\(item.island)", item.id, formatDecimal(item.strength, places: 3),
        formatDecimal(item.standardError, places: 3), formatDecimal(item.elo, places: 0), "\(item.wins)",
        "\(item.losses)", "\(item.ties)",
      ])
    }
    return table.text
      + "\n\(ranking.voteCount) votes on \(ranking.comparedCount) pairs, \(ranking.contradictedCount) of them contested; "
      + "\(ranking.skippedCount) skipped"
  }
}

extension Strategy.TiePolicy: ExpressibleByArgument {}
