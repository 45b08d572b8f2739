import JSON
import RLDS
import TFRecord
import TestSupport
import Testing

/// Shapes that multiply beyond 64 bits, or to nothing, with values that are there all the same.
@Suite struct HostileDeclarationTests {
  /// Reads the one column `x` of an episode that stores `list` for it.
  private func column(_ declaration: JSONValue, _ path: String, _ list: SyntheticList) throws -> FeatureColumn? {
    let directory = try TemporaryDirectory()
    var synthetic = SyntheticDataset(splits: [("train", 1, 1)])
    synthetic.extraFeatures = [SyntheticDataset.Feature(path, declaration) { _, _ in list }]
    let dataset = try DatasetDirectory(try synthetic.write(to: directory.path))
    return try episodes(of: dataset.splits[0], in: dataset)[0].column(path)
  }

  static let huge = [1 << 40, 1 << 40]

  @Test(arguments: ["steps/x", "x"]) func `a shape beyond 64 bits is refused`(_ path: String) throws {
    for (dtype, list) in [("float32", SyntheticList.floats([1])), ("string", .texts(["a"])), ("int8", .integers([1]))] {
      let error = #expect(throws: EpisodeError.self, "\(dtype)") {
        try column(FeatureJSON.tensor(dtype, Self.huge), path, list)
      }
      #expect(error?.reason == .unsupported("the shape is too large"))
    }
    for encoding in ["bytes", "zlib"] {
      let error = #expect(throws: EpisodeError.self, "\(encoding)") {
        try column(FeatureJSON.tensor("float64", [1 << 61, 2], encoding: encoding), path, .texts(["a"]))
      }
      #expect(error?.reason == .unsupported("the shape is too large"))
    }
  }

  @Test(arguments: ["steps/x", "x"]) func `values of a shape without elements are refused`(_ path: String) throws {
    #expect(throws: EpisodeError.self) { try column(FeatureJSON.tensor("float32", [0]), path, .floats([1, 2, 3])) }
    #expect(throws: EpisodeError.self) { try column(FeatureJSON.tensor("string", [0]), path, .texts(["a"])) }
    #expect(throws: EpisodeError.self) { try column(FeatureJSON.tensor("int64", [3, 0]), path, .integers([1])) }
  }

  @Test func `an empty tensor outside the steps is one value`() throws {
    let fixed = try column(FeatureJSON.tensor("float32", [0]), "x", .floats([]))
    #expect(fixed?.count == 1)
    let open = try column(FeatureJSON.tensor("float64", [-1, 2]), "x", .floats([]))
    #expect(open?.count == 1)
    let strings = try column(FeatureJSON.tensor("string", [-1]), "x", .byteStrings([]))
    #expect(strings?.count == 1)
  }

  @Test func `an open dimension that does not divide the values is refused`() throws {
    let error = #expect(throws: EpisodeError.self) {
      try column(FeatureJSON.tensor("float64", [-1, 2]), "x", .floats([1, 2, 3]))
    }
    #expect(error?.reason == .openShape(found: 3, known: 2))
    #expect(throws: EpisodeError.self) { try column(FeatureJSON.tensor("float64", [-1, 0]), "x", .floats([1])) }
  }

  @Test func `open dimensions without an encoding are refused in steps`() throws {
    #expect(throws: EpisodeError.self) {
      try column(FeatureJSON.tensor("int8", [-1]), "steps/x", .integers([1, 2, 3]))
    }
    #expect(throws: EpisodeError.self) { try column(FeatureJSON.tensor("int8", [-1, -1]), "x", .integers([1])) }
  }

  @Test func `a sequence whose fixed lengths multiply beyond 64 bits is refused`() throws {
    let inner = FeatureJSON.sequence(FeatureJSON.tensor("int8"), length: 1 << 40)
    let declaration = FeatureJSON.sequence(inner, length: 1 << 40)
    #expect(throws: EpisodeError.self) { try column(declaration, "steps/x", .integers([1])) }
    #expect(throws: EpisodeError.self) { try column(declaration, "x", .integers([1])) }
  }

  @Test func `a sequence of fixed length has that length`() throws {
    let declaration = FeatureJSON.sequence(FeatureJSON.tensor("int8"), length: 2)
    #expect(try column(declaration, "x", .integers([1, 2]))?.lengths == [[2]])
    let error = #expect(throws: EpisodeError.self) { try column(declaration, "x", .integers([1, 2, 3])) }
    #expect(error?.reason == .rows(found: 3, expected: 2))
  }
}
