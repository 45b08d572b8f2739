import Actions
import FoundationEssentials
import TestSupport
import Testing

@Suite struct NullActionFilterTests {
  /// The quantiles that the reference has for DROID.
  private func droid() throws -> NullActionFilter {
    try NullActionFilter(
      columns: 0..<6, tolerance: 1e-5,
      q01: [
        -0.7776297926902771, -0.5803514122962952, -0.5795090794563293, -0.6464047729969025,
        -0.7041108310222626, -0.8895104378461838,
      ],
      q99: [
        0.7597932070493698, 0.5726242214441299, 0.7351000607013702, 0.6705610305070877,
        0.6464948207139969, 0.8897542208433151,
      ])
  }

  private func keeps(_ filter: NullActionFilter, _ action: [Float]) -> Bool { filter.keeps(action.span) }

  @Test func `steps are kept or left out as by the reference`() throws {
    let filter = try droid()
    let vectors = try HelperCases("droid_zero_action_filter")
    #expect(vectors.names.count == 24)
    var outcomes: Set<Bool> = []
    for name in vectors.names {
      let window = try vectors.file.floats("\(name)/in/action")
      let keep = try vectors.file.bytes("\(name)/out/keep") == [1]
      let steps = stride(from: 0, to: window.count, by: 7).map { Array(window[$0..<$0 + 7]) }
      #expect(steps.contains { keeps(filter, $0) } == keep, "\(name)")
      outcomes.insert(keep)
    }
    #expect(outcomes == [true, false])
  }

  @Test func `the null action and the tolerance by hand`() throws {
    // Column 1: z = 2·(0 + 1)/(3 + 1 + 1e−8) − 1 = −0.5, as 4 + 1e−8 is 4 in float32. Column 2: 2·2/4 − 1 = 0.
    let filter = try NullActionFilter(columns: 1..<3, tolerance: 0.25, q01: [-1, -2], q99: [3, 2])
    #expect(!keeps(filter, [9, -0.5, 0]))
    #expect(!keeps(filter, [9, -0.25, 0.25]))
    #expect(keeps(filter, [9, -0.25 + 0x1p-20, 0]))
    #expect(keeps(filter, [0, -0.5, -0.5]))
    #expect(keeps(filter, [0, .nan, 1]))
    #expect(!keeps(filter, [0, .nan, 0]))
    #expect(keeps(filter, [0, -.infinity, 0]))
    #expect(!keeps(filter, [9, -0.5]) && keeps(filter, [9, 0]) && !keeps(filter, []))
  }

  @Test func `a column whose quantiles are equal is null below them`() throws {
    // z = 2·(0 − 1)/(0 + 1e−8) − 1 is −2e8, which no normalised action reaches; with 0 and 0 it is −1.
    #expect(try keeps(NullActionFilter(columns: 0..<1, tolerance: 0, q01: [1], q99: [1]), [-1]))
    #expect(try !keeps(NullActionFilter(columns: 0..<1, tolerance: 0, q01: [0], q99: [0]), [-1]))
  }

  @Test(
    arguments: [
      (0..<0, Float(0), [], [], "names no columns"), (-1..<1, 0, [0, 0], [1, 1], "names no columns"),
      (0..<2, 0, [0], [1, 1], "q01: has 1 columns where 2"), (0..<1, 0, [0], [], "q99: has 0 columns where 1"),
      (0..<1, -1, [0], [1], "tolerance is -1.0"), (0..<1, .nan, [0], [1], "tolerance is nan"),
      (0..<1, .infinity, [0], [1], "tolerance is inf"), (3..<4, 0, [1], [0], "column 3 has q01 1.0 and q99 0.0"),
      (0..<1, 0, [.nan], [1], "quantiles in order"), (0..<1, 0, [-3e38], [3e38], "quantiles in order"),
      (0..<1, 0, [3e38], [3e38], "quantiles in order"), (0..<1, 0, [0], [.infinity], "quantiles in order"),
    ] as [(Range<Int>, Float, [Float], [Float], String)])
  func `wrong parameters are refused`(
    columns: Range<Int>, tolerance: Float, q01: [Float], q99: [Float], words: String
  ) {
    let error = #expect(throws: ActionsError.self) {
      try NullActionFilter(columns: columns, tolerance: tolerance, q01: q01, q99: q99)
    }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
  }
}
