import TestSupport
import Testing

@testable import Preferences

@Suite struct RankingTests {
  @Test func `two items have the log odds of their wins, with the textbook standard error`() throws {
    let votes = VoteGraph(
      count: 2,
      comparisons: [(Int, Int, Double)](repeating: (0, 1, 1), count: 30)
        + [(Int, Int, Double)](
          repeating: (1, 0, 1), count: 10))
    let fit = try BradleyTerry(votes, prior: 0)
    // θ₀ − θ₁ = log(30/10); its variance is 1/(n·p·(1−p)) = 1/(40·0.75·0.25).
    #expect(abs(fit.strengths[0] - fit.strengths[1] - 1.098_612_288_668_11) < 1e-10)
    #expect(abs(fit.standardError(of: 0, minus: 1) - (1 / 7.5).squareRoot()) < 1e-10)
    #expect(abs(fit.strengths[0] + fit.strengths[1]) < 1e-12)
    // Each lies half the difference from their mean.
    #expect(abs(fit.standardErrors[0] - (1 / 7.5).squareRoot() / 2) < 1e-10)
  }

  @Test func `known strengths are recovered in their order`() throws {
    var generator = SeededGenerator(3)
    let truth = (0..<12).map { Double($0) * 0.4 - 2.2 }
    var games: [(a: Int, b: Int, wins: Double)] = []
    for a in 0..<12 {
      for b in 0..<a {
        for _ in 0..<200 {
          games.append((a, b, Double.sigmoid(truth[a] - truth[b]) > Double(generator.unit() + 1) / 2 ? 1 : 0))
        }
      }
    }
    let fit = try BradleyTerry(VoteGraph(count: 12, comparisons: games), prior: 0)
    let elo = EloRatings(count: 12, games: stride(from: 0, to: games.count, by: 7).map { games[$0] }, orders: 4)
    #expect(rankCorrelation(fit.strengths, truth) > 0.99)
    #expect(rankCorrelation(elo.ratings, truth) > 0.8)
    // Within four standard errors each.
    for (i, value) in truth.enumerated() { #expect(abs(fit.strengths[i] - value) < 4 * fit.standardErrors[i]) }
  }

  private func rankCorrelation(_ a: [Double], _ b: [Double]) -> Double {
    func ranks(_ values: [Double]) -> [Int] { values.map { value in values.count { $0 < value } } }
    let n = Double(a.count)
    let squares = zip(ranks(a), ranks(b)).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return 1 - 6 * Double(squares) / (n * (n * n - 1))
  }

  @Test func `a graph without a maximum is refused, and a prior makes it finite`() throws {
    // 0 always beats 1, and 2 and 3 were never compared with them.
    let votes = VoteGraph(count: 4, comparisons: [(0, 1, 1), (2, 3, 1), (3, 2, 1)])
    #expect(votes.islands == [[0, 1], [2, 3]])
    #expect(votes.strongComponents == [[0], [1], [2, 3]])
    let error = #expect(throws: PreferenceError.self) { try BradleyTerry(votes, prior: 0) }
    #expect(error?.description.contains("3 groups") == true)
    let fit = try BradleyTerry(votes, prior: 1)
    #expect(fit.strengths.allSatisfy { $0.isFinite })
    #expect(fit.strengths[0] > fit.strengths[1])
    #expect(abs(fit.strengths[2] - fit.strengths[3]) < 1e-10)
  }

  @Test func `a tie is half a win for both`() {
    let votes = VoteGraph(count: 2, comparisons: [(1, 0, 0.5), (0, 1, 1)])
    #expect(votes.edges == [.init(a: 0, b: 1, aWins: 1.5, bWins: 0.5)])
  }

  @Test func `one game of equals moves both by half of K`() {
    #expect(EloRatings(count: 2, games: [(0, 1, 1)], k: 16).ratings == [1008, 992])
  }

  @Test func `Wilson's interval is the published one`() {
    // Newcombe 1998, table I: 81 of 263 at 95 % has 0.2553 to 0.3662; 0 of 20 has 0 to 0.1611.
    let some = WilsonInterval(81, of: 263)
    #expect(abs(some.lower - 0.2553) < 5e-5 && abs(some.upper - 0.3662) < 5e-5)
    let none = WilsonInterval(0, of: 20)
    #expect(none.lower == 0 && abs(none.upper - 0.1611) < 5e-5)
    #expect(WilsonInterval(0, of: 0) == WilsonInterval(3, of: -1))
    #expect(WilsonInterval(0, of: 0).upper == 1)
  }
}
