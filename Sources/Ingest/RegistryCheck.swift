internal import ByteIO
public import DatasetManifest
public import JSON
public import RLDS

/// Whether datasets on disk fit their manifests, told from their metadata alone.
public struct RegistryCheck: Sendable {
  /// What was found for one dataset.
  public struct Finding: Sendable {
    /// The directory, as it was reached.
    public let path: String
    /// What the dataset calls itself, when its metadata can be read.
    public let info: DatasetInfo?
    /// Its manifest, when there is one.
    public let manifest: DatasetManifest?
    /// What stands in the way of an ingest, a line each; none when nothing does.
    public let problems: [String]
    /// What a user should know, a line each.
    public let notes: [String]

    /// The number of episodes of all splits.
    public var episodeCount: Int? { info.map { $0.splits.reduce(0) { $0 + $1.episodeCount } } }
  }

  /// How the manifest of a dataset is found.
  public enum Matching: Sendable {
    /// By the names of its directories, the nearest first, then by what the dataset calls itself.
    case byName(DatasetRegistry)
    /// Every dataset should fit this one.
    case with(DatasetManifest)
  }

  /// The datasets in the order in which they were found.
  public let findings: [Finding]

  /// Whether every dataset has a manifest that fits.
  public var isClean: Bool { findings.allSatisfy(\.problems.isEmpty) }

  /// How deep below a directory datasets are looked for: `name/configuration/version`.
  public static let depth = 3

  /// Checks the datasets at or below `paths`.
  ///
  /// - Throws: `FileError` for a directory that cannot be listed, `IngestError` where there is no dataset.
  public init(_ paths: [String], _ matching: Matching) throws {
    var findings: [Finding] = []
    for path in paths {
      guard Directory.entry(path) == .directory else {
        throw IngestError(
          .inputMissing, "\(path): there is no such directory; give a dataset, or a directory of datasets")
      }
      let datasets = try Self.datasets(at: path, depth: Self.depth)
      guard !datasets.isEmpty else {
        throw IngestError(
          .inputMissing, "\(path): there is no dataset_info.json here or up to \(Self.depth) directories below")
      }
      findings += datasets.map { Self.finding($0, above: path, matching) }
    }
    self.findings = findings
  }

  private static func datasets(at path: String, depth: Int) throws(FileError) -> [String] {
    if Directory.entry(path + "/dataset_info.json") == .file { return [path] }
    guard depth > 0 else { return [] }
    var found: [String] = []
    for name in try Directory.names(path) where !name.hasPrefix(".") {
      let child = path + "/" + name
      if Directory.entry(child) == .directory { found += try datasets(at: child, depth: depth - 1) }
    }
    return found
  }

  private static func finding(_ path: String, above root: String, _ matching: Matching) -> Finding {
    let dataset: DatasetDirectory
    do { dataset = try DatasetDirectory(path) } catch {
      return Finding(path: path, info: nil, manifest: nil, problems: ["\(error)"], notes: [])
    }
    let manifest: DatasetManifest
    switch matching {
    case .with(let given): manifest = given
    case .byName(let registry):
      guard let match = match(dataset, path, registry) else {
        let name = dataset.info.name
        let mend = registry.nearest(to: name).map { "if it is `\($0)`, pass --dataset \($0)" }
        let problem = "there is no manifest for `\(name)`; \(mend ?? "write one (docs/manifests.md)")"
        return Finding(path: path, info: dataset.info, manifest: nil, problems: [problem], notes: [])
      }
      manifest = match
    }
    var problems: [String] = []
    if let reason = manifest.unsupported { problems.append("the reference refuses `\(manifest.name)`: \(reason)") }
    if let features = dataset.features {
      if EpisodeSchema(features).hasSteps {
        problems += manifest.problems(against: features)
      } else {
        problems.append(DatasetError(.noSteps, path: path).description)
      }
    } else {
      problems.append(DatasetError(.noFeatures, path: path).description)
    }
    for split in dataset.splits {
      for shard in split.shards {
        do { _ = try dataset.file(shard) } catch { problems.append(error.description) }
      }
    }
    return Finding(
      path: path, info: dataset.info, manifest: manifest, problems: problems, notes: notes(dataset.info, manifest))
  }

  /// The manifest named like one of the dataset's directories, the nearest first, or like the dataset itself.
  private static func match(_ dataset: DatasetDirectory, _ path: String, _ registry: DatasetRegistry)
    -> DatasetManifest?
  {
    var directory = path
    for _ in 0..<depth {
      if let manifest = registry[Directory.name(of: directory)] { return manifest }
      directory = Directory.parent(of: directory)
    }
    return registry[dataset.info.name]
  }

  private static func notes(_ info: DatasetInfo, _ manifest: DatasetManifest) -> [String] {
    let count = info.splits.reduce(0) { $0 + $1.episodeCount }
    guard let published = manifest.about.trajectories, published != count else { return [] }
    return ["\(count) episodes, where \(published) are published"]
  }

  /// The findings as JSON.
  public var json: JSONValue {
    [
      "clean": .bool(isClean),
      "datasets": .array(
        findings.map { finding in
          [
            "path": .string(finding.path), "name": JSONValue(finding.info?.name),
            "version": JSONValue(finding.info?.version), "manifest": JSONValue(finding.manifest?.name),
            "manifest_file": JSONValue(finding.manifest?.file),
            "episodes": finding.episodeCount.map { JSONValue($0) } ?? .null,
            "problems": JSONValue(finding.problems), "notes": JSONValue(finding.notes),
          ]
        }),
    ]
  }
}
