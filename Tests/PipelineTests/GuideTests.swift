import ByteIO
import JSON
import TestSupport
import Testing

/// The guide in docs/manifests.md, done as it says.
@Suite struct GuideTests {
  /// The guide's manifest, without the indentation of its list.
  private func manifest() throws -> String {
    let text = String(decoding: try readBytes(Repository.root + "/docs/manifests.md"), as: UTF8.self)
    let guide = try #require(text.split(separator: "## Add your own dataset in ten minutes").last)
    let block = try #require(guide.split(separator: "```yaml\n").dropFirst().first?.split(separator: "   ```").first)
    return block.split(separator: "\n").map { $0.dropFirst(3) }.joined(separator: "\n") + "\n"
  }

  @Test func `its manifest fits the sample and ends in the statistics of the shipped one`() throws {
    let directory = try TemporaryDirectory()
    let data = Repository.sample("metaworld_button_drawer")
    let first = try manifest()
    #expect(first.hasPrefix("dataset: my_drawer\n"))
    let path = try directory.write(Array(first.utf8), to: "drawer.yaml")
    let check = try Program.rlds.run("registry", "check", data, "--dataset", path)
    expectDone(check)
    #expect(check.output.contains("18 episodes: fits my_drawer"))

    let raw = try Program.rlds.run("ingest", data, "--dataset", path, "--statistics-only", "--json")
    expectDone(raw)
    let column = try #require(try raw.json["statistics"]?["my_drawer"]?["action"]?["min"])
    guard case .array(let minima) = column else { throw GuideError.noStatistics }
    #expect(minima.last?.serialized() == "-1.0")

    let gripper = "action/gripper_closedness_action"
    let mended = first.replacing("- \(gripper)", with: "- invert(clip(\(gripper), 0, 1))")
    #expect(mended != first)
    _ = try directory.write(Array(mended.utf8), to: "drawer.yaml")
    let own = try Program.rlds.run("ingest", data, "--dataset", path, "--statistics-only", "--json")
    let shipped = try Program.rlds.run(
      "ingest", data, "--dataset", "metaworld_button_drawer", "--statistics-only", "--json")
    expectDone(own)
    #expect(
      try own.json["statistics"]?["my_drawer"] == shipped.json["statistics"]?["metaworld_button_drawer"])
    #expect(try own.json["statistics"]?["my_drawer"] != nil)
  }

  private enum GuideError: Error { case noStatistics }
}
