import Actions
import TestSupport
import Testing

@Suite struct NormalizerTests {
  @Test(arguments: Expected.datasets, NormalizationType.allCases)
  func `normalised rows equal the reference's bit for bit`(dataset: String, type: NormalizationType) throws {
    let expected = try Expected(dataset)
    for split in ["train", "val"] {
      let range = try expected.rows(of: split)
      for (name, all, statistics) in [
        ("action", expected.actionRows, expected.action), ("proprio", expected.proprioRows, expected.proprio),
      ] {
        let width = statistics.dimension
        var rows = Array(all[range.lowerBound * width..<range.upperBound * width])
        try ActionNormalizer(type, statistics: statistics).normalize(&rows)
        let reference = try expected.normalized.floats("\(type.rawValue)/\(split)/\(name)")
        #expect(bits(rows) == bits(reference))
      }
    }
  }

  private func statistics(mask: [Bool]?) throws -> FeatureStatistics {
    try FeatureStatistics(
      mean: [1, 1], std: [2, 2], max: [4, 3], min: [0, 3], q01: [0, 3], q99: [4, 3], mask: mask)
  }

  @Test func `each type does its arithmetic by hand`() throws {
    // Column 0, x = 3: (3 − 1)/2 = 1; 2·(3 − 0)/4 − 1 = 0.5. Column 1 has no range: bounds give 0.
    var normal: [Float] = [3, 3]
    try ActionNormalizer(.normal, statistics: statistics(mask: nil)).normalize(&normal)
    #expect(normal == [1, 1])
    var bounds: [Float] = [3, 3, 9, 3, -9, 3]
    try ActionNormalizer(.bounds, statistics: statistics(mask: nil)).normalize(&bounds)
    #expect(bounds == [0.5, 0, 1, 0, -1, 0])
  }

  @Test func `a column without range becomes zero even outside the mask`() throws {
    var rows: [Float] = [3, 3]
    try ActionNormalizer(.boundsQ99, statistics: statistics(mask: [false, false])).normalize(&rows)
    #expect(rows == [3, 0])
    rows = [3, 3]
    try ActionNormalizer(.normal, statistics: statistics(mask: [false, false])).normalize(&rows)
    #expect(rows == [3, 3])
  }

  @Test func `nan passes through`() throws {
    var rows: [Float] = [.nan, 3]
    try ActionNormalizer(.boundsQ99, statistics: statistics(mask: nil)).normalize(&rows)
    #expect(rows[0].isNaN)
  }

  @Test func `un-normalising follows the formula`() throws {
    // 0.5·(0.5 + 1)·(4 − 0) + 0 = 3; the unmasked column stays.
    var rows = [0.5, 0.25]
    try ActionUnnormalizer(statistics: statistics(mask: [true, false])).unnormalize(&rows)
    #expect(rows == [3, 0.25])
  }

  @Test func `ragged rows and uneven statistics are refused`() throws {
    let statistics = try statistics(mask: nil)
    var rows: [Float] = [1]
    #expect(throws: ActionsError.self) {
      try ActionNormalizer(.normal, statistics: statistics).normalize(&rows)
    }
    var doubles = [1.0]
    #expect(throws: ActionsError.self) {
      try ActionUnnormalizer(statistics: statistics).unnormalize(&doubles)
    }
    #expect(throws: ActionsError.self) {
      try FeatureStatistics(mean: [0], std: [0], max: [0], min: [0], q01: [0], q99: [0], mask: [true, true])
    }
  }
}
