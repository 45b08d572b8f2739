import ManifestSyntax
import Testing

@testable import DatasetManifest

@Suite struct RotationTests {
  /// The value of `expression` with `x` being one float32 row of `shape`.
  private func value(_ expression: String, x: [Float], _ shape: [Int]) throws -> [Double] {
    try rows(expression, TableEpisode(stepCount: 1, ["steps/x": .floats(x, shape)])).values
  }

  private func isNear(_ a: [Double], _ b: [Double]) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) < 1e-6 }
  }

  private let right = Float.pi / 2

  @Test func `angles turn about x first and about z last`() throws {
    // Roll 90°, yaw 90°: Rz·Rx = [0 −1 0; 1 0 0; 0 0 1]·[1 0 0; 0 0 −1; 0 1 0] = [0 0 1; 1 0 0; 0 1 0].
    let matrix = try value("flatten(rotation_from_euler(x))", x: [right, 0, right], [3])
    #expect(isNear(matrix, [0, 0, 1, 1, 0, 0, 0, 1, 0]))
    // Pitch 90°: Ry = [0 0 1; 0 1 0; −1 0 0].
    let pitched = try value("flatten(rotation_from_euler(x))", x: [0, right, 0], [3])
    #expect(isNear(pitched, [0, 0, 1, 0, 1, 0, -1, 0, 0]))
  }

  @Test func `a matrix gives back its angles`() throws {
    // r20 = 0, so no pitch; roll = atan2(r21, r22) = atan2(1, 0), yaw = atan2(r10, r00) = atan2(1, 0).
    let angles = try value("euler_from_rotation(x)", x: [0, 0, 1, 1, 0, 0, 0, 1, 0], [3, 3])
    #expect(isNear(angles, [.pi / 2, 0, .pi / 2]))
    // r20 = −1 is a pitch of 90° exactly: all of the turn is roll, atan2(r01, r02) = atan2(0, 1) = 0.
    let upright = try value("euler_from_rotation(x)", x: [0, 0, 1, 0, 1, 0, -1, 0, 0], [3, 3])
    #expect(isNear(upright, [0, .pi / 2, 0]))
  }

  @Test func `an inverse is the transpose, and six numbers are the first two rows`() throws {
    let x: [Float] = [1, 2, 3, 4, 5, 6, 7, 8, 9]
    #expect(try value("inverse_rotation(x)[0]", x: x, [3, 3]) == [1, 2, 3])
    #expect(try value("flatten(inverse_rotation(x))", x: x, [3, 3]) == [1, 4, 7, 2, 5, 8, 3, 6, 9])
    #expect(try value("rotation_6d(x)", x: x, [3, 3]) == [1, 2, 3, 4, 5, 6])
  }

  @Test func `velocities are seen from the wrist`() throws {
    // The wrist is turned by a yaw of 90°: R = [0 −1 0; 1 0 0; 0 0 1], Rᵀ = [0 1 0; −1 0 0; 0 0 1].
    // Rᵀ·(1, 2, 3) = (2, −1, 3). A roll of 90°, dR = [1 0 0; 0 0 −1; 0 1 0]: dR·R = [0 −1 0; 0 0 −1; 1 0 0],
    // Rᵀ·(dR·R) = [0 0 −1; 0 1 0; 1 0 0], of which two rows are given.
    let x: [Float] = [1, 2, 3, right, 0, 0, 9, 9, 9, 0, 0, right]
    let found = try value("wrist_frame(x[:6], x[6:])", x: x, [12])
    #expect(isNear(found, [2, -1, 3, 0, 0, -1, 0, 1, 0]))
  }

  @Test func `products of float32 matrices are fused, those of float64 are not`() {
    // a = 1 + 2⁻¹²: a² = 1 + 2⁻¹¹ + 2⁻²⁴, whose last bit float32 cannot hold. −1 + a² keeps it when fused. For
    // float64 the same with a = 1 + 2⁻²⁷: the last bit, 2⁻⁵⁴, is lost.
    let a = Float(1) + 0x1p-12
    let single = RotationMatrix<Float>(values: [1, a, 0, 0, 1, 0, 0, 0, 1])
    #expect(single.turned(-1, a, 0)[0] == 0x1p-11 + 0x1p-24)
    let b = 1 + 0x1p-27
    let double = RotationMatrix<Double>(values: [1, b, 0, 0, 1, 0, 0, 0, 1])
    #expect(double.turned(-1, b, 0)[0] == 0x1p-26)
  }

  @Test func `arrays of rotations keep their leading axes`() throws {
    let found = try rows(
      "rotation_from_euler(x)",
      TableEpisode(stepCount: 1, ["steps/x": .floats([0, 0, 0, 0, 0, 0], [2, 3])]))
    #expect(found.shape == [2, 3, 3])
    #expect(found.values == [1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1].map { $0 })
    let open = ExpressionType(kind: .float32, shape: [nil, nil])
    let signature = try #require(Operation.rotation6D.rotation)
    #expect(signature.shape(from: open.shape) == [6])
  }

  @Test func `a gripper operation wants at least one step`() {
    for name in ["binarize_gripper", "relative_to_absolute_gripper"] {
      let error = #expect(throws: ManifestError.self) {
        try rows(name + "(x)", TableEpisode(stepCount: 0, ["steps/x": .floats([])]))
      }
      #expect(
        error?.description == "test.yaml:1:1: \(name) has no steps to work on; leave the episode out")
    }
  }
}
