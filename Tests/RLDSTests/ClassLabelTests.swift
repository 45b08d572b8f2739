import RLDS
import TestSupport
import Testing

@Suite struct ClassLabelTests {
  @Test func `labels are those of TFDS's files`() throws {
    let dataset = try DatasetDirectory(Repository.fixture("Features/feature_strings"))
    let byPath = Dictionary(uniqueKeysWithValues: (dataset.features ?? []).map { ($0.path, $0) })
    let label = try #require(byPath["steps/label"])
    #expect(label.leaf.meaning == .classLabel(count: 3))
    #expect(try dataset.labels(of: label) == ["left", "right", "über"])
    #expect(try dataset.labels(of: #require(byPath["steps/labels"])) == ["no", "yes"])
    #expect(try dataset.labels(of: #require(byPath["task"])) == ["reach", "push"])
    #expect(try dataset.labels(of: #require(byPath["steps/text"])) == nil)
  }

  @Test func `blanks, empty lines and Windows line ends do not count`() throws {
    let directory = try TemporaryDirectory()
    var synthetic = SyntheticDataset()
    synthetic.extraFeatures = [
      SyntheticDataset.Feature("steps/task", FeatureJSON.classLabel(2)) { _, count in
        .integers([Int64](repeating: 1, count: count))
      }
    ]
    let path = try synthetic.write(to: directory.path)
    try directory.write(Array(" push it \r\n\r\n\npull\n".utf8), to: "synthetic/1.0.0/steps-task.labels.txt")
    let dataset = try DatasetDirectory(path)
    let feature = try #require(dataset.features?.first { $0.path == "steps/task" })
    #expect(try dataset.labels(of: feature) == ["push it", "pull"])
    let episode = try #require(try episodes(of: dataset.splits[0], in: dataset).first)
    let column = try episode.column("steps/task")
    #expect(column?.count == 3)
  }
}
