import ByteIO
import DatasetManifest
import ManifestSyntax
import TestSupport
import Testing

@Suite struct DatasetRegistryTests {
  private static func manifest(_ name: String) -> String {
    "dataset: \(name)\naction: action\nviews: {}\nencodings: {action: eef_pos}\n"
  }

  @Test func `the earlier directory counts, and one that is missing holds nothing`() throws {
    let directory = try TemporaryDirectory()
    for (place, text) in [
      ("a/one.yaml", Self.manifest("one")), ("b/one.yaml", Self.manifest("one") + "language: text\n"),
      ("b/two.yaml", Self.manifest("two")), ("b/notes.txt", "no manifest"),
    ] {
      try Directory.create(Directory.parent(of: directory(place)))
      try AtomicFile.write(Array(text.utf8), to: directory(place))
    }
    let registry = try DatasetRegistry([directory("none"), directory("a"), directory("b")])
    #expect(registry.manifests.map(\.name) == ["one", "two"])
    #expect(registry["one"]?.file == directory("a/one.yaml"))
    #expect(registry["three"] == nil)
    #expect(registry.nearest(to: "twoo") == "two")
  }

  @Test func `a manifest whose file is called otherwise is refused`() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write(Array(Self.manifest("one").utf8), to: "two.yaml")
    let error = #expect(throws: ManifestError.self) { try DatasetRegistry([directory.path]) }
    #expect(
      error?.description
        == "\(path): dataset: the file is called `two.yaml`, its dataset `one`; make them equal")
  }

  @Test func `a rule on a feature that may be absent keeps all episodes where it is`() throws {
    let text =
      Self.manifest("d") + "filters:\n  - require: {feature: /success, equals: true, if_present: true}\n"
    let manifest = try DatasetManifest(bytes: Array(text.utf8), file: "d.yaml")
    let action = FeatureValues.floats([Float](repeating: 0, count: 7), [7])
    func outcome(_ success: Double?) throws -> StandardizationOutcome {
      var episode = TableEpisode(stepCount: 1, ["steps/action": action])
      episode.table["success"] = success.map {
        .numbers(NumberArray(kind: .bool, shape: [], values: [$0]))
      }
      try manifest.check(against: episode.schema)
      return try manifest.standardize(episode)
    }
    guard case .kept = try outcome(nil), case .kept = try outcome(1) else {
      Issue.record("an episode was dropped")
      return
    }
    #expect(try outcome(0) == .dropped(reason: "require: /success is not `true`"))
  }

  @Test func `a dictionary in the place of a feature is answered with its features`() throws {
    let manifest = try DatasetManifest(bytes: Array(Self.manifest("d").utf8), file: "d.yaml")
    let schema = ["grip", "move"].map {
      FeatureDeclaration(name: "steps/action/\($0)", form: .numbers(.float32, shape: [3]))
    }
    let error = #expect(throws: ManifestError.self) { try manifest.check(against: schema) }
    #expect(
      error?.description
        == "d.yaml:2:9: action: `action` is a dictionary; name its features, such as `action/grip`, `action/move`")
  }
}
