import ByteIO
import Foundation
import JSON
import SampleShards
import TestSupport
import Testing

@testable import MixtureBuild

@Suite struct BuildTests {
  /// Two stores, and a mixture of eight or so shards.
  private func workshop() throws -> Workshop {
    try Workshop(TinyStore("alpha", lengths: [5, 4, 6]), TinyStore("beta", lengths: [3, 8], proprio: 3))
  }

  private let lines =
    "entries: [{dataset: alpha, split: all}, {dataset: beta, split: all}]\nseed: 3\nsamples: 61\nchunk: 2\n"
    + "goal: uniform\nshard_size: 2kB\n"

  private func message(_ body: () async throws -> Void) async -> String {
    do {
      try await body()
      return "no error"
    } catch { return "\(error)" }
  }

  // MARK: - Workers and parts

  @Test(arguments: [
    "", "image: {form: jpeg, size: [8, 8]}", "image: {form: raw, size: [4, 4]}\ncompression: zstd:3",
    "views: [primary, wrist]\nwindow: 2",
  ])
  func `the bytes do not depend on the number of workers`(form: String) async throws {
    let workshop = try workshop()
    let plan = try workshop.plan(lines + form)
    var digests: [[String: String]] = []
    for workers in [1, 2, 7] {
      let report = try await workshop.build(plan, "out\(workers)") { $0.workers = workers }
      #expect(report.shardCount > 2)
      #expect(report.index != nil)
      digests.append(try workshop.digests("out\(workers)"))
    }
    #expect(digests[0].count > 4)
    #expect(digests[1] == digests[0])
    #expect(digests[2] == digests[0])
  }

  @Test func `a copy of the stores elsewhere gives the same bytes`() async throws {
    let workshop = try workshop()
    try FileManager.default.createDirectory(atPath: workshop("copy"), withIntermediateDirectories: true)
    for name in ["alpha", "beta"] {
      try FileManager.default.copyItem(atPath: workshop(name), toPath: workshop("copy/" + name))
    }
    let manifest = try workshop.manifest(text: "name: m\nstores: ${HERE}\n" + lines)
    for (out, here) in [("a", workshop.directory.path), ("b", workshop("copy"))] {
      try await workshop.build(MixturePlan(manifest, lookup: { $0 == "HERE" ? here : nil }), out)
    }
    #expect(try workshop.digests("a") == workshop.digests("b"))
  }

  @Test func `parts built one by one in a directory are the whole`() async throws {
    let workshop = try workshop()
    let plan = try workshop.plan(lines)
    try await workshop.build(plan, "whole")
    for rank in [2, 0, 1] {
      let report = try await workshop.build(plan, "parts") { ($0.rank, $0.world) = (rank, 3) }
      #expect((report.index != nil) == (rank == 1))
      #expect((report.doneCount == report.shardCount) == (rank == 1))
      #expect((Directory.entry(workshop("parts/" + MixtureIndex.fileName)) == .file) == (rank == 1))
    }
    #expect(try workshop.digests("parts") == workshop.digests("whole"))
    #expect(try MixtureVerifier(workshop("parts")).verify().sampleCount == 61)
  }

  @Test func `parts built in several directories are the whole when they are put together`() async throws {
    let workshop = try workshop()
    let plan = try workshop.plan(lines)
    try await workshop.build(plan, "whole")
    for rank in 0..<3 {
      let report = try await workshop.build(plan, "part\(rank)") { ($0.rank, $0.world) = (rank, 3) }
      #expect(report.index == nil)
      #expect((1..<report.shardCount).contains(report.doneCount))
    }
    // As `cp -r part0/. part1/. part2/. all` does.
    for rank in 0..<3 {
      for place in ["", "/.build"] {
        try Directory.create(workshop("all" + place))
        for name in try FileManager.default.contentsOfDirectory(atPath: workshop("part\(rank)\(place)")) {
          let (from, to) = (workshop("part\(rank)\(place)/\(name)"), workshop("all\(place)/\(name)"))
          guard Directory.entry(from) == .file, Directory.entry(to) == .missing else { continue }
          try FileManager.default.copyItem(atPath: from, toPath: to)
        }
      }
    }
    let before = try workshop.digests("all").filter { $0.key.hasPrefix("samples-") }
    #expect(try await workshop.build(plan, "all").index != nil)
    #expect(try workshop.digests("all") == workshop.digests("whole"))
    #expect(before.count == (try workshop.digests("whole")).count - 2)
    #expect(Directory.entry(workshop("all/.build")) == .missing)
  }

  @Test func `shards that were not copied along are built again`() async throws {
    let workshop = try workshop()
    let plan = try workshop.plan(lines)
    try await workshop.build(plan, "whole")
    for rank in 0..<2 { try await workshop.build(plan, "out") { ($0.rank, $0.world) = (rank, 3) } }
    // The records of parts are there, one shard is not, and one was cut.
    let names = try Directory.names(workshop("out")).filter { $0.hasPrefix("samples-") }.sorted()
    try Directory.remove(workshop("out/" + names[0]))
    try Data(readBytes(workshop("out/" + names[1])).dropLast()).write(to: URL(filePath: workshop("out/" + names[1])))
    #expect(try await workshop.build(plan, "out") { ($0.rank, $0.world) = (2, 3) }.index == nil)
    #expect(Directory.entry(workshop("out/" + MixtureIndex.fileName)) == .missing)
    #expect(try await workshop.build(plan, "out").index != nil)
    #expect(try workshop.digests("out") == workshop.digests("whole"))
  }

  @Test(arguments: [(0, 0), (-1, 2), (2, 2), (0, -1)])
  func `parts that there are not are refused`(rank: Int, world: Int) async throws {
    let workshop = try workshop()
    let plan = try workshop.plan(lines)
    let error = await #expect(throws: MixtureError.self) {
      try await workshop.build(plan) { ($0.rank, $0.world) = (rank, world) }
    }
    #expect(error?.kind == .usage)
    #expect(Directory.entry(workshop("out")) == .missing)
  }

  // MARK: - Going on

  @Test func `a build that was stopped goes on`() async throws {
    let workshop = try workshop()
    let plan = try workshop.plan(lines)
    try await workshop.build(plan, "whole")
    try await workshop.build(plan) { ($0.rank, $0.world) = (0, 2) }
    // As if it had been stopped between a shard and the note of it, and within a shard.
    let parts = try FileManager.default.contentsOfDirectory(atPath: workshop("out/.build")).filter {
      $0.hasPrefix("part-")
    }
    #expect(parts.count > 1)
    try Directory.remove(workshop("out/.build/" + parts[0]))
    let last = try #require(try Directory.names(workshop("whole")).filter { $0.hasPrefix("samples-") }.max())
    try workshop.directory.write([1, 2, 3], to: "out/\(last).partial")
    let report = try await workshop.build(plan) { $0.workers = 2 }
    #expect(!report.wasComplete)
    #expect(try workshop.digests("out") == workshop.digests("whole"))
    // Once more: it is complete.
    let again = try await workshop.build(plan)
    #expect(again.wasComplete)
    #expect(again.byteCount == report.byteCount)
    #expect(try workshop.digests("out") == workshop.digests("whole"))
  }

  @Test func `a build that was begun for another manifest starts anew`() async throws {
    let workshop = try workshop()
    try await workshop.build(workshop.plan(lines)) { ($0.rank, $0.world) = (0, 2) }
    let other = try workshop.plan(lines.replacingOccurrences(of: "seed: 3", with: "seed: 4"))
    try await workshop.build(other)
    try await workshop.build(other, "whole")
    #expect(try workshop.digests("out") == workshop.digests("whole"))
  }

  @Test func `another mixture's directory is refused`() async throws {
    let workshop = try workshop()
    let plan = try workshop.plan(lines)
    try await workshop.build(plan)
    let before = try workshop.digests("out")
    let other = try workshop.plan(lines + "drop_noops: true")
    let error = await #expect(throws: MixtureError.self) { try await workshop.build(other) }
    #expect(error?.kind == .outputUnavailable)
    #expect(error?.description.contains("\(workshop("out")): there is a mixture of other input (`m`)") == true)
    #expect(try workshop.digests("out") == before)
  }

  @Test func `a foreign directory is refused`() async throws {
    let workshop = try workshop()
    try Directory.create(workshop("out"))
    try workshop.directory.write([1], to: "out/thesis.tex")
    let plan = try workshop.plan(lines)
    let error = await #expect(throws: MixtureError.self) { try await workshop.build(plan) }
    #expect(error?.kind == .outputUnavailable)
    #expect(error?.description.contains("the directory holds `thesis.tex` and no mixture") == true)
    #expect(try Directory.names(workshop("out")) == ["thesis.tex"])
  }

  @Test func `a complete mixture with a shard missing or cut says so`() async throws {
    let workshop = try workshop()
    let plan = try workshop.plan(lines)
    let index = try #require(try await workshop.build(plan).index)
    let shard = workshop("out/" + index.shards[1].file)
    try Data(readBytes(shard).dropLast()).write(to: URL(filePath: shard))
    #expect(await message { try await workshop.build(plan) }.hasPrefix("\(shard): the shard is missing or was cut"))
    try Directory.remove(shard)
    #expect(await message { try await workshop.build(plan) }.hasPrefix("\(shard): the shard is missing or was cut"))
  }

  // MARK: - The plan alone

  @Test func `a plan alone has everything but shards`() async throws {
    let workshop = try workshop()
    let plan = try workshop.plan(lines)
    let report = try await workshop.build(plan) { $0.content = .plan }
    let whole = try #require(try await workshop.build(plan, "whole").index)
    let index = try SampleSet(workshop("out")).index
    #expect(try Directory.names(workshop("out")).sorted() == [MixtureIndex.statisticsName, MixtureIndex.fileName])
    #expect(report.index?.shards.isEmpty == true)
    #expect(index.sampleCount == 61)
    #expect(index.planDigest == whole.planDigest)
    #expect(index.entries == whole.entries)
    #expect(index.statisticsDigest == whole.statisticsDigest)
    #expect(try MixtureVerifier(workshop("out")).verify().shardCount == 0)
    // Neither becomes the other.
    #expect(await message { try await workshop.build(plan) }.contains("there is a mixture of other input"))
    #expect(
      await message { try await workshop.build(plan, "whole") { $0.content = .plan } }
        .contains("there is a mixture of other input"))
  }

  @Test func `the index says what went in`() async throws {
    let workshop = try workshop()
    let plan = try workshop.plan(lines + "image: {form: jpeg, size: [8, 9], quality: 80}")
    let index = try #require(try await workshop.build(plan).index)
    let read = try SampleSet(workshop("out")).index
    #expect(read.json == index.json)
    #expect(Array(read.manifestText.utf8) == (try readBytes(workshop("m.yaml"))))
    #expect(read.seed == 3)
    #expect(read.images == "jpeg:80:8x9")
    #expect(read.goal == "uniform")
    #expect(read.padding == "repeat")
    #expect(read.normalization == "bounds_q99")
    #expect(read.layout == plan.layout)
    #expect(read.entries.map(\.dataset) == ["alpha", "beta"])
    #expect(read.entries[0].storeDigest == (try SHA256Digest.hexadecimal(ofFile: workshop("alpha/store.json"))))
    #expect(read.entries.map(\.frameCount) == [15, 11])
    // 61 · 15 / 26 = 35.19 and 61 · 11 / 26 = 25.81.
    #expect(read.entries.map(\.quota) == [35, 26])
    #expect(read.shards.map(\.sampleCount).reduce(0, +) == 61)
  }

  // MARK: - Stores that changed

  @Test(arguments: ["episodes-00001-of-00002.safetensors", "statistics.json", "catalog.sqlite"])
  func `a store's file that was altered is named before anything is written`(file: String) async throws {
    let workshop = try workshop()
    let path = workshop("alpha/" + file)
    let bytes = try readBytes(path)
    for begun in [false, true] {
      if begun {
        try Data(bytes).write(to: URL(filePath: path))
        try await workshop.build(workshop.plan(lines)) { ($0.rank, $0.world) = (0, 2) }
      }
      // In the numbers of the last tensor, in a digit, in the last page.
      var changed = bytes
      let at = file.hasSuffix(".json") ? (bytes.lastIndex(of: UInt8(ascii: "8")) ?? 0) : bytes.count - 1
      changed[at] ^= 1
      try Data(changed).write(to: URL(filePath: path))
      let names = begun ? try Directory.names(workshop("out")) : []
      let text = await message { try await workshop.build(workshop.plan(lines)) }
      #expect(text.hasPrefix("\(path): it was altered: its SHA-256 is "), "\(text)")
      if begun {
        #expect(try Directory.names(workshop("out")) == names)
      } else {
        #expect(Directory.entry(workshop("out")) == .missing)
      }
    }
  }

  @Test(arguments: ["episodes-00001-of-00002.safetensors", "statistics.json", "catalog.sqlite", "store.json"])
  func `a store's file that is missing or cut is named before anything is written`(file: String) async throws {
    let workshop = try workshop()
    let path = workshop("alpha/" + file)
    let bytes = try readBytes(path)
    for count in [bytes.count - 1, bytes.count / 2, 0] {
      try Data(bytes.prefix(count)).write(to: URL(filePath: path))
      let text = await message { try await workshop.build(workshop.plan(lines)) }
      #expect(text.hasPrefix(path + ":"), "\(text)")
      #expect(!text.contains("\n"))
      #expect(Directory.entry(workshop("out")) == .missing)
    }
    try Directory.remove(path)
    let text = await message { try await workshop.build(workshop.plan(lines)) }
    #expect(text.contains(file == "store.json" ? workshop("alpha") : path), "\(text)")
    #expect(text.contains("missing") || text.contains("o such file") || text.contains("no store"), "\(text)")
    #expect(Directory.entry(workshop("out")) == .missing)
  }

  @Test func `a shard that was replaced by another store's is named`() async throws {
    let workshop = try workshop()
    let elsewhere = try Workshop(TinyStore("alpha", lengths: [5, 4, 6], seed: 9))
    let name = "alpha/episodes-00000-of-00002.safetensors"
    try Data(readBytes(elsewhere(name))).write(to: URL(filePath: workshop(name)))
    let text = await message { try await workshop.build(workshop.plan(lines)) }
    #expect(text.hasPrefix(workshop(name) + ":"), "\(text)")
    #expect(Directory.entry(workshop("out")) == .missing)
  }

  @Test func `sizes alone do not find what was altered`() async throws {
    let workshop = try workshop()
    let path = workshop("alpha/episodes-00001-of-00002.safetensors")
    var bytes = try readBytes(path)
    bytes[bytes.count - 1] ^= 1
    try Data(bytes).write(to: URL(filePath: path))
    let report = try await workshop.build(workshop.plan(lines)) { $0.storeCheck = .sizes }
    #expect(report.index != nil)
  }

  @Test func `a store that is not there is named with its entry`() async throws {
    let workshop = try workshop()
    let text = await message { _ = try workshop.plan("entries: [{dataset: gamma}]") }
    #expect(text.contains(workshop("gamma")), "\(text)")
    let manifest = try workshop.manifest(text: "name: m\nentries:\n  - {dataset: alpha}\n  - {dataset: gamma}")
    let looked = await message {
      _ = try MixturePlan(manifest, lookup: { _ in nil }, storeDirectories: [workshop("x"), workshop.directory.path])
    }
    #expect(looked.contains("/m.yaml:4:5: entries[1]: there is no store `gamma` in \(workshop("x")), "), "\(looked)")
    let nowhere = await message { _ = try MixturePlan(manifest, lookup: { _ in nil }) }
    #expect(nowhere.contains("there is no store `alpha` in any place named"), "\(nowhere)")
  }
}
