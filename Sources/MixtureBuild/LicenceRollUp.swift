public import JSON
public import SampleShards

/// Under which licences the samples of a mixture are.
public struct LicenceRollUp: Sendable {
  private let groups: [(licence: String, datasets: [String], samples: Int)]
  private let citations: [(dataset: String, citation: String)]

  /// Gathers the licences of a mixture's datasets, in the order in which they first occur.
  public init(_ index: MixtureIndex) {
    var groups: [(licence: String, datasets: [String], samples: Int)] = []
    for entry in index.entries {
      let licence = entry.licence ?? "unknown"
      if let at = groups.firstIndex(where: { $0.licence == licence }) {
        groups[at].datasets.append(entry.dataset)
        groups[at].samples += entry.quota
      } else {
        groups.append((licence, [entry.dataset], entry.quota))
      }
    }
    self.groups = groups
    citations = index.entries.compactMap { entry in entry.citation.map { (entry.dataset, $0) } }
  }

  /// Licences, with their datasets and samples, and what to cite.
  public var json: JSONValue {
    .array(
      groups.map { group in
        [
          "licence": .string(group.licence), "datasets": JSONValue(group.datasets), "samples": JSONValue(group.samples),
        ]
      })
  }

  /// The same in lines for people.
  public var text: String {
    let lines = groups.map { "licence \($0.licence): \($0.datasets.joined(separator: ", ")) (\($0.samples) samples)" }
    let cited = citations.map {
      "cite \($0.dataset): \($0.citation.split(whereSeparator: \.isNewline).joined(separator: " "))"
    }
    return (lines + cited).joined(separator: "\n")
  }
}
