import Actions
import ByteIO
import Checkpoints
import TestSupport
import Testing

@Suite struct ActionStatisticsTests {
  private let fixture: CheckpointFixture

  init() throws { fixture = try CheckpointFixture("siglip") }

  private func statistics(_ text: String) throws -> ActionStatistics {
    try fixture.write(text, to: CheckpointFolder.statisticsName)
    return try CheckpointFolder(fixture.path).actionStatistics
  }

  private var file: String { "\(fixture.path)/\(CheckpointFolder.statisticsName)" }

  private static let two =
    #"{"z": {"action": {"q01": [0, -1], "q99": [2, 1], "mask": [true, false]}}, "#
    + #""a": {"action": {"mean": [3], "std": [4], "max": [9], "min": [-9], "q01": [-8.5], "q99": [8]}, "#
    + #""num_transitions": 7}}"#

  @Test func `all that a dataset has is read`() throws {
    let (key, full) = try statistics(Self.two).action("a")
    #expect(key == "a")
    #expect(full == (try FeatureStatistics(mean: [3], std: [4], max: [9], min: [-9], q01: [-8.5], q99: [8])))
    #expect(full.mask == nil)
  }

  @Test func `quantiles and mask suffice`() throws {
    let some = try statistics(Self.two).action("z").statistics
    #expect(some.q01 == [0, -1])
    #expect(some.q99 == [2, 1])
    #expect(some.mask == [true, false])
    #expect(some.dimension == 2)
  }

  @Test func `the key may be left out with one dataset only`() throws {
    #expect(try statistics(#"{"one": {"action": {"q01": [0], "q99": [2]}}}"#).action(nil).key == "one")
    let several = try statistics(Self.two)
    #expect(several.keys == ["z", "a"])
    #expect(several.largestDimension == 2)
    let error = #expect(throws: CheckpointError.self) { try several.action(nil) }
    #expect(error?.kind == .usage)
    #expect(
      error?.description == "\(file): the model knows several datasets; choose one with --unnorm-key: a, z")
  }

  @Test func `an unknown key is answered with those that exist`() throws {
    let several = try statistics(Self.two)
    #expect(complaint { _ = try several.action("b") } == "\(file): there is no unnorm key `b`; known are a, z")
    let none = try statistics("{}")
    #expect(none.largestDimension == 0)
    for key in [nil, "b"] {
      #expect(
        complaint { _ = try none.action(key) }
          == "\(file): it has no action statistics; add a dataset_statistics.json")
    }
  }

  static let refusals = [
    (#"[]"#, "an object expected"), (#"{"a": {}}"#, "a: `action` is missing"),
    (#"{"a": {"action": {"q01": [1]}}}"#, "a.action: `q01 and q99` is missing"),
    (#"{"a": {"action": {"q01": 1, "q99": [1]}}}"#, "a.action.q01: an array expected"),
    (#"{"a": {"action": {"q01": ["x"], "q99": [1]}}}"#, "a.action.q01[0]: a number expected"),
    (#"{"a": {"action": {"q01": [], "q99": []}}}"#, "a.action.q01: it has no values"),
    (#"{"a": {"action": {"q01": [NaN], "q99": [1]}}}"#, "a.action.q01[0]: a finite number expected"),
    (#"{"a": {"action": {"q01": [0], "q99": [Infinity]}}}"#, "a.action.q99[0]: a finite number expected"),
    (
      #"{"a": {"action": {"q01": [1, 2], "q99": [1]}}}"#,
      "a.action: statistics max: has 1 columns where 2 are expected"
    ),
    (
      #"{"a": {"action": {"q01": [1], "q99": [1], "mask": [true, true]}}}"#,
      "a.action: statistics mask: has 2 columns where 1 are expected"
    ),
    (#"{"a": {"action": {"q01": [1], "q99": [1], "mask": [1]}}}"#, "a.action.mask[0]: true or false expected"),
  ]

  @Test(arguments: refusals) func `what is no statistics is refused with its place`(_ text: String, _ says: String) {
    #expect(complaint { _ = try statistics(text) } == "\(file): \(says)")
  }
}
