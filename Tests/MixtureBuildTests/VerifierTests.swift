import ByteIO
import Foundation
import JSON
import SampleShards
import TestSupport
import Testing

@testable import MixtureBuild

@Suite struct VerifierTests {
  private func workshop() async throws -> Workshop {
    let workshop = try Workshop(TinyStore("alpha", lengths: [5, 4]), TinyStore("beta", lengths: [6]))
    try await workshop.build(
      workshop.plan("entries: [{dataset: alpha, split: all}, {dataset: beta, split: all}]\nshard_size: 2kB"))
    return workshop
  }

  private func problem(_ workshop: Workshop) -> String {
    do {
      _ = try MixtureVerifier(workshop("out")).verify()
      return "none"
    } catch { return "\(error)" }
  }

  /// Writes another index.
  private func change(_ workshop: Workshop, _ change: (inout MixtureIndex) -> Void) throws {
    var index = try SampleSet(workshop("out")).index
    change(&index)
    try AtomicFile.write(
      Array((index.json.serialized(.indented) + "\n").utf8), to: workshop("out/" + MixtureIndex.fileName))
  }

  @Test func `a sound mixture is counted`() async throws {
    let workshop = try await workshop()
    let report = try MixtureVerifier(workshop("out")).verify()
    let index = try SampleSet(workshop("out")).index
    #expect(report.sampleCount == 15)
    #expect(report.shardCount == index.shards.count)
    #expect(report.shardCount > 1)
    #expect(report.byteCount == index.shards.reduce(0) { $0 + $1.byteCount })
  }

  @Test func `a flipped bit in any file is named`() async throws {
    let workshop = try await workshop()
    for name in try Directory.names(workshop("out")) where name != MixtureIndex.fileName {
      let path = workshop("out/" + name)
      let bytes = try readBytes(path)
      for at in [0, 9, bytes.count / 2, bytes.count - 1] {
        var changed = bytes
        changed[at] ^= 4
        try Data(changed).write(to: URL(filePath: path))
        let text = problem(workshop)
        #expect(text.hasPrefix("\(path): its SHA-256 is "), "\(text)")
        #expect(!text.contains("\n"))
      }
      try Data(bytes).write(to: URL(filePath: path))
    }
    #expect(problem(workshop) == "none")
  }

  @Test func `a file that is missing, cut or too long is named`() async throws {
    let workshop = try await workshop()
    for name in try Directory.names(workshop("out")) where name != MixtureIndex.fileName {
      let path = workshop("out/" + name)
      let bytes = try readBytes(path)
      for changed in [Array(bytes.dropLast()), bytes + [0], []] {
        try Data(changed).write(to: URL(filePath: path))
        #expect(problem(workshop).hasPrefix("\(path): it"), "\(problem(workshop))")
      }
      try Directory.remove(path)
      #expect(problem(workshop).hasPrefix("\(path): the "), "\(problem(workshop))")
      #expect(problem(workshop).contains("is missing"))
      try Data(bytes).write(to: URL(filePath: path))
    }
    try Directory.remove(workshop("out/" + MixtureIndex.fileName))
    #expect(problem(workshop).contains("no complete mixture"))
  }

  @Test func `every byte of the index counts for something that is read`() async throws {
    let workshop = try await workshop()
    let path = workshop("out/" + MixtureIndex.fileName)
    let bytes = try readBytes(path)
    // Cut anywhere it is no JSON any more.
    for count in stride(from: 0, to: bytes.count - 2, by: 97) {
      try Data(bytes.prefix(count)).write(to: URL(filePath: path))
      #expect(problem(workshop).hasPrefix(path), "\(count): \(problem(workshop))")
    }
  }

  @Test func `an index that was edited is found out`() async throws {
    let workshop = try await workshop()
    let path = workshop("out/" + MixtureIndex.fileName)
    let bytes = try readBytes(path)
    let edits: [(change: (inout MixtureIndex) -> Void, words: String)] = [
      ({ $0.manifestText += " " }, "the manifest's text does not fit its digest"),
      ({ $0.statisticsDigest = String(repeating: "0", count: 64) }, "its SHA-256 is "),
      ({ $0.shards[0].sha256 = String(repeating: "0", count: 64) }, "its SHA-256 is "),
      ({ $0.shards[0].byteCount += 1 }, "the index says "),
      ({ ($0.entries[0].quota, $0.entries[1].quota) = (8, 7) }, "`alpha` has 9 samples in the shards, its quota is 8"),
      ({ $0.entries.removeLast() }, "it names a dataset 1 that is not there"),
      ({ $0.shards.removeLast() }, "a mixture whose shards have 15 samples"),
      ({ $0.sampleCount += 1 }, "a mixture whose shards have 16 samples"),
      (
        { index in
          index.shards[0].sampleCount += 1
          for number in index.shards.indices.dropFirst() { index.shards[number].first += 1 }
          index.sampleCount += 1
        }, "the index says "
      ),
      ({ $0.shards[0].file = "../m.yaml" }, "in this directory"),
      ({ $0.layout.chunk = 2 }, "is due"),
      ({ $0.layout.views = ["wrist"] }, "is due"),
    ]
    for (edit, words) in edits {
      try change(workshop, edit)
      let text = problem(workshop)
      #expect(text.contains(words), "\(text)")
      #expect(!text.contains("\n"))
      try Data(bytes).write(to: URL(filePath: path))
    }
    #expect(problem(workshop) == "none")
  }

  @Test func `shards in another order are found out`() async throws {
    let workshop = try await workshop()
    try change(workshop) { index in
      let names = index.shards.map(\.file)
      (index.shards[0].file, index.shards[1].file) = (names[1], names[0])
    }
    #expect(problem(workshop).contains("the index says"))
  }
}
