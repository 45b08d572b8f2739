import ByteIO
import DatasetManifest
import FoundationEssentials
import ManifestSyntax
import TestSupport
import Testing

@Suite struct ManifestTests {
  private static let good = """
    dataset: d
    action: [a]
    views: {primary: observation/image}
    encodings: {action: eef_pos, state: none}

    """

  @Test func `a manifest gives its name, encodings, masks and bytes`() throws {
    let manifest = try DatasetManifest(Self.good)
    #expect(manifest.name == "d")
    #expect(manifest.actionEncoding == .eefPosition)
    #expect(manifest.stateEncoding == StateEncoding.none)
    #expect(manifest.masks.normalize == [true, true, true, true, true, true, false])
    #expect(manifest.masks.absolute == [false, false, false, false, false, false, true])
    #expect(manifest.source == Array(Self.good.utf8))
    let r6 = try DatasetManifest(Self.good.replacing("eef_pos", with: "eef_r6"))
    #expect(r6.masks.normalize == [Bool](repeating: true, count: 9) + [false])
  }

  @Test func `notes and the reason of a refusal are kept`() throws {
    let manifest = try DatasetManifest(
      Self.good
        + "unsupported: \"joint positions\"\nabout: {control_hz: 5, trajectories: 7, licence: CC BY 4.0}\n")
    #expect(manifest.unsupported == "joint positions")
    #expect(manifest.about.controlHz == 5)
    #expect(manifest.about.trajectories == 7)
    #expect(manifest.about.licence == "CC BY 4.0")
  }

  @Test func `given masks take the place of those of the encoding`() throws {
    let manifest = try DatasetManifest(
      Self.good + "masks: {normalize: [true, true, true, true, true, true, true]}\n")
    #expect(manifest.masks.normalize == [Bool](repeating: true, count: 7))
    #expect(manifest.masks.absolute.last == true)
  }

  @Test func `every kind of mistake names line, key and mend`() {
    for (text, expected) in [
      (Self.good + "veiws: {}\n", "test.yaml:5:1: unknown key `veiws`; did you mean `views`"),
      (Self.good + "drop: {frist: 1}\n", "test.yaml:5:8: drop: unknown key `frist`; did you mean `first`"),
      (Self.good + "dataset: e\n", "test.yaml:1:1: dataset: this key is given more than once; keep one"),
      (
        Self.good + "drop: {first: one}\n", "test.yaml:5:15: drop.first: expected a whole number, found `one`"
      ),
      (
        Self.good + "drop: {first: -1}\n", "test.yaml:5:15: drop.first: -1 is out of range; give 0 to 1000000"
      ),
      (
        Self.good + "drop:\n",
        "test.yaml:5:1: drop: expected a mapping with keys among first, last, found nothing"
      ),
      (Self.good + "reward: [r]\n", "test.yaml:5:9: reward: expected an expression, found a list"),
      (
        Self.good + "reward: r[0]\n",
        "test.yaml:5:9: reward: expected a feature path, without slices and functions"
      ),
      (
        Self.good.replacing("[a]", with: "\n  - a\n  - 'invrt(b)'"),
        "test.yaml:4:6: action[1]: unknown function `invrt`; did you mean `invert`"
      ),
      (
        Self.good.replacing("[a]", with: "[]"),
        "test.yaml:2:9: action: the list is empty; give at least one expression"
      ),
      (
        Self.good.replacing("[a]", with: "[difference(a)]"),
        "test.yaml:2:10: action[0]: difference has no value for the last 1 steps; set drop.last to at least that"
      ),
      (
        Self.good.replacing("eef_pos", with: "eef_po"),
        "test.yaml:4:21: encodings.action: unknown name `eef_po`; did you mean `eef_pos`"
      ),
      (
        Self.good.replacing("primary", with: "primry"),
        "test.yaml:3:9: views: unknown key `primry`; did you mean `primary`"
      ),
      (
        Self.good.replacing("action: [a]\n", with: ""),
        "test.yaml:1:1: missing key `action`; it lists the parts of the action"
      ),
      (
        Self.good + "language: invert(a)\n",
        "test.yaml:5:11: language: an instruction is a text feature or code_points(feature)"
      ),
      (
        Self.good + "filters: [{min_step: 2}]\n",
        "test.yaml:5:12: filters[0]: unknown key `min_step`; did you mean `min_steps`"
      ),
      (
        Self.good + "masks: {normalize: [true]}\n",
        "test.yaml:5:8: masks: masks of 1 and 7 columns; make them equally long"
      ),
      (
        Self.good + "about: {control_hz: fast}\n",
        "test.yaml:5:21: about.control_hz: expected a number, found `fast`"
      ),
      (
        Self.good.replacing("dataset: d", with: "dataset: a/b"),
        "test.yaml:1:10: dataset: a dataset's name has letters, digits, `_`, `-` and `.` only"
      ),
      ("dataset: [\n", "test.yaml:2:1: not YAML: did not find expected node content"),
      ("", "test.yaml: the file is empty; a manifest is a mapping of keys"),
      ("- a\n", "test.yaml:1:1: expected a mapping with keys among "),
      (
        Self.good + "a: *b\n",
        "test.yaml:5:4: anchors and aliases are not part of the language; write the value out"
      ),
      ("a: 1\n---\nb: 2\n", "test.yaml:2:1: not YAML: but found another document"),
    ] {
      let error = #expect(throws: ManifestError.self, "\(text)") { try DatasetManifest(text) }
      #expect(error?.description.hasPrefix(expected) == true, "\(error?.description ?? "")")
      #expect(error?.kind == .badData)
    }
  }

  @Test func `a joint encoding needs masks`() {
    let error = #expect(throws: ManifestError.self) {
      try DatasetManifest(Self.good.replacing("eef_pos", with: "joint_pos"))
    }
    #expect(error?.description.hasPrefix("test.yaml:4:12: encodings: the masks are not known") == true)
  }

  @Test func `hostile manifests are refused`() {
    let deep = String(repeating: "[", count: 10_000)
    let balanced = "a: " + String(repeating: "[", count: 500) + String(repeating: "]", count: 500)
    let hiddenDeep = String(repeating: "[ # ]\n", count: 10_000)
    let blocks = (0..<10_000).map { String(repeating: " ", count: $0) + "a:\n" }.prefix(200).joined()
    let dashes = String(repeating: "- ", count: 10_000)
    let questions = String(repeating: "? ", count: 10_000)
    let bomb = "a: &a [x, x]\n" + (1..<40).map { "b\($0): &b\($0) [*a, *a]\n" }.joined()
    let large = String(repeating: "# comment\n", count: 200_000)
    for text in [
      deep, balanced, "a: " + deep, hiddenDeep, blocks, dashes, questions, bomb, large, "a: \u{0}",
      "\u{FEFF}",
    ] {
      #expect(throws: ManifestError.self) { try DatasetManifest(text) }
    }
    #expect(throws: ManifestError.self) { try DatasetManifest(bytes: [0x61, 0x3A, 0x20, 0xFF], file: "f") }
  }

  @Test func `a file that is missing, no file or too large is refused`() throws {
    let directory = try TemporaryDirectory()
    #expect(throws: ManifestError.self) { try DatasetManifest(path: directory.path) }
    let missing = #expect(throws: ManifestError.self) { try DatasetManifest(path: directory("none.yaml")) }
    #expect(missing?.kind == .inputMissing)
    let large = try directory.write([UInt8](repeating: 0x23, count: 2 << 20), to: "large.yaml")
    let error = #expect(throws: ManifestError.self) { try DatasetManifest(path: large) }
    #expect(error?.problem.hasPrefix("the file is larger than 1 MiB") == true)
  }
}
