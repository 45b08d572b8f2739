import ByteIO
import RLDS
import TFRecord
import TensorFiles
import TestSupport
import Testing

/// The tests' own dataset builder, read back.
@Suite struct SyntheticDatasetTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func `what is written is read back`() throws {
    let synthetic = SyntheticDataset(
      name: "robots", splits: [("train", 2, 3), ("val", 1, 1)], stepCount: { $0 + 1 }, seed: 7)
    let dataset = try DatasetDirectory(try synthetic.write(to: directory.path))
    #expect(dataset.splits.map(\.name) == ["train", "val"])
    #expect(dataset.splits.map(\.episodeCount) == [6, 1])
    #expect(EpisodeSchema(dataset.features ?? []).hasSteps)
    var index = 0
    for split in dataset.splits {
      for episode in try episodes(of: split, in: dataset) {
        #expect(episode.stepCount == index + 1)
        let action = try #require(try episode.column("steps/action"))
        guard case .numbers(let tensor) = action.items else {
          Issue.record("actions are no numbers")
          return
        }
        #expect(tensor.shape == [index + 1, 7])
        #expect(tensor.bytes.values(as: Float.self) == synthetic.episode(index).floats("steps/action"))
        let instruction = try episode.column("steps/language_instruction")
        if case .strings(let texts, _) = instruction?.items {
          #expect(texts.map { String(utf8: $0) } == [String?](repeating: "push object \(index)", count: index + 1))
        }
        let last = try episode.column("steps/is_last")
        if case .numbers(let flags) = last?.items {
          #expect(flags.bytes.array == (0...index).map { $0 == index ? 1 : 0 })
        }
        index += 1
      }
    }
    #expect(index == synthetic.episodeCount)
  }

  @Test func `equal seeds give equal bytes and others do not`() throws {
    #expect(SyntheticDataset(seed: 3).episode(1).payload == SyntheticDataset(seed: 3).episode(1).payload)
    #expect(SyntheticDataset(seed: 3).episode(1).payload != SyntheticDataset(seed: 4).episode(1).payload)
    #expect(SyntheticDataset(seed: 3).episode(1).payload != SyntheticDataset(seed: 3).episode(0).payload)
  }

  @Test func `damage strikes the chosen record`() throws {
    let synthetic = SyntheticDataset(splits: [("train", 1, 3)])
    let shard = try synthetic.write(to: directory.path) + "/" + synthetic.shardName("train", 0, of: 1)
    let sound = try readBytes(shard)
    let offset = try RecordIndex(shard).offsets[1]
    for damage in [RecordDamage.length, .payload(at: 5), .footer, .cut(after: 20), .cut(after: 3)] {
      try damageRecord(1, of: shard, damage)
      let error = #expect(throws: RecordError.self, "\(damage)") { try readPayloads(shard) }
      #expect(error?.record == 1)
      #expect(error?.offset == offset)
      try AtomicFile.write(sound, to: shard)
    }
    try damageRecord(1, of: shard, .replaced(by: [1, 2, 3]))
    #expect(try readPayloads(shard) == [synthetic.episode(0).payload, [1, 2, 3], synthetic.episode(2).payload])
  }
}
