import ByteIO
import ImageCodec
import JSON
import MixtureSupport
import SampleExport
import SampleShards
import TestSupport
import Testing

/// Exports as the libraries that they are for read them.
@Suite struct LibraryReadBackTests {
  private static let script = Repository.root + "/python/check_exports.py"
  private static let forms: [SampleLayout.Form] = [
    .encoded, .packedPixels(height: TinyMixture.height, width: TinyMixture.width),
  ]

  private func samples(_ mixture: TinyMixture, _ format: SampleExport.Format) throws -> [JSONValue] {
    let directory = try TemporaryDirectory()
    let report = try SampleExport(
      mixture.write(to: directory("m")), format: format, to: directory("e"), .init(samplesPerFile: 8)
    ).run()
    #expect(report.files.count == 3)
    let run = try Python.run([Self.script, format.rawValue, directory("e")])
    #expect(run.status == 0, "\(run.complaint)")
    return try run.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8), file: "line") }
  }

  private func array(_ type: String, _ shape: [Int], _ bytes: [UInt8]) -> JSONValue {
    [.string(type), .array(shape.map { JSONValue($0) }), .string(hexadecimal(bytes))]
  }

  private func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  private func floats(_ shape: [Int], _ values: [Float]) -> JSONValue {
    array("<f4", shape, values.flatMap { littleEndian($0.bitPattern) })
  }

  /// What the sample has for a picture: frames as files, or an array.
  private func frames(
    _ mixture: TinyMixture, _ picture: String, _ count: Int, _ position: Int
  ) throws -> [(suffix: String, value: JSONValue, isMissing: Bool)] {
    if mixture.layout.form == .encoded {
      return try (0..<count).map {
        let bytes = try mixture.frame(picture, position, $0)
        return (count == 1 ? "" : ".\($0)", .string(hexadecimal(bytes)), bytes.isEmpty)
      }
    }
    let pixels = try (0..<count).flatMap {
      try mixture.pixels(picture, position, $0)?.samples ?? [UInt8](repeating: 0, count: 90)
    }
    return [("", array("|u1", (count == 1 ? [] : [count]) + [6, 5, 3], pixels), false)]
  }

  @Test(
    .enabled(
      if: Python.can("import numpy, webdataset"), Comment(rawValue: Python.note("numpy and webdataset"))),
    arguments: forms, [1, 3])
  func `webdataset reads the tar files`(_ form: SampleLayout.Form, _ window: Int) throws {
    let mixture = TinyMixture(window: window, form: form, hasGoal: true)
    let samples = try samples(mixture, .webDataset)
    try #require(samples.count == 21)
    for (position, sample) in samples.enumerated() {
      let k = mixture.layout.actionCount
      #expect(sample["__key__"]?.text?.hasSuffix(String(position)) == true)
      #expect(sample["action.npy"] == floats([k, 3], mixture.action(position)))
      #expect(sample["action_bin.npy"] == array("|u1", [k, 3], mixture.bins(position)))
      #expect(sample["action_valid.npy"] == array("|u1", [k], mixture.valid(position)))
      #expect(sample["proprio.npy"] == floats(window == 1 ? [2] : [window, 2], mixture.proprio(position)))
      #expect(sample["txt"] == .string(mixture.instruction(position) ?? ""))
      #expect(sample["json"]?["dataset"] == .string(TinyMixture.datasets[mixture.dataset(position)]))
      #expect(sample["json"]?["episode_ordinal"] == .integer(Int64(mixture.episode(position))))
      for (picture, count) in mixture.layout.pictures {
        let name = picture.hasPrefix("image.") ? String(picture.dropFirst(6)) : picture
        let suffix = form != .encoded ? ".npy" : position % 2 == 0 ? ".png" : ".jpg"
        for frame in try frames(mixture, picture, count, position) {
          #expect(sample[name + frame.suffix + suffix] == (frame.isMissing ? nil : frame.value))
        }
      }
    }
  }

  @Test(
    .enabled(
      if: Python.can("import numpy, PIL, typing_extensions, importlib.util as u; assert u.find_spec('streaming')"),
      Comment(rawValue: Python.note("numpy, pillow and mosaicml-streaming"))),
    arguments: forms, [1, 3])
  func `MosaicML's reader reads the shards`(_ form: SampleLayout.Form, _ window: Int) throws {
    let mixture = TinyMixture(window: window, form: form, hasGoal: true)
    let samples = try samples(mixture, .mds)
    try #require(samples.count == 21)
    for (position, sample) in samples.enumerated() {
      let k = mixture.layout.actionCount
      #expect(sample["position"] == JSONValue(position))
      #expect(sample["action"] == floats([k, 3], mixture.action(position)))
      #expect(sample["action_bin"] == array("|u1", [k, 3], mixture.bins(position)))
      #expect(sample["action_valid"] == array("|u1", [k], mixture.valid(position)))
      #expect(sample["proprio"] == floats(window == 1 ? [2] : [window, 2], mixture.proprio(position)))
      #expect(sample["instruction"] == .string(mixture.instruction(position) ?? ""))
      #expect(sample["dataset"] == .string(TinyMixture.datasets[mixture.dataset(position)]))
      #expect(sample["episode_ordinal"] == .integer(Int64(mixture.episode(position))))
      #expect(sample["step_index"] == .integer(Int64(mixture.step(position))))
      #expect(sample["goal_step"] == .integer(Int64(mixture.goalStep(position))))
      for (picture, count) in mixture.layout.pictures {
        for frame in try frames(mixture, picture, count, position) {
          #expect(sample[picture + frame.suffix] == frame.value)
        }
      }
    }
  }
}
