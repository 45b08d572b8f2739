import ByteIO
import ManifestSyntax
import TestSupport
import Testing

@testable import Preferences

@Suite struct ManifestTests {
  private func manifest(_ text: String) throws -> PairManifest {
    try PairManifest(bytes: Array(text.utf8), file: "m.yaml")
  }

  private static let start = "name: m\nrollouts: {start: [seed]}\n"

  @Test func `every manifest that is shipped can be read`() throws {
    let directory = Repository.root + "/manifests/prefs"
    let names = try Directory.names(directory)
    #expect(names.count >= 5)
    for name in names {
      let manifest = try PairManifest(path: directory + "/" + name)
      #expect(manifest.name + ".yaml" == name && manifest.description != nil)
    }
  }

  @Test func `keys are read into what they mean`() throws {
    let found = try manifest(
      """
      name: m
      seed: 7
      rollouts:
        success: won
        start: {observation: [proprio, image.primary]}
        intervention: {flagged: bad, correction: good}
      score: {success: 2, progress: 0.5}
      strategies:
        - {name: margin_all, min_margin: 1, margin_unit: deviations, weight: margin, cap: 9}
        - best_worst
      filters: {min_steps: 2, near_zero: 0.05, mask_shared: false, terminations: [success, timeout], success_rate: [0.1, 0.9]}
      balance: {per_episode: 4, strategy_share: 0.5, equal_tasks: true}
      split: {val: 0.1, test: 0.05, val_seen: 0.2, test_tasks: [x]}
      """)
    #expect(found.seed == 7 && found.fields.success == "won")
    #expect(found.fields.start == .observation(["proprio", "image.primary"]))
    #expect(found.score.map(\.name) == ["success", "progress"] && found.score.map(\.weight) == [2, 0.5])
    #expect(found.strategies.map(\.name) == [.marginAll, .bestWorst])
    #expect(found.strategies[0].cap == 9 && found.strategies[0].weighting == .margin)
    #expect(found.filters.mask == .init(masksShared: false, nearZero: 0.05) && found.successRate == 0.1...0.9)
    #expect(found.terminations == [.success, .timeout])
    #expect(found.split == SplitRule(validation: 100, test: 50, seen: 200, heldOutTasks: ["x"]))
    #expect(found.balance.perEpisode == 4 && found.balance.equalizesTasks)
  }

  @Test(arguments: [
    ("strategies: [best_wurst]", "best_worst"), ("strategies: []", "at least one"),
    ("strategies: [{name: best_worst, cap: 3}]", "cap"), ("strategies: [step_distance]", "reference"),
    ("strategies: [best_worst]\nsplit: {val: 0.6, test: 0.5}", "nothing to train on"),
    ("strategies: [best_worst]\nfilters: {min_step: 1}", "min_steps"),
    ("strategies: [best_worst]\nscore: {return: .nan}", "number"),
    ("strategies: [{name: human_import, min_agreement: 0.4}]", "0.5 to 1"),
  ])
  func `a mistake is refused with its place and what would mend it`(_ lines: String, _ part: String) {
    let error = #expect(throws: ManifestError.self) { try manifest(Self.start + lines) }
    #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
    #expect(error?.description.hasPrefix("m.yaml:") == true)
  }

  @Test func `a rule that needs starts is refused where nothing tells them`() {
    let error = #expect(throws: ManifestError.self) {
      try manifest("name: m\nrollouts: {success: won}\nstrategies: [success_failure]")
    }
    #expect(error?.description.contains("key: task") == true)
    #expect(throws: Never.self) {
      try manifest("name: m\nrollouts: {success: won}\nstrategies: [{name: success_failure, key: task}]")
    }
  }
}
