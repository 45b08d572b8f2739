import ByteIO
import ManifestSyntax
import TestSupport
import Testing

@testable import DatasetManifest

/// Helper functions of the reference that take a whole manifest to say, or byte strings.
@Suite struct HelperManifestTests {
  @Test func `zlib strings unpack or are refused as in the reference`() throws {
    // The reference reshapes a string of two rows to two steps, which then have no partner in other features.
    let refused = ["two_poses_in_one_string_reshape_to_more_rows"]
    let vectors = try HelperVectors("kuka_inflate")
    #expect(Set(refused).isSubset(of: vectors.cases.map(\.name)))
    for (name, vector) in vectors.cases {
      let episode = try vectors.episode(name, vector)
      if vector.raises != nil || refused.contains(name) {
        let error = #expect(throws: ManifestError.self, "\(name)") {
          try rows("concat(inflate(pose, 7), inflate(gripper, 1))", episode)
        }
        #expect(error?.kind == .badData, "\(name)")
        continue
      }
      for (expression, key) in [("inflate(pose, 7)", "/pose"), ("inflate(gripper, 1)", "/gripper")] {
        let difference = try rows(expression, episode)
          .difference(from: vectors.output(name, key), tolerance: 0)
        #expect(difference == nil, "\(name)\(key)")
      }
    }
  }

  @Test func `code points become the reference's text`() throws {
    let manifest = try DatasetManifest(
      action: "flatten(float(instruction))", width: 512, more: "language: code_points(instruction)\n")
    let vectors = try HelperVectors("language_table_decode")
    for (name, vector) in vectors.cases {
      let episode = try #require(try manifest.standardize(vectors.episode(name, vector)).episode, "\(name)")
      #expect(texts(episode) == vector.out_strings?["language_instruction"], "\(name)")
    }
  }

  private func texts(_ episode: StandardizedEpisode) -> [String] {
    let table = episode.instructions
    return table.indices.map { $0 < 0 ? "" : String(decoding: table.texts[Int($0)], as: UTF8.self) }
  }

  @Test func `actions are relabelled with state differences, and the last row goes`() throws {
    let vectors = try HelperVectors("relabel_bridge_actions")
    for (name, vector) in vectors.cases {
      let episode = try vectors.episode(name, vector)
      #expect(vector.raises == nil)
      let action = try vectors.output(name, "/action")
      let difference = try rows("concat(difference(observation/state[:6]), action[-1])", episode)
        .difference(from: action, tolerance: 0)
      #expect(difference == nil, "\(name)")

      let others = vector.in.keys.filter { $0 != "action" }.sorted()
      let manifest = try DatasetManifest(
        action: "[\"difference(observation/state[:6])\", \"action[-1]\"]", width: 7,
        more: "drop: {last: 1}\nproprio: [\(others.joined(separator: ", "))]\n")
      let result = try #require(try manifest.standardize(episode).episode)
      #expect(bits(result.action) == bits(action.values.map { Float($0) }), "\(name)")
      let expected = joined(
        try others.map { key in
          let array = try vectors.output(name, "/" + key)
          return Rows(kind: array.kind, shape: array.shape, values: array.values)
        })
      #expect(bits(result.proprio ?? []) == bits(expected.values.map { Float($0) }), "\(name)")
    }
  }

  @Test func `bridge's manifest is the reference's whole transform`() throws {
    let manifest = try DatasetManifest(path: Repository.root + "/manifests/datasets/bridge_orig.yaml")
    let vectors = try HelperVectors("bridge_orig_transform")
    // Features that a manifest does not name are not looked at, so that an odd one is no reason to refuse.
    let accepted = ["other_step_dict"]
    #expect(Set(accepted).isSubset(of: vectors.cases.map(\.name)))
    for (name, vector) in vectors.cases {
      var episode = try vectors.episode(name, vector)
      if accepted.contains(name) {
        #expect(vector.raises != nil)
        let found = try manifest.standardize(episode)
        episode.table["steps/extra/k"] = nil
        #expect(try found == manifest.standardize(episode) && found.episode?.rows == [1, 2, 3, 4])
        continue
      }
      if vector.raises != nil {
        let error = #expect(throws: ManifestError.self, "\(name)") { try manifest.standardize(episode) }
        #expect(error?.kind == .badData, "\(name)")
        continue
      }
      let result = try #require(try manifest.standardize(episode).episode)
      #expect(bits(result.action) == bits(try vectors.file.floats("\(name)/out/action")), "\(name)")
      let pose = try output("observation/EEF_state", name, vectors)
      let gripper = try output("observation/gripper_state", name, vectors)
      let padding = Rows(kind: .float32, shape: [1], values: gripper.values.map { _ in 0 })
      #expect(result.proprio.map(bits) == bits(joined([pose, padding, gripper]).values), "\(name)")
      let state = try output("observation/state", name, vectors)
      #expect(bits(joined([pose, gripper]).values) == bits(state.values), "\(name)")
      #expect(texts(result) == vector.out_strings?["language_instruction"], "\(name)")
      // `traj_metadata` is not a feature of the steps for a manifest: features of the episode hold for all rows.
      let known = ["action", "observation/EEF_state", "observation/gripper_state", "observation/state"]
      let outputs = vectors.file.names.filter { $0.hasPrefix("\(name)/out/") }
        .map { String($0.dropFirst("\(name)/out/".count)) }
      #expect(Set(outputs).subtracting(known).isSubset(of: ["traj_metadata/id"]), "\(name)")
    }
  }

  private func output(_ key: String, _ name: String, _ vectors: HelperVectors) throws -> Rows {
    let array = try vectors.output(name, "/" + key)
    return Rows(kind: array.kind, shape: array.shape, values: array.values)
  }

  @Test func `droid's actions in the frame of the wrist are the reference's`() throws {
    let manifest = try DatasetManifest(
      """
      dataset: droid_wrist
      action:
        - wrist_frame(action_dict/cartesian_velocity, observation/cartesian_position)
        - action_dict/gripper_position
      views: {}
      encodings: {action: eef_r6, state: none}
      """)
    let vectors = try HelperVectors("droid_wristact_transform")
    for (name, vector) in vectors.cases {
      #expect(vector.raises == nil)
      let episode = try vectors.episode(name, vector)
      let expected = try vectors.output(name, "/action")
      let all = try rows(
        "concat(wrist_frame(action_dict/cartesian_velocity, observation/cartesian_position), "
          + "action_dict/gripper_position)", episode)
      let difference = all.difference(from: expected, tolerance: 1e-15)
      #expect(difference == nil, "\(name)")
      let result = try #require(try manifest.standardize(episode).episode)
      #expect(result.actionDimension == 10 && result.rows.count == episode.stepCount)
      #expect(bits(result.action) == bits(expected.values.map { Float($0) }), "\(name)")
    }
  }
}
