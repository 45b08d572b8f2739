import ArgumentParser
import ByteIO
import CommandLineStage
import DatasetManifest
import Ingest
import JSON
import RLDS

struct Registry: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the datasets that have a manifest, or check directories against them.",
    subcommands: [RegistryList.self, RegistryCheckVerb.self], defaultSubcommand: RegistryList.self)
}

struct RegistryList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the datasets that have a manifest, with their published sizes.")

  @OptionGroup var options: StageOptions

  func run() async throws {
    try await runVerb {
      let registry = try DatasetRegistry(ManifestSearch.directories(of: "datasets"))
      options.report(
        ["datasets": .array(registry.manifests.map(\.json))], text: text(registry.manifests))
    }
  }

  private func text(_ manifests: [DatasetManifest]) -> String {
    var table = TextTable([
      ("dataset", .left), ("episodes", .right), ("steps", .right), ("Hz", .right), ("action", .left), ("views", .left),
      ("licence", .left), ("", .left),
    ])
    for manifest in manifests {
      let about = manifest.about
      table.append([
        manifest.name, about.trajectories.map(String.init) ?? "–", about.transitions.map(String.init) ?? "–",
        about.controlHz.map { $0 == $0.rounded() ? "\(Int($0))" : "\($0)" } ?? "–",
        manifest.actionEncoding?.rawValue ?? "–", manifest.viewNames.joined(separator: " "), about.licence ?? "–",
        manifest.unsupported == nil ? "" : "refused",
      ])
    }
    let refused = manifests.filter { $0.unsupported != nil }.count
    return table.text + "\n\n\(manifests.count) datasets, of which the reference refuses \(refused)"
  }
}

struct RegistryCheckVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Tell whether datasets on disk fit their manifests, before any long job starts.",
    discussion: """
      Reads metadata only. A dataset's manifest is the one named like one of its directories (as in bridge_orig/1.0.0),
      or else like the dataset itself. Ends with status 65 when something would stand in the way of an ingest.
      """)

  @Argument(help: ArgumentHelp("TFDS dataset directories, or directories of them.", valueName: "dir"))
  var paths: [String]

  @Option(help: ArgumentHelp("Check against this manifest, whatever the names.", valueName: "name|file.yaml"))
  var dataset: String?

  @OptionGroup var options: StageOptions

  func run() async throws {
    try await runVerb {
      let check = try RegistryCheck(paths, matching)
      options.report(check.json, text: text(check))
      let bad = check.findings.filter { !$0.problems.isEmpty }
      guard let first = bad.first else { return }
      throw IngestError(
        .badData,
        "\(bad.count) of \(check.findings.count) datasets cannot be ingested as they are; first "
          + "\(first.path): \(first.problems[0])")
    }
  }

  private var matching: RegistryCheck.Matching {
    get throws {
      if let dataset { return .with(try ManifestArgument.manifest(dataset)) }
      return .byName(try DatasetRegistry(ManifestSearch.directories(of: "datasets")))
    }
  }

  private func text(_ check: RegistryCheck) -> String {
    var lines: [String] = []
    for finding in check.findings {
      let name = finding.info.map { "\($0.name) \($0.version), \(finding.episodeCount ?? 0) episodes" } ?? "unreadable"
      let verdict = finding.problems.isEmpty ? "fits \(finding.manifest?.name ?? "")" : "does not fit"
      lines.append("\(finding.path): \(name): \(verdict)")
      lines += finding.problems.map { "  problem: \($0)" } + finding.notes.map { "  note: \($0)" }
    }
    return lines.joined(separator: "\n")
  }
}

extension DatasetManifest {
  /// The names of the views, in their usual order.
  fileprivate var viewNames: [String] { Self.viewOrder.filter { views[$0] != nil } }

  /// What the registry tells of the dataset.
  fileprivate var json: JSONValue {
    [
      "dataset": .string(name), "file": .string(file), "description": JSONValue(about.description),
      "homepage": JSONValue(about.homepage), "citation": JSONValue(about.citation),
      "licence": JSONValue(about.licence), "control_hz": about.controlHz.map { .real($0) } ?? .null,
      "trajectories": about.trajectories.map { JSONValue($0) } ?? .null,
      "transitions": about.transitions.map { JSONValue($0) } ?? .null,
      "counts_source": JSONValue(about.countsSource), "action_encoding": JSONValue(actionEncoding?.rawValue),
      "state_encoding": JSONValue(stateEncoding?.rawValue),
      "views": .object(viewNames.map { .init($0, JSONValue(views[$0]?.name)) }),
      "depth": .object(Self.viewOrder.filter { depth[$0] != nil }.map { .init($0, JSONValue(depth[$0]?.name)) }),
      "status": .string(unsupported == nil ? "ok" : "rejected"), "reason": JSONValue(unsupported),
    ]
  }
}
