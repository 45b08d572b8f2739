import FoundationEssentials
import ManifestSyntax
import TestSupport

@testable import DatasetManifest

/// What the reference makes of the inputs of one of its helper functions.
struct HelperVectors {
  /// One call of the helper.
  struct Case: Decodable {
    /// Types by argument, such as `float32[3]`, or `byte strings`.
    let `in`: [String: String]
    /// The reference's error, when it has no output.
    let raises: String?
    /// Texts of the output by key.
    let out_strings: [String: [String]]?
  }

  private struct File: Decodable { let cases: [String: Case] }

  /// The cases by name, in order.
  let cases: [(name: String, case: Case)]
  let file: SafetensorsFixture

  init(_ helper: String) throws {
    let path = Repository.fixture("oxe-helpers/\(helper)")
    cases = try JSONDecoder().decode(File.self, from: Data(readBytes(path + ".json")))
      .cases.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    file = try SafetensorsFixture(path: path + ".safetensors")
  }

  /// The inputs of a case as an episode; every argument is a feature of the steps.
  func episode(_ name: String, _ vector: Case) throws -> TableEpisode {
    var episode = TableEpisode(stepCount: -1)
    for (argument, type) in vector.in {
      let tensor = "\(name)/in/\(argument)"
      let count: Int
      if type == "byte strings" {
        let blob = try file.bytes(tensor + ".blob")
        let offsets = try file.integers(tensor + ".offsets").map(Int.init)
        count = offsets.count - 1
        episode.table["steps/" + argument] =
          .strings((0..<count).map { Array(blob[offsets[$0]..<offsets[$0 + 1]]) })
      } else {
        count = try file.shape(tensor)[0]
        episode.table["steps/" + argument] = try .tensor(tensor, of: file)
      }
      guard episode.stepCount < 0 || episode.stepCount == count else { throw UnevenInputs(name: name) }
      episode.stepCount = count
    }
    return episode
  }

  private struct UnevenInputs: Error { let name: String }

  /// The output of a case, or one of its outputs.
  func output(_ name: String, _ key: String = "") throws -> NumberArray {
    guard case .numbers(let array) = try FeatureValues.tensor("\(name)/out\(key)", of: file) else {
      throw SafetensorsFixture.Problem.noTensor(name)
    }
    return array
  }
}

/// The value of `expression` over an episode.
func rows(_ expression: String, _ episode: TableEpisode) throws -> Rows {
  let part = try ExpressionParser.parse(expression, at: ManifestPlace(file: "test.yaml", line: 1, column: 1))
  return try Evaluation(reader: FeatureReader(episode: episode, first: 0), part: part).rows()
}

extension Rows {
  /// What tells these rows from `expected`, nil when they are alike.
  ///
  /// They are alike when type and shape are the same and the values at most `tolerance` apart, or equal bit for bit
  /// where that is 0. NaN is alike only to NaN.
  func difference(from expected: NumberArray, tolerance: Double) -> String? {
    guard kind == expected.kind, shape == expected.shape, values.count == expected.values.count else {
      return "\(values.count) of \(kind)\(shape), not \(expected.values.count) of \(expected.kind)\(expected.shape)"
    }
    for (i, (a, b)) in zip(values, expected.values).enumerated() where !(a.isNaN && b.isNaN) {
      let isAlike = tolerance == 0 ? a.bitPattern == b.bitPattern : abs(a - b) <= tolerance
      if !isAlike { return "value \(i) is \(a), not \(b)" }
    }
    return nil
  }
}
