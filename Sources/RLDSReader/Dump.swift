import ArgumentParser
import ByteIO
import CommandLineStage
import DemoFiles
import Ingest
import JSON
import RLDS
import TFRecord

struct Dump: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write every feature of one episode, decoded, to a safetensors file.",
    discussion: "Without features.json, the lists of the Example are written as they are.")

  @Argument(help: ArgumentHelp("A TFDS dataset directory, a TFRecord file, or HDF5 files.", valueName: "dir"))
  var path: String

  @Option(help: "The split, or a slice of it; by default the first.")
  var split: String?

  @Option(help: "Which episode of the split, counted from 0.")
  var episode = 0

  @Option(help: ArgumentHelp("The file to write.", valueName: "file"))
  var out: String

  @OptionGroup var options: StageOptions

  func run() async throws {
    try await runVerb {
      let dump = try makeDump()
      try dump.write(to: out)
      let names = dump.tensors.map(\.name).sorted()
      options.report(
        ["out": .string(out), "tensors": JSONValue(names), "steps": JSONValue(dump.metadata["steps"])],
        text: "\(out): \(names.count) tensors" + (dump.metadata["steps"].map { ", \($0) steps" } ?? ""))
    }
  }

  private func makeDump() throws -> EpisodeDump {
    if DemoDataset.isThere(path) {
      let demos = try DemoDataset(path)
      let (payload, features, file) = try demos.record(episode, split: split)
      return try EpisodeDump(
        payload, at: EpisodePlace(file: file, record: episode, offset: 0), schema: EpisodeSchema(features))
    }
    if let raw = try RawRecords(path) {
      let (record, file) = try raw.record(episode)
      return try EpisodeDump(
        rawExample: record.payload, at: EpisodePlace(file: file, record: record.index, offset: record.offset))
    }
    let dataset = try DatasetDirectory(path)
    guard let features = dataset.features else { throw DatasetError(.noFeatures, path: dataset.path) }
    let (file, index) = try locate(dataset)
    let records = try RecordFile(file)
    while let record = try records.next() {
      guard record.index == index else { continue }
      return try EpisodeDump(
        record.payload, at: EpisodePlace(file: file, record: index, offset: record.offset),
        schema: EpisodeSchema(features))
    }
    throw DatasetError(.noEpisode(episode, count: index), path: file)
  }

  /// Returns the file that the episode lies in, and its position there.
  private func locate(_ dataset: DatasetDirectory) throws -> (file: String, index: Int) {
    let lengths = dataset.splits.map { ($0.name, $0.shards.map(\.episodeCount)) }
    guard let expression = split ?? dataset.splits.first?.name else {
      throw DatasetError(.noEpisode(episode, count: 0), path: dataset.path)
    }
    let selections = try SplitExpression(expression, splits: lengths, path: dataset.path).selections
    let total = selections.reduce(0) { $0 + $1.range.count }
    guard episode >= 0, episode < total else {
      throw DatasetError(.noEpisode(episode, count: total), path: dataset.path)
    }
    var rest = episode
    for selection in selections {
      guard rest >= selection.range.count else {
        var position = selection.range.lowerBound + rest
        for shard in dataset.splits.first(where: { $0.name == selection.split })?.shards ?? [] {
          if position < shard.episodeCount { return (try dataset.file(shard), position) }
          position -= shard.episodeCount
        }
        break
      }
      rest -= selection.range.count
    }
    throw DatasetError(.noEpisode(episode, count: total), path: dataset.path)
  }
}
