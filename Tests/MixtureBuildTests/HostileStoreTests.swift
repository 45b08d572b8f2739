import ByteIO
import EpisodeStore
import TestSupport
import Testing

@testable import MixtureBuild

/// Stores whose index contradicts their files, which no digest shows.
@Suite struct HostileStoreTests {
  private func message(_ workshop: Workshop, _ lines: String = "") async -> String {
    do {
      try await workshop.build(workshop.plan("entries: [{dataset: alpha, split: all}]\nchunk: 3\n" + lines))
      return "no error"
    } catch { return "\(error)" }
  }

  @Test func `masks of another width are refused`() async throws {
    let edits: [@Sendable (inout StoreIndex) -> Void] = [
      { $0.absoluteMask = [] }, { $0.absoluteMask.append(true) }, { $0.normalizationMask = [true] },
      { $0.normalizationMask = [] },
    ]
    for edit in edits {
      let workshop = try Workshop(TinyStore(lengths: [2, 2]))
      try TinyStore.changeIndex(workshop("alpha"), edit)
      for lines in ["", "drop_noops: true", "max_action: 1"] {
        let text = await message(workshop, lines)
        #expect(text.hasPrefix(workshop("alpha/store.json") + ": "), "\(text)")
        #expect(text.contains("mask"), "\(text)")
      }
    }
  }

  @Test func `states of another width are refused`() async throws {
    for width in [0, 1, 3, 1 << 40] {
      let workshop = try Workshop(TinyStore(lengths: [2, 2]))
      try TinyStore.changeIndex(workshop("alpha")) { $0.proprioDimension = width }
      let text = await message(workshop)
      #expect(text.hasPrefix(workshop("alpha")), "\(text)")
      #expect(!text.contains("\n"))
    }
  }

  @Test func `numbers that do not add up are refused`() async throws {
    let edits: [@Sendable (inout StoreIndex) -> Void] = [
      { $0.actionDimension = 2 }, { $0.shards[0].stepCount += 1 }, { $0.shards[0].episodeCount += 1 },
      { $0.splits[0].episodeCount += 1 }, { $0.shards[0].byteCount += 1 }, { $0.shards[0].file = "../alpha/x" },
      { $0.shards[0].file = "" }, { $0.shards.append($0.shards[0]) }, { $0.manifestText = "x" },
      { $0.dataset = "beta" },
    ]
    for (number, edit) in edits.enumerated() {
      let workshop = try Workshop(TinyStore(lengths: [2, 2]))
      try TinyStore.changeIndex(workshop("alpha"), edit)
      let text = await message(workshop)
      #expect(text.contains(workshop("alpha")), "\(number): \(text)")
      #expect(!text.contains("\n"))
      #expect(Directory.entry(workshop("out")) == .missing)
    }
  }

  @Test func `views that the shards do not have count as missing`() async throws {
    let workshop = try Workshop(TinyStore(lengths: [2, 2]))
    try TinyStore.changeIndex(workshop("alpha")) { $0.views.append(("wrist", "steps/wrist")) }
    let plan = try workshop.plan("entries: [{dataset: alpha, split: all}]\nviews: [primary, wrist]")
    #expect(plan.entries[0].store.views == ["primary": .encoded])
    #expect(plan.warnings == ["`alpha` has no view wrist; its samples are black there"])
  }

  @Test func `shards whose views differ in form are refused`() async throws {
    // The second shard is of a store that keeps pixels.
    let workshop = try Workshop(TinyStore(lengths: [2, 2, 2]))
    var other = TinyStore(lengths: [2, 2, 2])
    other.views = [("primary", .pixels)]
    let elsewhere = try Workshop(other)
    let name = "alpha/episodes-00001-of-00002.safetensors"
    let bytes = try readBytes(elsewhere(name))
    try AtomicFile.write(bytes, to: workshop(name))
    try TinyStore.changeIndex(workshop("alpha")) {
      $0.shards[1].byteCount = bytes.count
      $0.shards[1].sha256 = SHA256Digest.hexadecimal(of: bytes)
    }
    for lines in ["", "image: png"] {
      let text = await message(workshop, lines)
      #expect(text.hasPrefix(workshop(name) + ": "), "\(text)")
      #expect(!text.contains("\n"))
    }
  }

  @Test func `any byte of the index may change without a crash`() async throws {
    let workshop = try Workshop(TinyStore(lengths: [2, 1]))
    let path = workshop("alpha/store.json")
    let bytes = try readBytes(path)
    var generator = SeededGenerator(7)
    for _ in 0..<60 {
      var changed = bytes
      changed[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 32..<127, using: &generator)
      try AtomicFile.write(changed, to: path)
      // A plan or one line.
      do { _ = try workshop.plan("entries: [{dataset: alpha, split: all}]\nchunk: 3") } catch {
        #expect(!"\(error)".contains("\n"))
      }
    }
  }
}
