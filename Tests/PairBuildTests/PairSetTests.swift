import Actions
import ByteIO
import EpisodeStore
import ImageCodec
import JSON
import PairShards
import PairSupport
import Preferences
import TensorFiles
import TestSupport
import Testing

@testable import PairBuild

@Suite struct PairSetTests {
  /// Two starts with both outcomes and one without; lengths differ.
  static func fixture(_ form: PairLayout.Form = .encoded) -> RolloutFixture {
    var fixture = RolloutFixture()
    fixture.form = form
    fixture.add("a", start: 1, success: true, length: 3, policy: "expert")
    fixture.add("b", start: 2, success: false, length: 6)
    fixture.add("c", start: 1, success: false, length: 5)
    fixture.add("d", start: 2, success: true, length: 2) { $0.instruction = " go  " }
    fixture.add("e", start: 3, success: true, length: 4)
    return fixture
  }

  @Test(arguments: [PairLayout.Form.encoded, .pixels(height: 4, width: 4)])
  func `every number and frame of a pair is that of the store, normalised once`(_ form: PairLayout.Form) async throws {
    let shop = try PairWorkshop()
    let fixture = Self.fixture(form)
    let set = try await shop.build([fixture.write(to: shop.directory.path)])
    #expect(set.count == 2 && set.index.startCount == 3 && set.index.bothCount == 2)
    #expect(set.index.filters.first { $0.name == "one_sided" }?.count == 1)
    let statistics = try RolloutFixture.statistics(fixture.episodes)
    let normalizer = ActionNormalizer(.boundsQ99, statistics: statistics.action)
    let states = ActionNormalizer(.boundsQ99, statistics: statistics.proprio)
    let tokenizer = try ActionTokenizer(vocabularySize: 32_000)
    var seen: [[Int]] = []
    for position in 0..<set.count {
      let pair = try set.pair(position)
      var ordinals: [Int] = []
      for side in [pair.chosen, pair.rejected] {
        let episode = try set.episode(side.episode)
        let source = fixture.episodes[episode.ordinal]
        #expect(side.steps == 0..<source.action.count && side.mask == [UInt8](repeating: 1, count: side.steps.count))
        var expected = source.action.flatMap(\.self)
        try normalizer.normalize(&expected)
        #expect(try episode.actions(side.steps) == expected)
        #expect(try episode.actionBins(side.steps) == expected.map { UInt8(tokenizer.bin(of: $0)) })
        var state = source.state.flatMap(\.self)
        try states.normalize(&state)
        #expect(try episode.proprio(side.steps) == state)
        #expect(episode.instruction == "go")
        for step in side.steps {
          let pixels = try RolloutFixture.picture(episode.ordinal * 100 + step)
          let frame = try episode.frame("primary", step)
          if form == .encoded {
            #expect(try Bytes(ImageEncoderCheck.png(pixels)) == frame)
          } else {
            #expect(frame.array == pixels.samples)
          }
        }
        ordinals.append(episode.ordinal)
      }
      seen.append(ordinals)
    }
    #expect(Set(seen) == [[0, 2], [3, 1]])
  }

  @Test func `a part of a trajectory keeps its place in the episode, and steps are numbered over the set`() async throws
  {
    let shop = try PairWorkshop()
    var fixture = RolloutFixture()
    fixture.add("a", start: 1, success: true, length: 9)
    fixture.add("b", start: 1, success: false, length: 12)
    let set = try await shop.build(
      [fixture.write(to: shop.directory.path)],
      "name: m\n" + PairWorkshop.rollouts + "strategies: [{name: success_failure, last_steps: 5}]\n")
    let pair = try set.pair(0)
    #expect(pair.rejected.steps == 7..<12)
    let episode = try set.episode(pair.rejected.episode)
    #expect(episode.steps == 7..<12 && set.index.stepCount == 14)
    #expect(episode.stepRow(7) == 9 && episode.stepRow(11) == 13)
    #expect(try episode.frame("primary", 8) == Bytes(ImageEncoderCheck.png(RolloutFixture.picture(108))))
    #expect(throws: PairShardError.self) { try episode.frame("primary", 6) }
    #expect(throws: PairShardError.self) { try episode.actionBins(7..<13) }
    #expect(throws: PairShardError.self) { try episode.frame("wrist", 7) }
  }

  @Test func `equal bytes come of any number of workers and any order of stores`() async throws {
    let shop = try PairWorkshop()
    var first = RolloutFixture("alpha")
    var second = RolloutFixture("beta")
    for number in 0..<24 {
      let success = number % 3 != 0
      if number % 2 == 0 {
        first.add("a\(number)", task: "t\(number % 3)", start: number / 6, success: success, length: 3 + number % 4)
      } else {
        second.add(
          "b\(number)", task: "t\(number % 3)", start: number / 6, success: !success, length: 2 + number % 5,
          seed: UInt64(100 + number))
      }
    }
    let statistics = try RolloutFixture.statistics(first.episodes)
    first.statistics = statistics
    second.statistics = statistics
    let stores = try [first.write(to: shop.directory.path), second.write(to: shop.directory.path)]
    let file = stores[0] + "/" + StoreIndex.statisticsName
    let manifest =
      "name: m\n" + PairWorkshop.rollouts + "strategies: [{name: success_failure, key: task, cap: 20}, unpaired]\n"
      + "shard_size: 1\nsplit: {val: 0.3, val_seen: 0.2}\n"
    for (number, workers) in [1, 2, 7].enumerated() {
      let order = number == 1 ? stores.reversed() : stores
      _ = try await shop.build(order, manifest, out: "out\(workers)", workers: workers) { $0.statistics = file }
    }
    let expected = try shop.digests("out1")
    #expect(expected.count >= 6)
    #expect(try shop.digests("out2") == expected)
    #expect(try shop.digests("out7") == expected)
    try PairVerifier(shop.directory("out1")).verify()
  }

  @Test func `positions by split are all positions, each once`() async throws {
    let shop = try PairWorkshop()
    var fixture = RolloutFixture()
    for number in 0..<60 { fixture.add("r\(number)", start: number / 4, success: number % 2 == 0) }
    let set = try await shop.build(
      [fixture.write(to: shop.directory.path)], PairWorkshop.plain + "split: {val: 0.3, test: 0.2, val_seen: 0.2}\n")
    let found = try set.index.splits.map { try set.positions(in: $0) }
    #expect(found.map(\.count) == set.index.splitCounts && found.joined().sorted() == Array(0..<set.count))
    #expect(found.count { !$0.isEmpty } >= 3)
    for (split, positions) in zip(set.index.splits, found) {
      for position in positions { #expect(try set.pair(position).split == split) }
    }
    #expect(throws: PairShardError.self) { try set.positions(in: "dev") }
  }

  @Test func `cells of a grid join starts that are near`() async throws {
    let shop = try PairWorkshop()
    var fixture = RolloutFixture()
    for (number, x) in [0.01, 0.04, 0.06, 0.09].enumerated() {
      fixture.add("r\(number)", start: number, success: number % 2 == 0, extra: [.init("pose", [.real(x), 0.5])])
    }
    let plan = try await shop.plan(
      [fixture.write(to: shop.directory.path)],
      "name: m\nrollouts: {id: id, success: won, bucket: {fields: [pose], width: 0.05}}\n"
        + "strategies: [{name: success_failure, key: bucket}]\n")
    // 0.01 and 0.04 lie in one cell, 0.06 and 0.09 in the next.
    #expect(
      plan.pairs.map { [plan.rollouts[$0.chosen.rollout].id, plan.rollouts[$0.rejected.rollout].id] } == [
        ["r0", "r1"], ["r2", "r3"],
      ])
  }

  @Test func `a further task leaves the pairs of the others as they are`() async throws {
    let shop = try PairWorkshop()
    var fixture = Self.fixture()
    fixture.statistics = try RolloutFixture.statistics(fixture.episodes)
    let small = try await shop.build([fixture.write(to: shop.directory("small"))], out: "out-small")
    for number in 0..<6 { fixture.add("x\(number)", task: "u", start: 1, success: number < 3) }
    let large = try await shop.build([fixture.write(to: shop.directory("large"))], out: "out-large")
    let ids = try Set((0..<large.count).map { try large.pair($0).id })
    #expect(try (0..<small.count).allSatisfy { ids.contains(try small.pair($0).id) })
    #expect(large.count == small.count + 9)
  }

  @Test func `a set that was cut, altered or is of other input is refused`() async throws {
    let shop = try PairWorkshop()
    let store = try Self.fixture().write(to: shop.directory.path)
    let set = try await shop.build([store])
    let other = "name: n\n" + PairWorkshop.rollouts + "strategies: [success_failure]\n"
    await #expect(throws: PairBuildError.self) { try await shop.build([store], other) }
    let shard = shop.directory("out/" + set.index.stepShards[0].file.name)
    var bytes = try readBytes(shard)
    bytes[bytes.count - 1] ^= 1
    try AtomicFile.write(bytes, to: shard)
    #expect(throws: PairBuildError.self) { try PairVerifier(shop.directory("out")).verify() }
    try AtomicFile.write(Array(bytes.dropLast()), to: shard)
    #expect(throws: PairShardError.self) { try PairSet(shop.directory("out")).episode(0) }
    try Directory.remove(shop.directory("out/pairs.json"))
    #expect(throws: PairShardError.self) { try PairSet(shop.directory("out")) }
  }

  @Test func `hostile numbers in a shard of pairs are refused`() async throws {
    let shop = try PairWorkshop()
    let set = try await shop.build([Self.fixture().write(to: shop.directory.path)])
    let path = shop.directory("out/" + set.index.pairShards[0].file.name)
    let sound = try readBytes(path)
    let file = try SafetensorsFile(path)
    for name in ["chosen.episode", "chosen.end", "rejected.step_mask.offsets", "strategy", "rejected.step_mask"] {
      let range = try #require(file.range(name))
      var bytes = sound
      for place in range { bytes[place] = 0xFF }
      try AtomicFile.write(bytes, to: path)
      #expect(throws: PairShardError.self, "\(name)") { try PairSet(shop.directory("out")).pair(0) }
    }
  }
}

/// PNG as the fixture writes it.
enum ImageEncoderCheck {
  static func png(_ picture: Raster<UInt8>) throws -> [UInt8] { try ImageEncoder.png(picture) }
}
