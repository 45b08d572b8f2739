import ByteIO
import FoundationEssentials
import ManifestSyntax
import TestSupport
import Testing

@testable import DatasetManifest

/// Helper functions of the reference that are one expression of the manifest language.
@Suite struct HelperVectorTests {
  struct Trial: CustomTestStringConvertible {
    let helper: String
    let expression: String
    /// How far float32 results may be off, 0 for not a bit.
    var tolerance = 0.0
    /// How far float64 results may be off.
    var wideTolerance = 0.0
    /// Cases that the reference takes and the language refuses, with the reason.
    var refused: [String: String] = [:]

    var testDescription: String { helper }
  }

  static let trials = [
    Trial(helper: "binarize_gripper_actions", expression: "binarize_gripper(actions)"),
    Trial(helper: "rel2abs_gripper_actions", expression: "relative_to_absolute_gripper(actions)"),
    Trial(
      helper: "invert_gripper_actions", expression: "invert(actions)",
      refused: ["int64": "arithmetic on whole numbers wants float(…)"]),
    Trial(helper: "clip_then_invert", expression: "invert(clip(actions, 0, 1))"),
    Trial(
      helper: "euler_from_quaternion", expression: "euler_from_quaternion(quaternions)", tolerance: 2.4e-7,
      wideTolerance: 1e-15),
    Trial(
      helper: "euler_from_rotation_matrix", expression: "euler_from_rotation(rot_mat)", tolerance: 2.4e-7),
    Trial(
      helper: "rotation_matrix_from_euler", expression: "rotation_from_euler(angles)", tolerance: 1.2e-7,
      wideTolerance: 1e-15),
    Trial(helper: "rotation_matrix_inverse", expression: "inverse_rotation(rot_mat)"),
    Trial(helper: "rotmat_to_rot6d", expression: "rotation_6d(mat)"),
    Trial(
      helper: "velocity_act_to_wrist_frame", expression: "wrist_frame(velocity, wrist)", tolerance: 2.4e-7),
  ]

  @Test(arguments: trials)
  func `every case of a helper gives what the reference gives`(trial: Trial) throws {
    let vectors = try HelperVectors(trial.helper)
    #expect(!vectors.cases.isEmpty)
    #expect(Set(trial.refused.keys).isSubset(of: vectors.cases.map(\.name)))
    for (name, vector) in vectors.cases {
      let episode = try vectors.episode(name, vector)
      if vector.raises != nil || trial.refused[name] != nil {
        let error = #expect(throws: ManifestError.self, "\(name)") { try rows(trial.expression, episode) }
        #expect(error?.kind == .badData, "\(name)")
        continue
      }
      let expected = try vectors.output(name)
      let found = try rows(trial.expression, episode)
      let tolerance = expected.kind == .float64 ? trial.wideTolerance : trial.tolerance
      let difference = found.difference(from: expected, tolerance: tolerance)
      #expect(difference == nil, "\(name)")
    }
  }

  @Test func `no helper's vectors are left untested`() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Repository.fixture("oxe-helpers"))
    let helpers = Set(files.filter { $0.hasSuffix(".safetensors") }.map { String($0.dropLast(12)) })
    // Those of HelperManifestTests, then those that ActionsTests have.
    let others: Set = [
      "bridge_orig_transform", "droid_wristact_transform", "kuka_inflate", "language_table_decode",
      "relabel_bridge_actions", "droid_zero_action_filter", "normalize_bounds", "normalize_bounds_q99",
      "normalize_normal",
    ]
    #expect(helpers == others.union(Self.trials.map(\.helper)))
  }

  @Test func `velocities in the wrist's frame multiply in the reference's order`() throws {
    // The reference's float32 sine is not ours, so that not all bits can agree. Rᵀ·(dR·R) with fused products has
    // the most: 317 of 540 values. (Rᵀ·dR)·R has 247, Rᵀ·(dR·R) without fusing 222.
    let vectors = try HelperVectors("velocity_act_to_wrist_frame")
    let vector = try #require(vectors.cases.first { $0.name == "random" }?.case)
    let found = try bits(rows("wrist_frame(velocity, wrist)", vectors.episode("random", vector)).values)
    let expected = try bits(vectors.output("random").values)
    #expect(zip(found, expected).count { $0 == $1 } == 317)
  }

  @Test func `whole numbers can be inverted once they are floats`() throws {
    let vectors = try HelperVectors("invert_gripper_actions")
    let vector = try #require(vectors.cases.first { $0.name == "int64" }?.case)
    let found = try rows("invert(float(actions))", vectors.episode("int64", vector))
    #expect(try found.values == vectors.output("int64").values)
  }
}
