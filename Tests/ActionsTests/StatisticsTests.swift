import Actions
import ByteIO
import TestSupport
import Testing

@Suite struct StatisticsTests {
  /// Both passes over `parts`, each seen by an accumulator of its own, then merged.
  private func statistics(_ parts: [[Float]], dimension: Int) throws -> FeatureStatistics {
    var total = try StatisticsAccumulator(dimension: dimension)
    for part in parts {
      var worker = try StatisticsAccumulator(dimension: dimension)
      try worker.observe(part.span)
      try total.merge(worker)
    }
    var refinements = total.refinements()
    let empty = refinements
    for part in parts {
      for i in refinements.indices {
        var worker = empty[i]
        try worker.observe(part.span)
        try refinements[i].merge(worker)
      }
    }
    return try total.statistics(refinedBy: refinements)
  }

  @Test func `five values give the statistics worked out by hand`() throws {
    // Column 0: 1 2 3 4 5. Mean 3, variance (4+1+0+1+4)/5 = 2. Position of q01: 4 × 0.01 = 0.04, so 1.04;
    // of q99: 4 × 0.99 = 3.96, fraction 0.96 ≥ 0.5, so 5 − 1 × (1 − 0.96) = 4.96.
    // Column 1: constant −2.
    let rows: [Float] = [3, -2, 1, -2, 5, -2, 2, -2, 4, -2]
    let found = try statistics([rows], dimension: 2)
    #expect(found.mean == [3, -2])
    #expect(found.std == [Double(2).squareRoot(), 0])
    #expect(found.min == [1, -2])
    #expect(found.max == [5, -2])
    #expect(found.q01 == [1.04, -2])
    #expect(abs(found.q99[0] - 4.96) < 1e-15)
    #expect(found.q99[1] == -2)
  }

  @Test(arguments: Expected.datasets)
  func `actions and proprio of a sample dataset have the reference's statistics`(dataset: String) throws {
    let expected = try Expected(dataset)
    for (rows, reference) in [
      (expected.actionRows, expected.action), (expected.proprioRows, expected.proprio),
    ] {
      let found = try statistics([rows], dimension: reference.dimension)
      #expect(bits(found.q01) == bits(reference.q01))
      #expect(bits(found.q99) == bits(reference.q99))
      #expect(bits(found.min) == bits(reference.min))
      #expect(bits(found.max) == bits(reference.max))
      #expect(zip(found.mean, reference.mean).allSatisfy { abs($0 - $1) <= 5e-6 })
      #expect(zip(found.std, reference.std).allSatisfy { abs($0 - $1) <= 5e-6 })
    }
    let found = try statistics([expected.actionRows], dimension: 7)
    #expect(zip(found.mean, expected.float64.mean).allSatisfy { abs($0 - $1) <= 1e-15 })
    #expect(zip(found.std, expected.float64.std).allSatisfy { abs($0 - $1) <= 1e-14 })
    #expect(expected.actionRows.count == 7 * expected.transitionCount)
    #expect(expected.episodeLengths.count == expected.trajectoryCount)
  }

  @Test func `splits and order of the rows change nothing`() throws {
    let expected = try Expected("metaworld_button_drawer")
    let whole = try statistics([expected.actionRows], dimension: 7)
    var episodes: [[Float]] = []
    var first = 0
    for length in expected.episodeLengths {
      episodes.append(Array(expected.actionRows[first * 7..<(first + length) * 7]))
      first += length
    }
    #expect(try statistics(episodes, dimension: 7) == whole)
    #expect(try statistics(episodes.reversed(), dimension: 7) == whole)
  }

  @Test func `values that cancel leave an exact mean`() throws {
    // In float64 1e30 + 1 − 1e30 is 0; the exact sum is 1, over three rows 1/3.
    let found = try statistics([[1e30, 1, -1e30]], dimension: 1)
    #expect(found.mean == [1.0 / 3])
  }

  @Test func `the smallest and the largest float32 are counted without overflow`() throws {
    let tiny = Float.leastNonzeroMagnitude
    let huge = Float.greatestFiniteMagnitude
    let found = try statistics([[tiny, huge], [tiny, -huge]], dimension: 2)
    #expect(found.mean == [Double(tiny), 0])
    #expect(found.std == [0, Double(huge)])
    #expect(found.min == [Double(tiny), -Double(huge)])
  }

  @Test func `zeros of both signs count as equal`() throws {
    #expect(bits(try statistics([[-0.0, 0.0, -0.0]], dimension: 1).min) == bits([0.0]))
    #expect(bits(try statistics([[-0.0, -0.0]], dimension: 1).min) == bits([-0.0]))
    #expect(try statistics([[-0.0, 0.0, -0.0]], dimension: 1).std == [0])
  }

  @Test func `neighbouring values in one bucket are told apart`() throws {
    // 201 values one unit in the last place apart: positions 2 and 198 exactly.
    let start = Float(0.7).bitPattern
    let rows = (0..<201).map { Float(bitPattern: start + UInt32((68 * $0) % 201)) }
    let found = try statistics([rows], dimension: 1)
    #expect(found.q01 == [Double(Float(bitPattern: start + 2))])
    #expect(found.q99 == [Double(Float(bitPattern: start + 198))])
  }

  @Test func `more columns than one refinement holds are covered by several`() throws {
    let rows = (0..<40 * 5).map { Float($0 % 40) * Float($0 / 40) }
    var first = try StatisticsAccumulator(dimension: 40)
    try first.observe(rows.span)
    #expect(first.refinements().count == 3)
    let found = try statistics([rows], dimension: 40)
    #expect(found.max == (0..<40).map { Double($0 * 4) })
    #expect(found.mean == (0..<40).map { Double($0 * 2) })
  }

  @Test func `values that are not finite are refused with their place`() throws {
    var accumulator = try StatisticsAccumulator(dimension: 2)
    let rows: [Float] = [1, 2, 3, .nan]
    let error = #expect(throws: ActionsError.self) { try accumulator.observe(rows.span) }
    #expect(error?.kind == .badData)
    #expect(error?.description.hasPrefix("row 1, column 1: nan") == true)
    #expect(accumulator.rowCount == 0)
    let infinite: [Float] = [-.infinity, 0]
    #expect(throws: ActionsError.self) { try accumulator.observe(infinite.span) }
  }

  @Test func `ragged rows, no columns, no rows and an unfinished second pass are refused`() throws {
    var accumulator = try StatisticsAccumulator(dimension: 2)
    #expect(throws: ActionsError.self) { try accumulator.observe([Float(1)].span) }
    #expect(throws: ActionsError.self) { try StatisticsAccumulator(dimension: 0) }
    #expect(throws: ActionsError.self) { try accumulator.statistics(refinedBy: accumulator.refinements()) }
    try accumulator.observe([Float(1), 2].span)
    #expect(throws: ActionsError.self) { try accumulator.statistics(refinedBy: accumulator.refinements()) }
    #expect(throws: ActionsError.self) { try accumulator.statistics(refinedBy: []) }
    #expect(throws: ActionsError.self) { try accumulator.merge(StatisticsAccumulator(dimension: 3)) }
  }
}
