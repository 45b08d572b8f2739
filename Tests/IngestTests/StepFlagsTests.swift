import ByteIO
import JSON
import RLDS
import TFRecord
import TestSupport
import Testing

@testable import Ingest

@Suite struct StepFlagsTests {
  /// An episode of four steps; `adjust` changes what it holds.
  private func episode(_ adjust: @escaping @Sendable (inout SyntheticEpisode) -> Void = { _ in }) throws -> Episode {
    let directory = try TemporaryDirectory()
    var synthetic = SyntheticDataset(splits: [("train", 1, 1)], stepCount: { _ in 4 })
    synthetic.adjust = { _, content in adjust(&content) }
    let dataset = try DatasetDirectory(synthetic.write(to: directory.path))
    let path = try dataset.file(try #require(dataset.splits.first?.shards.first))
    let record = try #require(try RecordFile(path).next())
    return try Episode(
      Bytes(record.payload.array), at: EpisodePlace(file: path, record: 0, offset: 0),
      schema: EpisodeSchema(try #require(dataset.features)), decoder: FeatureDecoder())
  }

  @Test func `flags of kept steps are those of the source`() throws {
    let flags = try StepFlags(episode(), rows: [0, 1, 2, 3])
    #expect(flags.isFirst == [1, 0, 0, 0])
    #expect(flags.isLast == [0, 0, 0, 1])
  }

  @Test func `a flag of a dropped end passes to the nearest kept step`() throws {
    let flags = try StepFlags(episode(), rows: [1, 2])
    #expect(flags.isFirst == [1, 0])
    #expect(flags.isLast == [0, 1])
  }

  @Test func `an episode of which nothing is kept has no flags`() throws {
    let flags = try StepFlags(episode(), rows: [])
    #expect(flags.isFirst.isEmpty && flags.isLast.isEmpty && flags.isTerminal.isEmpty)
  }

  @Test func `metadata become an object without the usual prefix`() throws {
    let episode = try episode()
    let directory = try TemporaryDirectory()
    let dataset = try DatasetDirectory(SyntheticDataset().write(to: directory.path))
    let metadata = try EpisodeMetadata(episode, schema: EpisodeSchema(try #require(dataset.features)))
    let names = metadata.json.members?.map(\.name)
    #expect(names == ["file_path"])
    #expect(metadata.json["file_path"]?.text?.isEmpty == false)
  }
}
