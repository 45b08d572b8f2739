import JSON
import RLDS
import TestSupport
import Testing

/// Every value of the tiny datasets against what TFDS decodes from them.
@Suite struct FeatureHashTests {
  static let names = [
    "feature_audio", "feature_config", "feature_encodings", "feature_files", "feature_fixed_sequence",
    "feature_images", "feature_interleave", "feature_layout", "feature_legacy", "feature_numbers",
    "feature_sequences", "feature_strings", "feature_template", "feature_unsigned_bytes", "feature_versions",
  ]

  /// TensorFlow turns numbers below 2⁻¹²⁶ into 0 when it widens float32 to float64; Armature keeps them.
  ///
  /// The step holds [1e-45, 1.0000000001, 3.4e38, 0.1] as float32: TFDS's hash has 0 for the first.
  private static let departures = ["splits.train[0].steps.float64_tensor": ["7993f4319a54ec4f": "67cfc4b19af1c52b"]]

  @Test(arguments: names) func `every value hashes to what TFDS decodes`(_ name: String) throws {
    let expected = try JSONNode(file: Repository.fixture("Features/expected/\(name).json"))
    let dataset = try DatasetDirectory(Repository.fixture("Features/") + expected.member("directory").string())
    var compared = 0
    for (split, node) in try expected.member("splits").members() {
      let declared = try #require(dataset.splits.first { $0.name == split })
      let found = try episodes(of: declared, in: dataset)
      let nodes = try node.array()
      try #require(found.count == nodes.count)
      let order = readingOrder(declared.shards.map(\.episodeCount))
      for (position, node) in nodes.enumerated() {
        compared += try compare(found[order[position]], dataset, node)
      }
    }
    #expect(compared >= 1)
  }

  /// Compares one episode with its description and returns how many hashes were compared.
  private func compare(_ episode: Episode, _ dataset: DatasetDirectory, _ node: JSONNode) throws -> Int {
    var compared = 0
    #expect(try episode.stepCount == node.member("len").integer(), "\(node.path)")
    let metadata = try node.member("meta").members()
    let steps = try node.member("steps").members()
    let declared = dataset.features ?? []
    #expect(declared.filter { !$0.isPerStep }.map(\.path) == metadata.map(\.name).sorted())
    if episode.stepCount > 0 {
      #expect(declared.filter(\.isPerStep).map { String($0.path.dropFirst(6)) } == steps.map(\.name).sorted())
    }
    for (path, node) in metadata {
      let entry = try node.array()
      let column = try episode.column(path)
      let value = try DecodedValue.rows(of: #require(column))[0]
      let expected = DecodedValue(
        dtype: try entry[0].string(), shape: try shape(entry[1]), hash: try entry[2].string(),
        rowLengths: entry.count > 3 ? try entry[3].array().map(integers) : [])
      #expect(value == expected, "\(node.path)")
      compared += 1
    }
    for (name, node) in steps {
      let column = try episode.column("steps/" + name)
      let values = try DecodedValue.rows(of: #require(column))
      let hashes = try node.member("step_sha").array().map { try $0.string() }
      let shapes = try node.member("shapes").array().map(shape)
      let stepShapes = try node.optional("step_shapes")?.array().map(shape)
      let rowLengths = try node.optional("row_lengths")?.array().map { try $0.array().map(integers) }
      try #require(values.count == hashes.count, "\(node.path)")
      for (step, value) in values.enumerated() {
        let hash = Self.departures[node.path]?[hashes[step]] ?? hashes[step]
        let expected = DecodedValue(
          dtype: try node.member("dtype").string(), shape: stepShapes?[step] ?? shapes[0], hash: hash,
          rowLengths: rowLengths?[step] ?? [])
        #expect(value == expected, "\(node.path), step \(step)")
        compared += 1
      }
    }
    return compared
  }

  private func shape(_ node: JSONNode) throws -> [Int?] {
    try node.array().map { $0.value == .null ? nil : try $0.integer() }
  }

  private func integers(_ node: JSONNode) throws -> [Int] { try node.array().map { try $0.integer() } }
}
