import Foundation
import Testing

@testable import Frontier

struct ExperimentTests {
  @Test func `SplitMix64 gives its published numbers`() {
    // The reference implementation's first outputs for the state 1234567.
    var generator = SplitMix(state: 1_234_567)
    #expect(generator.next() == 6_457_827_717_110_365_317)
    #expect(generator.next() == 3_203_168_211_198_807_973)
    #expect(generator.next() == 9_817_491_932_198_370_423)
  }

  @Test func `pairs are ordered by the true reward and no more than six a draw`() {
    let world = World(seed: 1)
    var generator = SplitMix(seed: 1, stream: 9)
    let pairs = AnswerPair.drawn(in: world, draws: 2, from: &generator)
    #expect(pairs.count <= 2 * 16 * 6)
    #expect(pairs.count > 2 * 16 * 6 - 10)
    #expect(pairs.allSatisfy { world.rewards[$0.prompt][$0.chosen] > world.rewards[$0.prompt][$0.rejected] })
  }

  @Test func `unlikelihood and preferred fine-tuning have the slopes of their losses`() {
    let unlikelihood = DirectObjective.unlikelihood(0.3).slopes(chosenRatio: 4, rejectedRatio: -2)
    #expect(unlikelihood == (-1, 0.3))
    let preferred = DirectObjective.preferred.slopes(chosenRatio: 4, rejectedRatio: -2)
    #expect(preferred == (-1, 0))
  }

  @Test func `a frontier mixes neighbouring points and never falls`() {
    func point(_ divergence: Double, _ reward: Double) -> Run.Point {
      Run.Point(step: 0, divergence: divergence, reward: reward, regret: 0)
    }
    let points = [point(1, 0.4), point(2, 0.3), point(3, 0.8)]
    // From the reference (0, 0.2): at 0.5 the middle of 0.2 and 0.4; at 2 that of 0.4 and 0.8; past 3 it is flat.
    #expect(abs(Summary.frontier(at: 0.5, reference: 0.2, points: points) - 0.3) < 1e-12)
    #expect(abs(Summary.frontier(at: 2, reference: 0.2, points: points) - 0.6) < 1e-12)
    #expect(Summary.frontier(at: 5, reference: 0.2, points: points) == 0.8)
  }

  @Test func `a band holds its mean and is a point for equal values`() throws {
    let band = try #require(Band([0.1, 0.2, 0.6]))
    #expect(abs(band.mean - 0.3) < 1e-12)
    // A resample's least mean is 0.1 and its greatest 0.6; each comes up once in 27, more than 2.5 % of the time.
    #expect(abs(band.low - 0.1) < 1e-12)
    #expect(abs(band.high - 0.6) < 1e-12)
    let constant = try #require(Band([0.25, 0.25]))
    #expect((constant.low, constant.high) == (0.25, 0.25))
    #expect(Band([]) == nil)
  }

  @Test(arguments: [(0.12345, 3, "0.123"), (-0.0004, 3, "0.000"), (-1.25, 1, "−1.3"), (7.96, 1, "8.0"), (42, 0, "42")])
  func `numbers are written with fixed decimals`(value: Double, digits: Int, text: String) {
    #expect(value.fixed(digits) == text)
  }

  @Test func `equal seeds give equal files`() throws {
    var sweep = Sweep.short
    sweep.seeds = [1]
    sweep.draws = [2]
    sweep.steps = 5
    sweep.logged = [5]
    func files() throws -> [String] {
      let experiments = [try Experiment(seed: 1, sweep: sweep)]
      let results = Results(experiments, sweep: sweep)
      return [
        try results.json(), MarkdownReport(results).text,
        FrontierFigure(experiments, summary: results.summary).svg,
      ]
    }
    let first = try files()
    #expect(try files() == first)
    for run in try JSONDecoder().decode(Results.self, from: Data(first[0].utf8)).runs {
      #expect(run.points.allSatisfy { $0.divergence > 0 && $0.regret > 0 && $0.reward < 1 })
    }
  }
}
