import Testing

@testable import Preferences

@Suite struct VoteTests {
  private func bench() -> Bench {
    var bench = Bench()
    for id in ["a", "b", "c", "d"] { bench.add(id) }
    bench.add("e", start: "other")
    return bench
  }

  private func votes(_ text: String) -> [Vote] {
    text.split(separator: " ").map { word in
      let parts = word.split(separator: ":").map(String.init)
      return Vote(a: parts[0], b: parts[1], label: Vote.Label(rawValue: parts[2]) ?? .skip)
    }
  }

  @Test func `a majority decides, and each vote that does not count has a reason`() throws {
    let found = try bench().run(
      [.make(.humanImport) { ($0.minimumVotes, $0.minimumAgreement) = (2, 0.6) }],
      votes: votes("a:b:a b:a:b a:b:b a:c:a b:c:a b:c:b c:d:skip c:d:tie x:a:a a:a:b a:e:a"))
    #expect(bench().names(found.pairs) == [["a", "b"]])
    #expect(found.pairs.first?.votes == 3 && found.pairs.first?.source == .human)
    #expect(found.counts[.voteTooFew] == 1 && found.counts[.voteDisagreement] == 1)
    #expect(found.counts[.voteSkipped] == 1 && found.counts[.voteTied] == 1)
    #expect(found.counts[.voteUnknownEpisode] == 1 && found.counts[.sameEpisode] == 1)
    let index = VoteIndex(votes("a:e:a a:b:a"), bench().rollouts, ties: .drop)
    #expect(index.crossingCount(bench().rollouts, key: .start) == 1)
    #expect(index.crossingCount(bench().rollouts, key: .task) == 0)
  }

  @Test func `strengths make pairs where they differ by more than their errors`() throws {
    let many = votes(
      Array(repeating: "a:b:a", count: 30).joined(separator: " ") + " "
        + Array(repeating: "b:c:a", count: 30).joined(separator: " ") + " c:b:a b:a:a c:d:a d:c:a")
    let found = try bench().run([.make(.btRank) { $0.standardErrors = 1 }], votes: many)
    let names = bench().names(found.pairs)
    #expect(names.contains(["a", "b"]) && names.contains(["a", "c"]) && names.contains(["b", "c"]))
    #expect(!names.contains(["c", "d"]) && !names.contains(["d", "c"]))
    #expect(found.counts[.withinStandardError] + found.counts[.tied] >= 1)
    #expect(found.pairs.allSatisfy { $0.margin > 0 && $0.source == .ranking })
  }

  @Test func `items that votes do not join are not compared, and without a prior they must be joined both ways`() throws
  {
    let found = try bench().run([.make(.btRank) { $0.standardErrors = 0 }], votes: votes("a:b:a c:d:b"))
    #expect(bench().names(found.pairs) == [["a", "b"], ["d", "c"]])
    #expect(found.counts[.voteDisconnected] > 0)
    #expect(throws: PreferenceError.self) {
      try bench().run([.make(.btRank) { $0.prior = 0 }], votes: votes("a:b:a c:d:b"))
    }
  }
}
