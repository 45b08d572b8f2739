import ByteIO
import JSON
import PairShards
import PairSupport
import Preferences
import TestSupport
import Testing

@testable import PairBuild

@Suite struct RankingAndExportTests {
  @Test func `a ranking says what is connected, contested and skipped, whatever the order of votes`() throws {
    let votes = [
      Vote(a: "a", b: "b", label: .a), Vote(a: "b", b: "a", label: .a), Vote(a: "a", b: "b", label: .a),
      Vote(a: "c", b: "d", label: .tie), Vote(a: "c", b: "d", label: .skip), Vote(a: "x", b: "x", label: .a),
    ]
    let ranking = try VoteRanking(votes, ties: .half, prior: 1, seed: 0)
    #expect(ranking.items.map(\.id) == ["a", "b", "c", "d"] && ranking.islandCount == 2 && !ranking.isConnected)
    #expect(ranking.items.map(\.wins) == [2, 1, 0, 0] && ranking.items.map(\.ties) == [0, 0, 1, 1])
    #expect(ranking.contradictedCount == 1 && ranking.skippedCount == 1 && ranking.selfCount == 1)
    #expect(try VoteRanking(votes.reversed(), ties: .half, prior: 1, seed: 0).json == ranking.json)
    #expect(throws: PairBuildError.self) {
      try VoteRanking([Vote(a: "c", b: "d", label: .tie)], ties: .drop, prior: 1, seed: 0)
    }
    #expect(throws: PreferenceError.self) {
      try VoteRanking([Vote(a: "c", b: "d", label: .a)], ties: .half, prior: 0, seed: 0)
    }
  }

  private func lines(_ path: String) throws -> [JSONValue] {
    try String(decoding: readBytes(path), as: UTF8.self).split(separator: "\n").map {
      try JSONValue(parsing: Array($0.utf8), file: path)
    }
  }

  @Test func `rows have one prompt: the first frame that both sides share, with both answers`() async throws {
    let shop = try PairWorkshop()
    var fixture = RolloutFixture()
    fixture.add("a", start: 1, success: true, length: 3) { $0.pictures = [7, 8, 9] }
    fixture.add("b", start: 1, success: false, length: 4) { $0.pictures = [7, 8, 10, 11] }
    fixture.add("c", start: 2, success: true)
    fixture.add("d", start: 2, success: false)
    fixture.episodes[1].action[0] = fixture.episodes[0].action[0]
    let set = try await shop.build([fixture.write(to: shop.directory.path)])
    let export = try PairExport(set, format: .trl, to: shop.directory("trl"), view: nil, split: nil)
    let report = try export.run()
    // c and d share no frame.
    #expect(report.rowCount == 1 && report.unsharedCount == 1 && report.imageCount == 1)
    let row = try #require(lines(shop.directory("trl/rows.jsonl")).first)
    // They act alike at step 0 and differ at step 1.
    let image = try #require(row["images"]?.elements?.first?.text)
    #expect(try readBytes(shop.directory("trl/" + image)) == ImageEncoderCheck.png(RolloutFixture.picture(8)))
    let pair = try (0..<2).map { try set.pair($0) }.first { try set.episode($0.chosen.episode).ordinal == 0 }
    let chosen = try #require(pair?.chosen)
    let bins = try set.episode(chosen.episode).actionBins(1..<2).map { String($0) }.joined(separator: " ")
    #expect(row["chosen"]?.elements?.first?["content"]?.text == bins)
    #expect(row["prompt"]?.elements?.first?["content"]?.text == "In: What action should the robot take to go?\nOut:")
    #expect(row["chosen"] != row["rejected"])
  }

  @Test func `rows without partners come once a step, and contested steps not at all`() async throws {
    let shop = try PairWorkshop()
    var fixture = RolloutFixture()
    // By score b beats c and a beats b: b is wanted in one pair and not in another.
    fixture.add("a", start: 1, success: nil, length: 2, reward: 3)
    fixture.add("b", start: 1, success: nil, length: 3, reward: 2)
    fixture.add("c", start: 1, success: nil, length: 4, reward: 1)
    let set = try await shop.build(
      [fixture.write(to: shop.directory.path)],
      "name: m\nrollouts: {id: id, start: [seed], task: task}\nstrategies: [margin_all]\n")
    let report = try PairExport(set, format: .kto, to: shop.directory("kto"), view: "primary", split: nil).run()
    #expect(report.rowCount == 6 && report.contradictedCount == 3)
    let rows = try lines(shop.directory("kto/rows.jsonl"))
    #expect(rows.count { $0["label"]?.bool == true } == 2 && rows.count { $0["label"]?.bool == false } == 4)
    #expect(throws: PairBuildError.self) {
      try PairExport(set, format: .kto, to: shop.directory("kto"), view: nil, split: nil)
    }
    #expect(throws: PairBuildError.self) {
      try PairExport(set, format: .kto, to: shop.directory("x"), view: "wrist", split: nil)
    }
    #expect(throws: PairBuildError.self) {
      try PairExport(set, format: .kto, to: shop.directory("x"), view: nil, split: "dev")
    }
  }

  @Test func `the audit counts what the set holds, and its page says what names say, not what they do`() async throws {
    let shop = try PairWorkshop()
    var fixture = RolloutFixture()
    for number in 0..<20 {
      fixture.add(
        "r\(number)", task: "<b>bold</b>", start: number / 4, success: number % 2 == 0, length: number % 2 == 0 ? 3 : 6)
    }
    let set = try await shop.build([fixture.write(to: shop.directory.path)])
    #expect(set.count == 20)
    let audit = try PairAudit(shop.directory("out"))
    let files = try audit.write(to: shop.directory("audit"), examples: 4)
    let json = try JSONValue(parsing: readBytes(files.json), file: files.json)
    #expect(json["leaks"]?["length"]?["correct"]?.integer == 20 && json["leaks"]?["length"]?["warning"]?.bool == true)
    #expect(json["leaks"]?["policy"]?["pairs"]?.integer == 0)
    #expect(json["chosen_reuse"] == ["2": 10] && json["mean_length_difference"]?.double == -3)
    // 20 pairs of 3 and 6 steps with three columns.
    #expect(json["action_tokens"]?.integer == 20 * 9 * 3 && json["success_agreement"]?["agrees"]?.integer == 20)
    // Random actions: the two sides are no copies, nor wholly apart.
    let divergences = try #require(json["bin_divergences"]?.elements).compactMap(\.double)
    #expect(divergences.count == 3 && divergences.allSatisfy { $0 > 0 && $0 <= 1 })
    let page = String(decoding: try readBytes(files.page), as: UTF8.self)
    #expect(!page.contains("<b>bold") && page.contains("&lt;b&gt;bold"))
    #expect(page.split(separator: "<article>").count == 5 && page.split(separator: "<polyline").count == 1 + 4 * 2 * 3)
    #expect(page.split(separator: "data:image/png").count == 1 + 4 * (3 + 6))
    #expect(!page.contains("http"))
  }
}
