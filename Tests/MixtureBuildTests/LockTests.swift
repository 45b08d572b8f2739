import ByteIO
import EpisodeStore
import Foundation
import JSON
import TestSupport
import Testing

@testable import MixtureBuild

@Suite struct LockTests {
  private let lines = "entries: [{dataset: alpha, split: all}, {dataset: beta, split: all}]\n"

  private func workshop() throws -> Workshop {
    try Workshop(TinyStore("alpha", lengths: [2, 3]), TinyStore("beta", lengths: [4]))
  }

  private func problem(_ plan: MixturePlan) -> String {
    do {
      try MixtureLock(plan).check()
      return "none"
    } catch { return "\(error)" }
  }

  @Test func `a lock holds while nothing changes`() throws {
    let workshop = try workshop()
    try MixtureLock(workshop.plan(lines)).write()
    #expect(problem(try workshop.plan(lines)) == "none")
    let root = try JSONNode(file: workshop(MixtureLock.fileName))
    let datasets = root.value["mixtures"]?["m"]?["datasets"]?.elements ?? []
    #expect(root.value["schema"]?.text == "armature.lock/1")
    #expect(datasets.map { $0["dataset"]?.text } == ["alpha", "beta"])
    #expect(datasets[0]["store"]?.text == (try SHA256Digest.hexadecimal(ofFile: workshop("alpha/store.json"))))
    #expect(datasets[1]["frames"]?.integer == 4)
  }

  @Test func `without a lock nothing holds`() throws {
    let workshop = try workshop()
    #expect(problem(try workshop.plan(lines)).contains("there is no lock of `m`; build once without --locked"))
    try MixtureLock(workshop.plan(lines, name: "other")).write()
    #expect(problem(try workshop.plan(lines)).contains("there is no lock of `m`"))
  }

  @Test func `locks of other mixtures stay as they are`() throws {
    let workshop = try workshop()
    let first = try workshop.plan(lines, name: "zeta")
    let second = try workshop.plan(lines + "seed: 2", name: "eta")
    try MixtureLock(first).write()
    let alone = try JSONNode(file: workshop(MixtureLock.fileName)).value["mixtures"]?["zeta"]
    try MixtureLock(second).write()
    let root = try JSONNode(file: workshop(MixtureLock.fileName))
    #expect(root.value["mixtures"]?.members?.map(\.name) == ["eta", "zeta"])
    #expect(root.value["mixtures"]?["zeta"] == alone)
    #expect(problem(first) == "none")
    #expect(problem(second) == "none")
    let bytes = try readBytes(workshop(MixtureLock.fileName))
    try MixtureLock(first).write()
    #expect(try readBytes(workshop(MixtureLock.fileName)) == bytes)
  }

  @Test func `a manifest that changed is named`() throws {
    let workshop = try workshop()
    try MixtureLock(workshop.plan(lines)).write()
    let text = problem(try workshop.plan(lines + "# a comment\n"))
    #expect(text.hasPrefix("\(workshop("m.yaml")): the manifest changed since \(workshop(MixtureLock.fileName)) "))
  }

  @Test func `a store that changed is named`() throws {
    let workshop = try workshop()
    try MixtureLock(workshop.plan(lines)).write()
    try Directory.remove(workshop("beta"))
    try TinyStore("beta", lengths: [4], seed: 5).write(to: workshop.directory.path)
    let text = problem(try workshop.plan(lines))
    #expect(text.hasPrefix("\(workshop("beta")): the store of `beta` changed since "), "\(text)")
  }

  @Test func `statistics that changed are named`() throws {
    let workshop = try workshop()
    try MixtureLock(workshop.plan(lines)).write()
    let file = workshop("alpha/" + StoreIndex.statisticsName)
    try Data(readBytes(file) + [UInt8(ascii: "\n")]).write(to: URL(filePath: file))
    let text = problem(try workshop.plan(lines))
    #expect(text.hasPrefix("\(workshop("alpha")): the statistics of `alpha` changed since "), "\(text)")
  }

  @Test func `a list of episodes that changed is another selection and another mixture`() async throws {
    // Both episodes have as many steps, and the statistics are the store's.
    let workshop = try Workshop(TinyStore(lengths: [3, 3]))
    let listed =
      "entries: [{dataset: alpha, split: all}, {dataset: alpha, split: train, episodes: \"\(workshop("keep.txt"))\"}]"
    try workshop.directory.write(Array("0\n".utf8), to: "keep.txt")
    let before = try workshop.plan(listed)
    try MixtureLock(before).write()
    try await workshop.build(before)
    #expect(problem(try workshop.plan(listed)) == "none")
    try workshop.directory.write(Array("1\n".utf8), to: "keep.txt")
    let after = try workshop.plan(listed)
    #expect(problem(after).hasPrefix("\(workshop("alpha")): the selection of `alpha` changed since "))
    #expect(after.digest != before.digest)
    let error = await #expect(throws: MixtureError.self) { try await workshop.build(after) }
    #expect(error?.description.contains("there is a mixture of other input") == true)
  }

  @Test(arguments: ["{", "[]", #"{"schema": "other/1", "mixtures": {}}"#, #"{"schema": "armature.lock/1"}"#])
  func `a lock file that cannot be read is named`(text: String) throws {
    let workshop = try workshop()
    try workshop.directory.write(Array(text.utf8), to: MixtureLock.fileName)
    let plan = try workshop.plan(lines)
    #expect(problem(plan).hasPrefix(workshop(MixtureLock.fileName)), "\(problem(plan))")
    #expect(throws: (any Error).self) { try MixtureLock(plan).write() }
    #expect(try readBytes(workshop(MixtureLock.fileName)) == Array(text.utf8))
  }
}
