import ManifestSyntax
import TestSupport
import Testing

@testable import DatasetManifest

@Suite struct OperationTests {
  /// The value of `expression` with `x` being float32 rows of `shape`.
  private func value(_ expression: String, x: [Float], _ shape: [Int] = []) throws -> [Double] {
    let count = x.count / shape.reduce(1, *)
    return try rows(expression, TableEpisode(stepCount: count, ["steps/x": .floats(x, shape)])).values
  }

  @Test func `real gripper columns and state differences equal the reference's`() throws {
    let file = try SafetensorsFixture(
      path: Repository.fixture("DatasetManifest/gripper_and_bridge.safetensors"))
    for episode in ["0", "3", "10", "40", "55"] {
      let count = try file.shape("\(episode)/raw")[0]
      let table = TableEpisode(
        stepCount: count,
        [
          "steps/raw": try .tensor("\(episode)/raw", of: file),
          "steps/state": try .tensor("\(episode)/state", of: file),
          "steps/openness01": try .tensor("\(episode)/openness01", of: file),
        ])
      for (name, expression) in [
        ("binarized", "binarize_gripper(openness01)"), ("rel2abs", "relative_to_absolute_gripper(raw)"),
      ] {
        #expect(
          bits(try rows(expression, table).values)
            == bits(try file.floats("\(episode)/\(name)").map(Double.init)))
      }
      let relabelled = try file.floats("\(episode)/bridge_action")
      let differences = try rows("difference(state[:6])", table).values
      let expected = (0..<relabelled.count).filter { $0 % 7 < 6 }.map { Double(relabelled[$0]) }
      #expect(bits(differences) == bits(expected))
    }
  }

  @Test func `a quarter turn about z has the angle pi over 2`() throws {
    // q = (0, 0, sin 45°, cos 45°): a pure rotation about z by 90 degrees.
    let half = Float(0.5).squareRoot()
    let angles = try value("euler_from_quaternion(x)", x: [0, 0, half, half], [4])
    #expect(abs(angles[0]) < 1e-6 && abs(angles[1]) < 1e-6 && abs(angles[2] - .pi / 2) < 1e-6)
  }

  @Test func `arithmetic rounds to the precision of its input`() throws {
    // 1 − 0.1f in float32 is 0.9f (0x3F666666); in float64 it is 0.9 to 53 bits.
    #expect(try value("invert(x)", x: [0.1]) == [Double(1 - Float(0.1))])
    let wide = TableEpisode(
      stepCount: 1, ["steps/x": .numbers(NumberArray(kind: .float64, shape: [], values: [0.1]))])
    #expect(try rows("invert(x)", wide).values == [0.9])
    #expect(try rows("float(x)", wide).values == [Double(Float(0.1))])
    #expect(try value("scale(x, 0.1)", x: [3]) == [Double(Float(3) * Float(0.1))])
  }

  @Test func `slices, indices and joins pick the right columns`() throws {
    let x: [Float] = [1, 2, 3, 4, 5, 6]
    #expect(try value("x[1:]", x: x, [3]) == [2, 3, 5, 6])
    #expect(try value("x[-2:-1]", x: x, [3]) == [2, 5])
    #expect(try value("x[-1]", x: x, [3]) == [3, 6])
    #expect(try value("x[:0]", x: x, [3]) == [])
    #expect(
      try value("concat(x[2], zeros(2), ones(1), pad(1), x[:1])", x: x, [3]) == [
        3, 0, 0, 1, 0, 1, 6, 0, 0, 1, 0, 4,
      ])
    #expect(try value("flatten(x)[3]", x: x, [3, 2]) == [4])
    #expect(try value("x[0]", x: x, [3, 2]) == [1, 3, 5])
    #expect(try value("clip(x, 2, 4.5)", x: [1, 2, 3, 5], []) == [2, 2, 3, 4.5])
  }

  @Test func `bad expressions name the character and the mend`() {
    for (text, column, words) in [
      ("clp(x, 0, 1)", 1, "did you mean `clip`"), ("invert(x, 1)", 11, "`invert(x)`"),
      ("invert()", 1, "`invert(x)`"),
      ("clip(x, 1, 0)", 1, "give low first"), ("zeros(0)", 7, "whole number"),
      ("zeros(x)", 7, "takes a whole number"), ("wrist_frame(x)", 1, "`wrist_frame(velocity, pose)`"),
      ("x[1:2:3]", 2, "stride"), ("x[]", 2, "bad slice"), ("x[1", 4, "expected `]`"),
      ("x y", 3, "unexpected"),
      ("", 1, "found the end"), ("x/'a", 3, "not closed"), ("3x", 1, "expected a feature path"),
      ("x[99999999999999999999]", 3, "not a column number"), ("invert(x", 9, "expected `)`"),
      (String(repeating: "float(", count: 40) + "x", 193, "nested deeper"),
      (String(repeating: "x", count: 5000), 1, "more than 4,096 bytes"),
    ] {
      let error = #expect(throws: ManifestError.self) {
        try ExpressionParser.parse(text, at: ManifestPlace(file: "f", line: 1, column: 1))
      }
      #expect(error?.column == column, "\(text): \(error?.description ?? "")")
      #expect(error?.problem.contains(words) == true, "\(text): \(error?.description ?? "")")
    }
  }

  @Test func `unfit types and shapes are refused`() {
    for (text, words) in [
      ("x[:4]", "there are 3 columns"), ("x[3]", "there are 3 columns"), ("x[2:1]", "bad slice"),
      ("s[0]", "no columns"),
      ("invert(n)", "wrap them in float"), ("binarize_gripper(x)", "takes one column"),
      ("binarize_gripper(w)", "takes float32"), ("euler_from_quaternion(x)", "takes 4 columns"),
      ("code_points(n)", "belongs under `language`"), ("t", "holds byte strings"),
      ("rotation_from_euler(s)", "takes 3 columns roll, pitch, yaw, found shape []"),
      ("euler_from_rotation(x)", "takes matrices of shape [3, 3], found shape [3]"),
      ("rotation_6d(m)", "takes matrices of shape [3, 3], found shape [2, 2]"),
      ("inverse_rotation(n)", "wrap them in float"), ("wrist_frame(x, p)", "takes 6 columns x, y, z"),
      ("wrist_frame(p, p6)", "one precision, found float32 and float64"),
      ("wrist_frame(p, n)", "wrist_frame takes floating-point values, found integer"),
      ("concat(m)", "use flatten"),
      ("inflate(x, 7)", "expects 7 columns"), ("inflate(t, 1)", "step 0: steps/t is not a zlib stream"),
    ] {
      let episode = TableEpisode(
        stepCount: 1,
        [
          "steps/x": .floats([1, 2, 3], [3]), "steps/s": .floats([1]),
          "steps/m": .floats([1, 2, 3, 4], [2, 2]),
          "steps/p": .floats([1, 2, 3, 4, 5, 6], [6]),
          "steps/p6": .numbers(NumberArray(kind: .float64, shape: [6], values: [1, 2, 3, 4, 5, 6])),
          "steps/n": .numbers(NumberArray(kind: .integer, shape: [], values: [1])),
          "steps/w": .numbers(NumberArray(kind: .float64, shape: [], values: [1])), "steps/t": .texts(["a"]),
        ])
      let error = #expect(throws: ManifestError.self) { try rows(text, episode) }
      #expect(error?.problem.contains(words) == true, "\(text): \(error?.description ?? "")")
    }
  }
}
