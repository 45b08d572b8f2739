import ByteIO
import FoundationEssentials
import ManifestSyntax
import TestSupport
import Testing

@testable import DatasetManifest

@Suite struct OperationTests {
  /// The value of `expression` over an episode.
  private func rows(_ expression: String, _ episode: TableEpisode) throws -> Rows {
    let part = try ExpressionParser.parse(
      expression, at: ManifestPlace(file: "test.yaml", line: 1, column: 1))
    return try Evaluation(reader: FeatureReader(episode: episode, first: 0), part: part).rows()
  }

  /// The value of `expression` with `x` being float32 rows of `shape`.
  private func value(_ expression: String, x: [Float], _ shape: [Int] = []) throws -> [Double] {
    let count = x.count / shape.reduce(1, *)
    return try rows(expression, TableEpisode(stepCount: count, ["steps/x": .floats(x, shape)])).values
  }

  private struct Cases: Decodable {
    struct Case: Decodable {
      let raises: String?
      let out_strings: [String: [String]]?
    }
    let cases: [String: Case]
  }

  private func vectors(_ helper: String) throws -> (cases: [String: Cases.Case], file: SafetensorsFixture) {
    let path = Repository.fixture("DatasetManifest/\(helper)")
    let json = try JSONDecoder().decode(Cases.self, from: Data(readBytes(path + ".json")))
    return (json.cases, try SafetensorsFixture(path: path + ".safetensors"))
  }

  @Test(arguments: [
    ("binarize_gripper_actions", "binarize_gripper(x)", ["empty"]),
    ("rel2abs_gripper_actions", "relative_to_absolute_gripper(x)", ["empty"]),
    ("invert_gripper_actions", "invert(x)", ["int64"]),
    ("clip_then_invert", "invert(clip(x, 0, 1))", []),
  ])
  func `gripper operations equal the reference's`(helper: String, expression: String, except: [String]) throws {
    let (cases, file) = try vectors(helper)
    for (name, vector) in cases where !except.contains(name) {
      let input = "\(name)/in/actions"
      guard file.contains(input) else { continue }
      let count = try file.shape(input)[0]
      let episode = TableEpisode(stepCount: count, ["steps/x": try .tensor(input, of: file)])
      if vector.raises != nil {
        #expect(throws: ManifestError.self, "\(name)") { try rows(expression, episode) }
        continue
      }
      let found = try rows(expression, episode)
      guard case .numbers(let expected) = try FeatureValues.tensor("\(name)/out", of: file) else { continue }
      #expect(bits(found.values) == bits(expected.values), "\(name)")
    }
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

  @Test func `euler angles are within 5e-7 of the reference's`() throws {
    let (cases, file) = try vectors("euler_from_quaternion")
    for name in cases.keys where name != "batch_2_3" {
      let input = "\(name)/in/quaternions"
      guard file.contains(input) else { continue }
      let episode = TableEpisode(
        stepCount: try file.shape(input)[0], ["steps/q": try .tensor(input, of: file)])
      if cases[name]?.raises != nil {
        #expect(throws: ManifestError.self) { try rows("euler_from_quaternion(q)", episode) }
        continue
      }
      let found = try rows("euler_from_quaternion(q)", episode).values
      guard case .numbers(let expected) = try FeatureValues.tensor("\(name)/out", of: file) else { continue }
      let far = zip(found, expected.values).filter { a, b in !(abs(a - b) <= 5e-7) && !(a.isNaN && b.isNaN) }
      #expect(found.count == expected.values.count && far.isEmpty, "\(name): \(far)")
    }
  }

  @Test func `a quarter turn about z has the angle pi over 2`() throws {
    // q = (0, 0, sin 45°, cos 45°): a pure rotation about z by 90 degrees.
    let half = Float(0.5).squareRoot()
    let angles = try value("euler_from_quaternion(x)", x: [0, 0, half, half], [4])
    #expect(abs(angles[0]) < 1e-6 && abs(angles[1]) < 1e-6 && abs(angles[2] - .pi / 2) < 1e-6)
  }

  @Test func `zlib strings unpack or are refused as in the reference`() throws {
    let (cases, file) = try vectors("kuka_inflate")
    for (name, vector) in cases where name != "two_poses_in_one_string_reshape_to_more_rows" {
      var table: [String: FeatureValues] = [:]
      var count = 0
      for key in ["pose", "gripper"] {
        let blob = try file.bytes("\(name)/in/\(key).blob")
        let offsets = try file.integers("\(name)/in/\(key).offsets").map(Int.init)
        count = offsets.count - 1
        table["steps/" + key] = .strings((0..<count).map { Array(blob[offsets[$0]..<offsets[$0 + 1]]) })
      }
      let episode = TableEpisode(stepCount: count, table)
      if vector.raises != nil {
        #expect(throws: ManifestError.self, "\(name)") {
          _ = try rows("concat(inflate(pose, 7), inflate(gripper, 1))", episode)
        }
        continue
      }
      #expect(
        bits(try rows("inflate(pose, 7)", episode).values)
          == bits(try file.floats("\(name)/out/pose").map(Double.init)))
      #expect(
        bits(try rows("inflate(gripper, 1)", episode).values)
          == bits(try file.floats("\(name)/out/gripper").map(Double.init)))
    }
  }

  @Test func `code points become the reference's text`() throws {
    let (cases, file) = try vectors("language_table_decode")
    for (name, vector) in cases {
      let input = "\(name)/in/instruction"
      let width = try file.shape(input)[1]
      let points = try file.shortIntegers(input).map(Double.init)
      for (row, text) in (vector.out_strings?["language_instruction"] ?? []).enumerated() {
        #expect(utf8(codePoints: points[row * width..<(row + 1) * width]) == Array(text.utf8), "\(name)")
      }
      #expect(vector.out_strings != nil)
    }
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
      ("zeros(x)", 7, "takes a whole number"),
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
      ("concat(m)", "use flatten"),
      ("inflate(x, 7)", "expects 7 columns"), ("inflate(t, 1)", "step 0: steps/t is not a zlib stream"),
    ] {
      let episode = TableEpisode(
        stepCount: 1,
        [
          "steps/x": .floats([1, 2, 3], [3]), "steps/s": .floats([1]),
          "steps/m": .floats([1, 2, 3, 4], [2, 2]),
          "steps/n": .numbers(NumberArray(kind: .integer, shape: [], values: [1])),
          "steps/w": .numbers(NumberArray(kind: .float64, shape: [], values: [1])), "steps/t": .texts(["a"]),
        ])
      let error = #expect(throws: ManifestError.self) { try rows(text, episode) }
      #expect(error?.problem.contains(words) == true, "\(text): \(error?.description ?? "")")
    }
  }
}
