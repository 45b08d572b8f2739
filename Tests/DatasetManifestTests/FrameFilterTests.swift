import Actions
import ManifestSyntax
import Testing

@testable import DatasetManifest

@Suite struct FrameFilterTests {
  /// A manifest of 3 action columns with `lines` under `drop_null_actions`.
  private func manifest(_ lines: [String]) throws -> DatasetManifest {
    let body = lines.map { "    " + $0 + "\n" }.joined()
    return try DatasetManifest(
      action: "a", width: 3, more: "frame_filter:\n  drop_null_actions:\n" + body)
  }

  @Test func `a frame filter is kept for mixtures`() throws {
    let found = try manifest([
      "columns: \":2\"", "tolerance: 1e-5", "q01: [-1, -0.5]", "q99:", "  - 1.5", "  - 2",
    ])
    #expect(
      try found.frameFilter
        == NullActionFilter(columns: 0..<2, tolerance: 1e-5, q01: [-1, -0.5], q99: [1.5, 2]))
    #expect(try DatasetManifest(action: "a", width: 3).frameFilter == nil)
    let tail = try manifest(["columns: \"-2:\"", "tolerance: 0", "q01: [0, 0]", "q99: [1, 1]"])
    #expect(tail.frameFilter?.columns == 1..<3)
  }

  @Test func `standardisation leaves no step out for it`() throws {
    // z = 2·(0 + 1)/2 − 1 = 0: each of these steps would go if the filter acted on actions as they are.
    let found = try manifest([
      "columns: \":3\"", "tolerance: 1e-5", "q01: [-1, -1, -1]", "q99: [1, 1, 1]",
    ])
    let episode = TableEpisode(stepCount: 2, ["steps/a": .floats([0, 0, 0, 0, 0, 0], [3])])
    #expect(try found.standardize(episode).episode?.rows == [0, 1])
  }

  @Test(arguments: [
    (["columns: \":4\"", "tolerance: 0", "q01: []", "q99: []"], 7, ".columns: bad slice [:4]: there are 3 columns"),
    (["columns: \":0\"", "tolerance: 0", "q01: []", "q99: []"], 7, ".columns: this names no columns"),
    (["columns: 2", "tolerance: 0", "q01: []", "q99: []"], 7, ".columns: expected a range of columns"),
    (["columns: \":x\"", "tolerance: 0", "q01: []", "q99: []"], 7, ".columns: expected `]`"),
    (["tolerance: 0", "q01: []", "q99: []"], 7, ": missing key `columns`"),
    (["columns: \":1\"", "q01: [0]", "q99: [1]"], 7, ": missing key `tolerance`"),
    (["columns: \":1\"", "tolerance: 0", "q99: [1]"], 7, ": missing key `q01`"),
    (["columns: \":1\"", "tolerance: 0", "q01: [0]"], 7, ": missing key `q99`"),
    (["columns: \":1\"", "tolerance: -1", "q01: [0]", "q99: [1]"], 8, ".tolerance: a tolerance is"),
    (["columns: \":1\"", "tolerance: 1e300", "q01: [0]", "q99: [1]"], 8, ".tolerance: a tolerance is"),
    (["columns: \":1\"", "tolerance: .nan", "q01: [0]", "q99: [1]"], 8, ".tolerance: expected a number"),
    (["columns: \":2\"", "tolerance: 0", "q01: [0]", "q99: [1]"], 9, ".q01: 1 numbers for 2 columns"),
    (["columns: \":1\"", "tolerance: 0", "q01: [0]", "q99: [1, 2]"], 10, ".q99: 2 numbers for 1 columns"),
    (["columns: \":1\"", "tolerance: 0", "q01: 0", "q99: [1]"], 9, ".q01: expected a list"),
    (["columns: \":1\"", "tolerance: 0", "q01: [.inf]", "q99: [1]"], 9, ".q01[0]: expected a number"),
    (["columns: \":1\"", "tolerance: 0", "q01: [0]", "q99: [1e39]"], 10, ".q99[0]: a number that float32"),
    (["columns: \":1\"", "tolerance: 0", "q01: [2]", "q99: [1]"], 7, ": null action filter: column 0 has q01 2.0"),
    (["columns: \":1\"", "tolerence: 0"], 8, ": unknown key `tolerence`; did you mean `tolerance`"),
  ])
  func `mistakes name line and key`(lines: [String], line: Int, words: String) {
    let error = #expect(throws: ManifestError.self) { try manifest(lines) }
    #expect(error?.line == line, "\(error?.description ?? "")")
    #expect(
      error?.description.contains("frame_filter.drop_null_actions" + words) == true,
      "\(error?.description ?? "")")
  }

  @Test func `a frame filter needs its rule`() {
    for text in ["frame_filter: {}\n", "frame_filter: {drop: 1}\n", "frame_filter: 3\n"] {
      let error = #expect(throws: ManifestError.self) {
        try DatasetManifest(action: "a", width: 3, more: text)
      }
      #expect(error?.line == 5 && error?.key == "frame_filter", "\(error?.description ?? "")")
    }
  }
}
