import ArgumentParser
import ByteIO
import CommandLineStage
import DemoFiles
import Ingest
import JSON
import RLDS
import TFRecord

struct Inspect: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what a dataset holds: features, splits, counts, language, cameras.",
    discussion: "Reads metadata and the first episode only. Without features.json, the first record's lists are shown.")

  @Argument(help: ArgumentHelp("A TFDS dataset directory, a TFRecord file, or HDF5 files.", valueName: "dir"))
  var path: String

  @OptionGroup var options: StageOptions

  func run() async throws {
    try await runVerb {
      if DemoDataset.isThere(path) {
        let demos = try DemoDataset(path)
        options.report(Self.json(demos), text: Self.text(demos))
        return
      }
      if let raw = try RawRecords(path) {
        try options.report(raw.json, text: raw.text)
        return
      }
      let summary = try DatasetSummary(DatasetDirectory(path))
      options.report(summary.json, text: text(summary))
    }
  }

  private static func json(_ demos: DemoDataset) -> JSONValue {
    [
      "name": .string(demos.name), "directory": .string(demos.path), "format": "hdf5",
      "episodes": JSONValue(demos.splits.reduce(0) { $0 + $1.episodeCount }),
      "splits": .array(
        demos.splits.map { ["name": .string($0.name), "episodes": JSONValue($0.episodeCount)] }),
      "features": .array(
        demos.features.map { feature in
          [
            "path": .string(feature.path), "type": .string(feature.leaf.type.name),
            "shape": .string(DatasetSummary.shape(feature)), "kind": .string(DatasetSummary.kind(feature)),
          ]
        }),
      "cameras": .array(demos.features.filter { $0.leaf.isImage && $0.isPerStep }.map { .string($0.path) }),
      "skipped": JSONValue(demos.skipped),
    ]
  }

  private static func text(_ demos: DemoDataset) -> String {
    var features = TextTable([("feature", .left), ("type", .left), ("shape", .left), ("kind", .left)])
    for feature in demos.features {
      features.append([
        feature.path, feature.leaf.type.name, DatasetSummary.shape(feature), DatasetSummary.kind(feature),
      ])
    }
    let splits = demos.splits.map { "\($0.name) \($0.episodeCount)" }.joined(separator: ", ")
    let skipped = demos.skipped.isEmpty ? "" : "\nnot read: " + demos.skipped.joined(separator: ", ")
    return "\(demos.name) (HDF5)\n\nepisodes: \(splits)\n\n\(features.text)\(skipped)"
  }

  private func text(_ summary: DatasetSummary) -> String {
    let dataset = summary.dataset
    var lines = ["\(dataset.info.name) \(dataset.info.version)" + (dataset.info.configuration.map { " (\($0))" } ?? "")]
    if !dataset.info.description.isEmpty {
      lines.append("  " + dataset.info.description.split(whereSeparator: \.isNewline).joined(separator: " "))
    }
    var splits = TextTable([("split", .left), ("episodes", .right), ("shards", .right), ("bytes", .right)])
    for split in dataset.splits {
      splits.append([split.name, "\(split.episodeCount)", "\(split.shards.count)", formatBytes(split.byteCount)])
    }
    lines += ["", splits.text, ""]
    var features = TextTable([("feature", .left), ("type", .left), ("shape", .left), ("kind", .left)])
    for feature in dataset.features ?? [] {
      features.append([
        feature.path, feature.leaf.type.name, DatasetSummary.shape(feature), DatasetSummary.kind(feature),
      ])
    }
    lines.append(features.text)
    lines += [
      "", "cameras: " + (summary.cameras.isEmpty ? "none" : summary.cameras.map(\.path).joined(separator: ", ")),
    ]
    for (feature, text) in summary.sample?.texts ?? [] { lines.append("language: \(feature), first: \"\(text)\"") }
    if let sample = summary.sample { lines.append("first episode: \(sample.stepCount) steps") }
    return lines.joined(separator: "\n")
  }
}

/// A TFRecord file, or a directory of them, of which nothing says what the records mean.
struct RawRecords {
  let files: [String]

  /// Takes `path` when it is a file, or a directory of TFRecord files without metadata.
  init?(_ path: String) throws {
    switch Directory.entry(path) {
    case .file: files = [path]
    case .missing: return nil
    case .directory:
      let names = try Directory.names(path)
      guard !names.contains("features.json") else { return nil }
      let found = names.filter { $0.contains("tfrecord") && Directory.entry(path + "/" + $0) == .file }
      guard !found.isEmpty else { return nil }
      files = found.map { path + "/" + $0 }
    }
  }

  /// Returns record `index`, counted over the files in order.
  func record(_ index: Int) throws -> (record: Record, file: String) {
    var passed = 0
    for path in files {
      let file = try RecordFile(path)
      while let record = try file.next() {
        if passed == index { return (record, path) }
        passed += 1
      }
    }
    throw DatasetError(.noEpisode(index, count: passed), path: files.first ?? "")
  }

  private func lists() throws -> [(name: String, kind: String, count: Int)] {
    guard let first = files.first, let record = try RecordFile(first).next() else { return [] }
    let place = EpisodePlace(file: first, record: 0, offset: 0)
    do {
      let example = try Example(parsing: record.payload)
      let decoder = FeatureDecoder()
      return try example.names.compactMap { example.feature($0) }.map { feature in
        let kind = try feature.kind()
        let count =
          switch kind {
          case .byteStrings: try feature.byteStrings().count
          case .floats: try feature.floats(using: decoder).count
          case .integers: try feature.integers(using: decoder).count
          case .empty: 0
          }
        return (feature.name, kind.rawValue, count)
      }
    } catch let error as ExampleError { throw EpisodeError(.example(error), at: place) }
  }

  var json: JSONValue {
    get throws {
      [
        "files": JSONValue(files.count), "has_features": false,
        "features": .array(
          try lists().map { ["path": .string($0.name), "kind": .string($0.kind), "values": JSONValue($0.count)] }),
      ]
    }
  }

  var text: String {
    get throws {
      var table = TextTable([("feature", .left), ("list of", .left), ("values in the first record", .right)])
      for list in try lists() { table.append([list.name, list.kind, "\(list.count)"]) }
      return "\(files.count) TFRecord files without features.json: raw Examples\n\n" + table.text
    }
  }
}
