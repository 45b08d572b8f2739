import ByteIO
import DatasetManifest
import FoundationEssentials
import ManifestSyntax
import TestSupport
import Testing

@Suite struct StandardizationTests {
  private func manifest(_ dataset: String) throws -> DatasetManifest {
    try DatasetManifest(path: Repository.root + "/manifests/datasets/\(dataset).yaml")
  }

  /// The steps of all episodes of a sample dataset as one long episode.
  private func steps(_ dataset: String, doubles: Set<String> = []) throws -> TableEpisode {
    let file = try SafetensorsFixture(path: Repository.fixture("Actions/sample_steps.safetensors"))
    let prefix = dataset + "/"
    var episode = TableEpisode(stepCount: 0)
    for name in file.names where name.hasPrefix(prefix + "steps/") {
      var array = NumberArray(
        kind: .float32, shape: Array(try file.shape(name).dropFirst()),
        values: try file.floats(name).map(Double.init))
      let feature = String(name.dropFirst(prefix.count))
      if doubles.contains(feature) { array.kind = .float64 }
      if ["steps/reward", "steps/observation/gripper_open"].contains(feature) { array.shape = [] }
      episode.stepCount = try file.shape(name)[0]
      episode.table[feature] = .numbers(array)
    }
    return episode
  }

  private func expectedActions(_ dataset: String) throws -> [Float] {
    try SafetensorsFixture(path: Repository.fixture("Actions/\(dataset).normalized.safetensors"))
      .floats("standardized/all/action")
  }

  @Test func `reach and push are standardised to the reference's actions`() throws {
    let dataset = "metaworld_reach_push"
    var episode = try steps(dataset)
    episode.table["steps/language_instruction"] = .texts(
      [String](repeating: "reach", count: episode.stepCount))
    episode.table["episode_metadata/success"] = .floats([1])
    let result = try #require(try manifest(dataset).standardize(episode).episode)
    #expect(bits(result.action) == bits(try expectedActions(dataset)))
    #expect(result.proprioDimension == 8)
    guard case .numbers(let state) = episode.table["steps/observation/state"] else { return }
    #expect(result.proprio?.map(Double.init) == state.values)
    #expect(result.rows == Array(0..<1320))
    #expect(result.success == true)
    #expect(result.reward?.count == 1320)
    #expect(result.discount == nil)
    #expect(result.instructions.texts == [Array("reach".utf8)])
  }

  @Test func `button and drawer are standardised to the reference's actions`() throws {
    let dataset = "metaworld_button_drawer"
    var episode = try steps(dataset, doubles: ["steps/observation/eef_pos"])
    episode.table["steps/observation/natural_language_instruction"] =
      .texts([String](repeating: "press", count: episode.stepCount))
    episode.table["episode_metadata/success"] = .floats([0])
    let result = try #require(try manifest(dataset).standardize(episode).episode)
    #expect(bits(result.action) == bits(try expectedActions(dataset)))
    #expect(result.proprioDimension == 8)
    #expect(result.success == false)
  }

  private struct BridgeFacts: Decodable {
    struct Out: Decodable { let language_instruction: [String] }
    let in_strings: [String: [String]]
    let out: Out
  }

  /// A made-up episode in the layout of BridgeData, with what the reference makes of it.
  private func bridge() throws -> (episode: TableEpisode, file: SafetensorsFixture, facts: BridgeFacts) {
    let path = Repository.fixture("DatasetManifest/bridge_orig")
    let file = try SafetensorsFixture(path: path + ".safetensors")
    let facts = try JSONDecoder().decode(BridgeFacts.self, from: Data(readBytes(path + ".json")))
    let episode = TableEpisode(
      stepCount: 17,
      [
        "steps/action": try .tensor("in/action", of: file),
        "steps/observation/state": try .tensor("in/observation/state", of: file),
        "steps/language_instruction": .texts(facts.in_strings["language_instruction"] ?? []),
      ])
    return (episode, file, facts)
  }

  @Test func `bridge loses its first and last row and is relabelled as in the reference`() throws {
    let (episode, file, facts) = try bridge()
    let result = try #require(try manifest("bridge_orig").standardize(episode).episode)
    #expect(bits(result.action) == bits(try file.floats("out/action")))
    #expect(bits(result.proprio ?? []) == bits(try file.floats("out/proprio")))
    #expect(result.rows == Array(1...15))
    let texts = result.instructions.indices.map { $0 < 0 ? [] : result.instructions.texts[Int($0)] }
    #expect(texts == facts.out.language_instruction.map { Array($0.utf8) })
    #expect(result.instructions.indices.contains(-1))
    #expect(Set(result.instructions.texts).count == result.instructions.texts.count)
  }

  @Test func `an episode of two steps gives no rows and one of a single step is refused`() throws {
    let manifest = try manifest("bridge_orig")
    func episode(_ count: Int) -> TableEpisode {
      let zeros = FeatureValues.floats([Float](repeating: 0, count: count * 7), [7])
      return TableEpisode(
        stepCount: count,
        [
          "steps/action": zeros, "steps/observation/state": zeros,
          "steps/language_instruction": .texts([String](repeating: "", count: count)),
        ])
    }
    #expect(try manifest.standardize(episode(2)).episode?.rows == [])
    let error = #expect(throws: ManifestError.self) { try manifest.standardize(episode(1)) }
    #expect(error?.kind == .badData)
    #expect(error?.problem == "the episode has 1 steps, but 2 are dropped; leave it out")
    #expect(throws: ManifestError.self) { try manifest.standardize(episode(0)) }
  }

  @Test func `values that are not finite are refused with step and column`() throws {
    let manifest = try DatasetManifest(action: "[a, b]", width: 3, more: "drop: {first: 1}\n")
    let episode = TableEpisode(
      stepCount: 3, ["steps/a": .floats([1, 2, 3]), "steps/b": .floats([1, 2, 3, 4, 5, .nan], [2])])
    let error = #expect(throws: ManifestError.self) { try manifest.standardize(episode) }
    #expect(
      error?.description
        == "test.yaml:2:13: action[1]: step 2, column 2 of action is nan; leave the episode out")
    let wide = TableEpisode(
      stepCount: 1, ["steps/a": .numbers(NumberArray(kind: .float64, shape: [3], values: [0, 1e300, 0]))])
    #expect(throws: ManifestError.self) { try DatasetManifest(action: "a", width: 3).standardize(wide) }
  }

  @Test func `filters drop steps and episodes in their order`() throws {
    let manifest = try DatasetManifest(
      action: "a", width: 2,
      more: """
        proprio: [p]
        language: text
        filters:
          - drop_zero_actions: {columns: ":1", tolerance: 1e-4}
          - require: {feature: episode_metadata/ok, equals: true}
          - require: {feature: episode_metadata/kind, equals: good}
          - min_steps: 2
        """)
    var episode = TableEpisode(
      stepCount: 4,
      [
        "steps/a": .floats([1, 0, 1e-4, 9, -2, 0, 0, 0], [2]), "steps/p": .floats([10, 11, 12, 13]),
        "steps/text": .texts(["x", "y", "", "x"]), "steps/reward": .floats([0, 1, 2, 3]),
        "episode_metadata/ok": .numbers(NumberArray(kind: .bool, shape: [], values: [1])),
        "episode_metadata/kind": .texts(["good"]),
      ])
    let result = try #require(try manifest.standardize(episode).episode)
    #expect(result.rows == [0, 2])
    #expect(result.action == [1, 0, -2, 0])
    #expect(result.proprio == [10, 12])
    #expect(result.reward == [0, 2])
    #expect(result.instructions.texts == [Array("x".utf8)])
    #expect(result.instructions.indices == [0, -1])
    episode.table["steps/a"] = .floats([0, 0, 0, 0, 0, 0, 1, 0], [2])
    #expect(try manifest.standardize(episode) == .dropped(reason: "min_steps: 1 steps, fewer than 2"))
    episode.table["episode_metadata/kind"] = .texts(["bad"])
    #expect(
      try manifest.standardize(episode) == .dropped(reason: "require: episode_metadata/kind is not `good`"))
    episode.table["episode_metadata/ok"] = .numbers(NumberArray(kind: .bool, shape: [], values: [0]))
    #expect(
      try manifest.standardize(episode) == .dropped(reason: "require: episode_metadata/ok is not `true`"))
  }

  @Test func `steps that move neither robot nor gripper are left out`() throws {
    let manifest = try DatasetManifest(
      action: "a[:2]", width: 2,
      more: """
        language: text
        filters:
          - drop_no_ops: {feature: a}
          - require: {feature: done, equals: 1, at: last}
        """)
    // Motion of 0 · 10⁻⁴ and of 1.0001 · 10⁻⁴; the gripper's command is compared with the step kept before.
    var episode = TableEpisode(
      stepCount: 7,
      [
        "steps/a": .numbers(
          NumberArray(
            kind: .float64, shape: [3],
            values: [
              0, 9e-5, 1,  // Short, nothing before it.
              1, 0, -1,  // Kept.
              0, 0, -1,  // The same gripper.
              0, 0, 1,  // Kept: the gripper opens.
              6e-5, 8.1e-5, 1,  // Kept: longer than the tolerance.
              0, 0, 1,
              0, 0, -1,  // Kept.
            ])),
        "steps/text": .texts(["a", "b", "c", "d", "e", "f", "g"]),
        "steps/done": .numbers(NumberArray(kind: .integer, shape: [], values: [0, 0, 0, 0, 0, 0, 1])),
      ])
    let result = try #require(try manifest.standardize(episode).episode)
    #expect(result.rows == [1, 3, 4, 6])
    #expect(result.instructions.texts == ["b", "d", "e", "g"].map { Array($0.utf8) })
    episode.table["steps/done"] = .numbers(NumberArray(kind: .integer, shape: [], values: [1, 1, 1, 1, 1, 1, 0]))
    #expect(
      try manifest.standardize(episode) == .dropped(reason: "require: done is not `1` at the last step"))
    #expect(manifest.requiredFeatures.map(\.name).contains("steps/done"))
  }

  @Test func `dropped steps and earlier filters leave the right rows to the filter of no-ops`() throws {
    let manifest = try DatasetManifest(
      action: "a", width: 1,
      more: """
        drop: {first: 1, last: 1}
        filters:
          - drop_zero_actions: {columns: ":1", tolerance: 0.5}
          - drop_no_ops: {feature: b}
        """)
    // Step 0 and 5 are dropped, step 2 by its action; of what is left, step 3 moves nothing.
    let episode = TableEpisode(
      stepCount: 6,
      [
        "steps/a": .floats([9, 1, 0, 3, 4, 9], []),
        "steps/b": .numbers(
          NumberArray(kind: .float64, shape: [2], values: [5, 0, 1, 1, 1, 0, 0, 1, 0, 0, 5, 0])),
      ])
    #expect(try #require(try manifest.standardize(episode).episode).rows == [1, 4])
  }

  @Test(arguments: [
    ("drop_no_ops: {feature: episode_metadata/a}", "it is not a feature of the steps"),
    ("drop_no_ops: {feature: a, tolerance: -1}", "a tolerance is not negative"),
    ("drop_no_ops: {tolerance: 1}", "feature"), ("require: {feature: a, equals: 1, at: first}", "last"),
  ])
  func `a filter that cannot be meant is refused`(_ filter: String, _ reason: String) {
    let error = #expect(throws: ManifestError.self) {
      try DatasetManifest(action: "a", width: 1, more: "filters:\n  - \(filter)\n")
    }
    #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
  }

  @Test func `the first instruction that is not empty wins`() throws {
    let manifest = try DatasetManifest(
      action: "a", width: 1, more: "language: [first, code_points(second)]\n")
    let episode = TableEpisode(
      stepCount: 2,
      [
        "steps/a": .floats([0, 0]), "steps/first": .texts(["", "one"]),
        "steps/second": .numbers(
          NumberArray(kind: .integer, shape: [3], values: [116, 119, 111, 120, 0, 0])),
      ])
    let table = try #require(try manifest.standardize(episode).episode).instructions
    #expect(table.indices.map { table.texts[Int($0)] } == [Array("two".utf8), Array("one".utf8)])
  }

  @Test func `an instruction that is not UTF-8 is refused with its step`() throws {
    let manifest = try DatasetManifest(action: "a", width: 1, more: "language: text\n")
    let episode = TableEpisode(
      stepCount: 2, ["steps/a": .floats([0, 0]), "steps/text": .strings([[65], [0xFF]])])
    let error = #expect(throws: ManifestError.self) { try manifest.standardize(episode) }
    #expect(error?.description.contains("language: step 1: the instruction is not UTF-8") == true)
  }

  @Test func `a usual reward that is not one number per step is left out, a named one is refused`() throws {
    let episode = TableEpisode(
      stepCount: 1,
      [
        "steps/a": .floats([1]), "steps/reward": .floats([1, 2], [2]),
        "episode_metadata/success": .texts(["yes"]),
      ])
    let result = try DatasetManifest(action: "a", width: 1).standardize(episode).episode
    #expect(result?.reward == nil && result?.success == nil && result?.action == [1])
    let named = try DatasetManifest(action: "a", width: 1, more: "reward: reward\n")
    #expect(throws: ManifestError.self) { try named.standardize(episode) }
    let success = try DatasetManifest(action: "a", width: 1, more: "success: episode_metadata/success\n")
    #expect(throws: ManifestError.self) { try success.standardize(episode) }
  }

  @Test func `features of the episode hold for every step`() throws {
    let manifest = try DatasetManifest(action: "[a, episode_metadata/goal, /gain]", width: 4)
    let episode = TableEpisode(
      stepCount: 2,
      ["steps/a": .floats([1, 2]), "episode_metadata/goal": .floats([7, 8], [2]), "gain": .floats([9])])
    #expect(try manifest.standardize(episode).episode?.action == [1, 7, 8, 9, 2, 7, 8, 9])
  }

  @Test func `missing features, too few values and a wrong width are refused`() throws {
    let missing = #expect(throws: ManifestError.self) {
      try DatasetManifest(action: "observation/imge", width: 1)
        .standardize(TableEpisode(stepCount: 1, ["steps/observation/image": .floats([1])]))
    }
    #expect(
      missing?.description
        == "test.yaml:2:9: action: steps has no feature `observation/imge`; the nearest is `observation/image`"
    )
    let short = #expect(throws: ManifestError.self) {
      try DatasetManifest(action: "a", width: 1).standardize(
        TableEpisode(stepCount: 2, ["steps/a": .floats([1])]))
    }
    #expect(short?.problem == "steps/a has 1 numbers where 2 rows of shape [] are due")
    let wide = #expect(throws: ManifestError.self) {
      try DatasetManifest(action: "a", width: 2).standardize(
        TableEpisode(stepCount: 1, ["steps/a": .floats([1])]))
    }
    #expect(
      wide?.description.hasPrefix("test.yaml:4:8: masks: the masks have 2 columns, but the action has 1")
        == true)
  }
}
