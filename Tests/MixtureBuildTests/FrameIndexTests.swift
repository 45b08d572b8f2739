import TestSupport
import Testing

@testable import MixtureBuild

@Suite struct FrameIndexTests {
  @Test(arguments: 0..<20)
  func `the nth true bit is that of a plain array`(seed: UInt64) {
    var generator = SeededGenerator(seed)
    var list = BitList()
    var plain: [Bool] = []
    // From nearly none to nearly all.
    for _ in 0..<Int.random(in: 1...700, using: &generator) {
      plain.append(UInt64.random(in: 0..<20, using: &generator) <= seed)
      list.append(plain[plain.count - 1])
    }
    #expect(list.count == plain.count)
    for start in [0, plain.count / 3, plain.count / 2] {
      let positions = plain.indices.filter { $0 >= start && plain[$0] }
      #expect(positions.indices.map { list.position(ofTrue: $0, from: start) } == positions)
    }
  }

  @Test(arguments: 0..<20, [false, true])
  func `a frame's place is that of a plain table`(seed: UInt64, isPartial: Bool) {
    var generator = SeededGenerator(seed)
    var index = FrameIndex()
    var table: [(episode: Int, step: Int)] = []
    var episodes: [FrameIndex.Episode] = []
    for number in 0..<Int.random(in: 1...40, using: &generator) {
      let length = Int.random(in: 1...90, using: &generator)
      let episode = FrameIndex.Episode(
        shard: number / 3, firstStep: Int.random(in: 0...1 << 31, using: &generator), length: length,
        ordinal: number * 1_000_000_007)
      episodes.append(episode)
      if isPartial {
        var kept = (0..<length).map { _ in Bool.random(using: &generator) }
        kept[Int.random(in: 0..<length, using: &generator)] = true
        index.append(episode, kept: kept)
        table += kept.indices.filter { kept[$0] }.map { (number, $0) }
        #expect(index.frameCount(of: number) == kept.count { $0 })
      } else {
        let count = Int.random(in: 1...length, using: &generator)
        index.append(episode, frames: count)
        table += (0..<count).map { (number, $0) }
        #expect(index.frameCount(of: number) == count)
      }
    }
    #expect(index.frameCount == table.count)
    #expect((0..<index.episodeCount).map { index.episode($0) } == episodes)
    let places = table.indices.map { index.place(of: $0) }
    #expect(places.map(\.episode) == table.map(\.episode))
    #expect(places.map(\.step) == table.map(\.step))
  }

  @Test func `whole episodes and single frames mix`() {
    var index = FrameIndex()
    let place = FrameIndex.Episode(shard: 0, firstStep: 0, length: 3, ordinal: 0)
    index.append(place, frames: 2)
    index.append(place, kept: [false, true, true])
    index.append(place, frames: 3)
    let steps = (0..<index.frameCount).map { index.place(of: $0) }
    #expect(steps.map(\.episode) == [0, 0, 1, 1, 2, 2, 2])
    #expect(steps.map(\.step) == [0, 1, 1, 2, 0, 1, 2])
  }

  @Test func `the digest tells which frames there are`() {
    let places = (0..<2).map { FrameIndex.Episode(shard: 0, firstStep: 3 * $0, length: 3, ordinal: $0) }
    var indices: [FrameIndex] = []
    for place in places {
      for change in 0..<4 {
        var index = FrameIndex()
        switch change {
        case 0: index.append(place, frames: 3)
        case 1: index.append(place, frames: 2)
        case 2: index.append(place, kept: [true, true, false])
        default: index.append(place, kept: [true, false, true])
        }
        indices.append(index)
      }
    }
    #expect(Set(indices.map(\.digest)).count == indices.count)
  }

  @Test func `an index without episodes has no frames`() {
    #expect(FrameIndex().frameCount == 0)
    #expect(FrameIndex().episodeCount == 0)
  }
}
