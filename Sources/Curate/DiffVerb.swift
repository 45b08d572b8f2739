import ArgumentParser
import ByteIO
import CommandLineStage
import Curation
import JSON

struct DiffVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Compare two stores, episode by episode, by what is in them.")

  @Argument(help: ArgumentHelp("An episode store.", valueName: "a"))
  var first: String

  @Argument(help: ArgumentHelp("Another one.", valueName: "b"))
  var second: String

  @OptionGroup var options: StageOptions

  func run() async throws {
    try await runVerb {
      let difference = try StoreDifference(first, second)
      options.report(difference.json, text: text(difference))
    }
  }

  private func text(_ difference: StoreDifference) -> String {
    func list(_ ordinals: [Int]) -> String {
      ordinals.prefix(20).map(String.init).joined(separator: ", ") + (ordinals.count > 20 ? ", …" : "")
    }
    var lines = ["\(difference.firstCount) episodes, \(difference.secondCount) episodes"]
    lines.append("added: \(difference.added.count) \(list(difference.added))")
    lines.append("removed: \(difference.removed.count) \(list(difference.removed))")
    lines.append("changed in the catalog: \(difference.changed.count)")
    for change in difference.changed.prefix(20) {
      lines.append("  \(change.first) → \(change.second): \(change.columns.joined(separator: ", "))")
    }
    for (name, columns) in [("first", difference.onlyFirst), ("second", difference.onlySecond)] where !columns.isEmpty {
      lines.append("columns of the \(name) only: \(columns.joined(separator: ", "))")
    }
    return lines.joined(separator: "\n")
  }
}
