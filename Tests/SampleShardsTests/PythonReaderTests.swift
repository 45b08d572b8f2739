import ByteIO
import JSON
import MixtureSupport
import SampleShards
import TestSupport
import Testing

@Suite struct PythonReaderTests {
  private static let modules = "import numpy, safetensors"

  @Test(.enabled(if: Python.can(modules), Comment(rawValue: Python.note("numpy and safetensors"))))
  func `the Python reader passes its own tests`() throws {
    let run = try Python.run(["-m", "unittest", "test_armature_shards"])
    #expect(run.status == 0, "\(run.complaint)")
  }

  /// Prints each sample of the mixture that is named, in the order of rank 1 of 2.
  private static let script = """
    import json, sys
    from armature_shards import ArmatureStream, keep_bytes
    def plain(value):
        if isinstance(value, bytes): return value.hex()
        if isinstance(value, list): return [plain(item) for item in value]
        if hasattr(value, "tobytes"): return [value.dtype.str, list(value.shape), value.tobytes().hex()]
        return value
    for sample in ArmatureStream(sys.argv[1], 1, 2, start=(0, 3), decode=keep_bytes):
        print(json.dumps({key: plain(value) for key, value in sample.items()}))
    """

  @Test(
    .enabled(if: Python.can(modules), Comment(rawValue: Python.note("numpy and safetensors"))),
    arguments: [SampleLayout.Form.encoded, .pixels(height: TinyMixture.height, width: TinyMixture.width)], [1, 3])
  func `the Python reader finds what was written`(_ form: SampleLayout.Form, _ window: Int) throws {
    let directory = try TemporaryDirectory()
    let mixture = TinyMixture(window: window, form: form, hasGoal: true)
    try mixture.write(to: directory("m"))
    let run = try Python.run(["-c", Self.script, directory("m")])
    #expect(run.status == 0, "\(run.complaint)")
    let lines = run.output.split(separator: "\n")
    let positions = Array(stride(from: 4, to: 21, by: 2))  // From place 3 on, the second of every two.
    try #require(lines.count == positions.count)
    for (line, position) in zip(lines, positions) {
      let sample = try JSONValue(parsing: Array(line.utf8), file: "line")
      func array(_ type: String, _ shape: [Int], _ bytes: [UInt8]) -> JSONValue {
        [.string(type), .array(shape.map { JSONValue($0) }), .string(hexadecimal(bytes))]
      }
      let k = mixture.layout.actionCount
      #expect(sample["position"] == JSONValue(position))
      #expect(sample["epoch"] == 0)
      #expect(
        sample["action"] == array("<f4", [k, 3], mixture.action(position).flatMap { littleEndian($0.bitPattern) }))
      #expect(sample["action_bin"] == array("|u1", [k, 3], mixture.bins(position)))
      #expect(sample["action_valid"] == array("|u1", [k], mixture.valid(position)))
      #expect(
        sample["proprio"]
          == array(
            "<f4", window == 1 ? [2] : [window, 2], mixture.proprio(position).flatMap { littleEndian($0.bitPattern) }))
      #expect(
        sample["observation_valid"]
          == (window == 1 ? nil : array("|u1", [window], mixture.observationValid(position))))
      #expect(sample["instruction"] == .string(mixture.instruction(position) ?? ""))
      #expect(sample["dataset"] == .string(TinyMixture.datasets[mixture.dataset(position)]))
      #expect(sample["episode_ordinal"] == .integer(Int64(mixture.episode(position))))
      #expect(sample["step_index"] == .integer(Int64(mixture.step(position))))
      #expect(sample["goal.step"] == .integer(Int64(mixture.goalStep(position))))
      for (picture, count) in mixture.layout.pictures {
        let frames = try (0..<count).map { try mixture.frame(picture, position, $0) }
        if form == .encoded {
          let values = frames.map { $0.isEmpty ? .null : JSONValue.string(hexadecimal($0)) }
          #expect(sample[picture] == (count == 1 ? values[0] : .array(values)))
        } else {
          #expect(sample[picture] == array("|u1", (count == 1 ? [] : [count]) + [6, 5, 3], frames.flatMap { $0 }))
        }
      }
    }
  }
}

/// Two lower-case digits a byte.
private func hexadecimal(_ bytes: [UInt8]) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
