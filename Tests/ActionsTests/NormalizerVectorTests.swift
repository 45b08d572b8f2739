import Actions
import FoundationEssentials
import TestSupport
import Testing

/// The cases of one helper function of the reference.
struct HelperCases {
  private struct File: Decodable {
    struct Case: Decodable { let raises: String? }
    let cases: [String: Case]
  }

  /// The cases by name, none of which the reference refuses.
  let names: [String]
  let file: SafetensorsFixture

  init(_ helper: String) throws {
    let path = Repository.fixture("oxe-helpers/\(helper)")
    let cases = try JSONDecoder().decode(File.self, from: Data(readBytes(path + ".json"))).cases
    try #require(cases.values.allSatisfy { $0.raises == nil })
    names = cases.keys.sorted()
    file = try SafetensorsFixture(path: path + ".safetensors")
  }
}

@Suite struct NormalizerVectorTests {
  @Test(arguments: [
    ("normalize_normal", NormalizationType.normal), ("normalize_bounds", .bounds),
    ("normalize_bounds_q99", .boundsQ99),
  ])
  func `degenerate columns, outliers and NaN are normalised as in the reference`(
    helper: String, type: NormalizationType
  ) throws {
    let vectors = try HelperCases(helper)
    #expect(vectors.names == ["all_dims", "masked"])
    for name in vectors.names {
      let mask = "\(name)/stats/mask"
      #expect(vectors.file.contains(mask) == (name == "masked"))
      // A state is never masked, an action is where there is a mask.
      for (output, isMasked) in [("action", name == "masked"), ("proprio", false)] {
        func column(_ key: String) throws -> [Double] { try vectors.file.doubles("\(name)/stats/\(key)") }
        let statistics = try FeatureStatistics(
          mean: column("mean"), std: column("std"), max: column("max"), min: column("min"),
          q01: column("q01"), q99: column("q99"),
          mask: isMasked ? try vectors.file.bytes(mask).map { $0 != 0 } : nil)
        var rows = try vectors.file.floats("\(name)/in/x")
        try ActionNormalizer(type, statistics: statistics).normalize(&rows)
        let expected = try vectors.file.floats("\(name)/out/\(output)")
        #expect(bits(alike(rows)) == bits(alike(expected)), "\(name)/\(output)")
        #expect(expected.contains { $0.isNaN })
      }
    }
  }

  /// The values with every NaN the same.
  private func alike(_ values: [Float]) -> [Float] { values.map { $0.isNaN ? .nan : $0 } }
}
