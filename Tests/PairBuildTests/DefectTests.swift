import Actions
import ByteIO
import EpisodeStore
import JSON
import PairShards
import PairSupport
import Preferences
import TestSupport
import Testing

@testable import PairBuild

/// What went wrong in earlier pipelines of this kind, one test each: it must not happen here.
@Suite struct DefectTests {
  /// Windows of all chosen and of all rejected trajectories, zipped: beyond the first difference in length they are of
  /// other tasks and starts.
  @Test func `sides of unequal length are of one task and one start in every pair`() async throws {
    let shop = try PairWorkshop()
    var fixture = RolloutFixture()
    for number in 0..<18 {
      fixture.add(
        "r\(number)", task: "t\(number % 2)", start: number % 3, success: number % 5 < 2, length: 2 + (number * 7) % 11)
    }
    let set = try await shop.build([fixture.write(to: shop.directory.path)])
    #expect(set.count > 8)
    for position in 0..<set.count {
      let pair = try set.pair(position)
      let sides = try [pair.chosen, pair.rejected].map { fixture.episodes[try set.episode($0.episode).ordinal] }
      #expect(sides[0].metadata[1] == sides[1].metadata[1], "task")
      #expect(sides[0].metadata[3] == sides[1].metadata[3], "start")
      #expect(pair.chosen.steps.count == sides[0].action.count && pair.rejected.steps.count == sides[1].action.count)
    }
  }

  /// Windows matched by time index show different observations on the two sides.
  @Test func `segments begin at an observation that both sides share`() async throws {
    let shop = try PairWorkshop()
    var fixture = RolloutFixture()
    fixture.add("a", start: 1, success: true, length: 8) { $0.state = (0..<8).map { [1, Float($0)] } }
    fixture.add("b", start: 1, success: false, length: 9) {
      // The same way for four steps, then another.
      $0.state = (0..<9).map { [1, Float($0 < 4 ? $0 : $0 * 10)] }
    }
    fixture.episodes[1].action.replaceSubrange(0..<3, with: fixture.episodes[0].action[0..<3])
    let set = try await shop.build(
      [fixture.write(to: shop.directory.path)],
      "name: m\n" + PairWorkshop.rollouts + "strategies: [{name: divergence_segment, after: 3}]\n")
    let pair = try set.pair(0)
    let (a, b) = (try set.episode(pair.chosen.episode), try set.episode(pair.rejected.episode))
    #expect(pair.anchor == 3 && pair.chosen.steps == 3..<6 && pair.rejected.steps == 3..<6)
    #expect(try a.proprio(3..<4) == b.proprio(3..<4) && a.proprio(4..<5) != b.proprio(4..<5))
    #expect(try a.actionBins(3..<4) != b.actionBins(3..<4))
  }

  /// Chosen and rejected sets with statistics of their own turn one action into two tokens.
  @Test func `the same action has the same tokens on both sides, and stores that differ are refused`() async throws {
    let shop = try PairWorkshop()
    var good = RolloutFixture("good")
    var bad = RolloutFixture("bad")
    good.add("a", start: 1, success: true) { $0.action = [[0.1, 0.2, 1], [0.3, 0.4, 0], [0.5, 0.1, 1], [0, 0, 1]] }
    bad.add("b", start: 1, success: false) { $0.action = [[0.1, 0.2, 1], [9, -9, 0], [-9, 9, 1], [0, 0, 1]] }
    let stores = try [good.write(to: shop.directory.path), bad.write(to: shop.directory.path)]
    let error = await #expect(throws: PairBuildError.self) { try await shop.build(stores) }
    #expect(error?.description.contains("--statistics") == true)
    let set = try await shop.build(stores) { $0.statistics = stores[1] + "/statistics.json" }
    let pair = try set.pair(0)
    let bins = try [pair.chosen, pair.rejected].map { try set.episode($0.episode).actionBins(0..<1) }
    #expect(bins[0] == bins[1] && set.index.normalizationKey == "bad")
    #expect(
      try set.episode(pair.chosen.episode).actionBins(1..<2) != set.episode(pair.rejected.episode).actionBins(1..<2))
  }

  /// A collector that keeps the frame after the step shifts observations against actions by one.
  @Test func `actions that go with the motion before them are warned of`() async throws {
    for shift in [0, 1] {
      let shop = try PairWorkshop()
      var fixture = RolloutFixture()
      for number in 0..<6 {
        fixture.add("r\(number)", start: 1, success: number % 2 == 0, length: 20) { episode in
          // A state that moves by the action, kept before the step or after it.
          var state: [[Float]] = [[0, 0, 0]]
          for action in episode.action { state.append(zip(state[state.count - 1], action).map { $0 + $1 }) }
          episode.state = Array(state[shift..<shift + 20])
        }
      }
      let plan = try await shop.plan([fixture.write(to: shop.directory.path)])
      #expect(plan.warnings.count == shift && plan.warnings.allSatisfy { $0.contains("correlation 1.0") })
    }
  }

  /// Rewards that a converter wrote into every last step make failures look like successes.
  @Test func `success is what the field says, whatever the rewards`() async throws {
    let shop = try PairWorkshop()
    var fixture = RolloutFixture()
    fixture.add("a", start: 1, success: true, reward: 1)
    fixture.add("b", start: 1, success: false, reward: 1)
    fixture.add("c", start: 1, success: nil, reward: 1)
    let plan = try await shop.plan([fixture.write(to: shop.directory.path)])
    #expect(plan.pairs.map { plan.rollouts[$0.chosen.rollout].id } == ["a"])
    #expect(plan.pairs.map { plan.rollouts[$0.rejected.rollout].id } == ["b"])
    #expect(plan.counts[.successUnknown] == 1)
  }

  /// The n-th chosen file against the n-th rejected one: one bad file shifts all that come later.
  @Test func `a bad rollout takes its own pairs with it and no others`() async throws {
    let shop = try PairWorkshop()
    var fixture = RolloutFixture()
    for start in 0..<4 {
      fixture.add("a\(start)", start: start, success: true)
      fixture.add("b\(start)", start: start, success: false)
    }
    let sound = try await shop.plan([fixture.write(to: shop.directory("sound"))])
    #expect(sound.pairs.count == 4)
    fixture.episodes[2].action[1][0] = .nan  // a1
    fixture.statistics = try RolloutFixture.statistics(fixture.episodes)
    let plan = try await shop.plan([fixture.write(to: shop.directory("bad"))])
    #expect(plan.counts[.notFinite] == 1)
    #expect(
      plan.pairs.map { [plan.rollouts[$0.chosen.rollout].id, plan.rollouts[$0.rejected.rollout].id] }.sorted {
        $0[0] < $1[0]
      } == [["a0", "b0"], ["a2", "b2"], ["a3", "b3"]])
  }

  /// A loop to the length minus seven drops the last trajectories.
  @Test func `every rollout is in a pair or counted`() async throws {
    let shop = try PairWorkshop()
    var fixture = RolloutFixture()
    for number in 0..<40 { fixture.add("r\(100 + number)", start: number / 2, success: number % 2 == 0) }
    let plan = try await shop.plan([fixture.write(to: shop.directory.path)])
    #expect(plan.pairs.count == 20 && Set(plan.pairs.flatMap { [$0.chosen.rollout, $0.rejected.rollout] }).count == 40)
  }

  /// A score that is cut to an integer in a file's name loses its ranking.
  @Test func `scores that differ in a small fraction are told apart, and ties are not paired`() async throws {
    let shop = try PairWorkshop()
    var fixture = RolloutFixture()
    fixture.add("a", start: 1, success: nil, reward: 1.000_000_1)
    fixture.add("b", start: 1, success: nil, reward: 1)
    fixture.add("c", start: 2, success: nil, reward: 2)
    fixture.add("d", start: 2, success: nil, reward: 2)
    let plan = try await shop.plan(
      [fixture.write(to: shop.directory.path)],
      "name: m\nrollouts: {id: id, start: [seed], task: task}\nstrategies: [best_worst]\n")
    #expect(plan.pairs.map { plan.rollouts[$0.chosen.rollout].id } == ["a"] && plan.counts[.tied] == 1)
  }

  /// Best against worst without a look at whether both are one file.
  @Test func `a start with one rollout makes no pair of it with itself`() async throws {
    let shop = try PairWorkshop()
    var fixture = RolloutFixture()
    fixture.add("a", start: 1, success: true, reward: 1)
    fixture.add("b", start: 2, success: true, reward: 1)
    fixture.add("c", start: 2, success: true, reward: 2)
    let plan = try await shop.plan(
      [fixture.write(to: shop.directory.path)],
      "name: m\nrollouts: {id: id, start: [seed], task: task}\nstrategies: [best_worst, {name: return_rank, count: 3}]\n"
    )
    #expect(plan.pairs.count == 1)
  }

  /// Greedy decoding from one state gives copies of one rollout.
  @Test func `copies of a rollout count once`() async throws {
    let shop = try PairWorkshop()
    var fixture = RolloutFixture()
    fixture.add("a", start: 1, success: true)
    fixture.add("b", start: 1, success: false, seed: 50)
    fixture.add("c", start: 1, success: false, seed: 50)
    fixture.add("d", start: 1, success: false, seed: 1)  // The tokens of a: nothing to prefer.
    let plan = try await shop.plan([fixture.write(to: shop.directory.path)])
    #expect(plan.pairs.count == 1 && plan.counts[.duplicateEpisode] == 2)
  }

  /// An action that was post-processed before it was kept is not what its tokens say.
  @Test func `tokens stand for the stored action to within half a bin`() async throws {
    let shop = try PairWorkshop()
    let fixture = PairSetTests.fixture()
    let set = try await shop.build([fixture.write(to: shop.directory.path)])
    let statistics = try RolloutFixture.statistics(fixture.episodes).action
    let tokenizer = try ActionTokenizer(vocabularySize: 32_000)
    for row in 0..<set.index.episodeCount {
      let episode = try set.episode(row)
      let bins = try episode.actionBins(episode.steps)
      var decoded = bins.map { tokenizer.centers[min(Int($0), 254)] }
      try ActionUnnormalizer(statistics: statistics).unnormalize(&decoded)
      for (place, value) in fixture.episodes[episode.ordinal].action.joined().enumerated() {
        let column = place % 3
        let (low, high) = (statistics.q01[column], statistics.q99[column])
        guard column < 2, Double(value) > low, Double(value) < high else { continue }
        #expect(abs(decoded[place] - Double(value)) <= (high - low) / 255 / 2 + 1e-6)
      }
    }
  }
}
