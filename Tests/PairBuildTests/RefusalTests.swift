import ByteIO
import EpisodeStore
import JSON
import PairSupport
import Preferences
import TestSupport
import Testing

@testable import PairBuild

/// Bad input: refused with what would mend it, or counted with a reason.
@Suite struct RefusalTests {
  private func refusal(
    _ manifest: String = PairWorkshop.plain, _ change: (inout RolloutFixture) -> Void
  ) async throws -> String {
    let shop = try PairWorkshop()
    var fixture = RolloutFixture()
    change(&fixture)
    let store = try fixture.write(to: shop.directory.path)
    do {
      _ = try await shop.plan([store], manifest)
      return ""
    } catch let error as any Failure { return error.description }
  }

  @Test func `no field of success, starts or ids is a refusal that names what there is`() async throws {
    let misspelt = "name: m\nrollouts: {id: id, success: wn, start: [seed]}\nstrategies: [success_failure]\n"
    #expect(try await refusal(misspelt) { $0.add("a", start: 1, success: true) }.contains("did you mean `won`"))
    let unknown = "name: m\nrollouts: {id: id, success: won, start: [init_state]}\nstrategies: [success_failure]\n"
    let text = try await refusal(unknown) { $0.add("a", start: 1, success: true) }
    #expect(text.contains("`init_state`") && text.contains("seed"))
    let silent = "name: m\nrollouts: {id: id, start: [seed]}\nstrategies: [success_failure]\n"
    #expect(try await refusal(silent) { $0.add("a", start: 1, success: true) }.contains("rollouts.success"))
    let doubled = try await refusal {
      $0.add("a", start: 1, success: true)
      $0.add("a", start: 1, success: false)
    }
    #expect(doubled.contains("`a`") && doubled.contains("rollouts.id"))
  }

  @Test func `one-sided outcomes are counted, and when nothing is left the reasons are given`() async throws {
    let text = try await refusal {
      for number in 0..<4 { $0.add("r\(number)", start: number / 2, success: true) }
    }
    #expect(text.contains("no pair is left of 4 rollouts") && text.contains("2 by one_sided"))
  }

  @Test func `episodes without a start, a score or an outcome are counted and used where they can be`() async throws {
    let shop = try PairWorkshop()
    var fixture = RolloutFixture()
    fixture.add("a", start: 1, success: true, reward: 2)
    fixture.add("b", start: 1, success: false, reward: 1)
    fixture.add("c", start: nil, success: false, reward: 0)
    fixture.add("d", start: 1, success: nil, reward: nil)
    fixture.add("e", start: 1, success: nil, reward: .nan)
    let plan = try await shop.plan(
      [fixture.write(to: shop.directory.path)],
      "name: m\n" + PairWorkshop.rollouts + "strategies: [success_failure, {name: margin_all, key: task}]\n")
    #expect(plan.counts[.startUnknown] == 1 && plan.counts[.successUnknown] == 2 && plan.counts[.scoreUnknown] == 2)
    // By start a ≻ b, twice; by task a ≻ c and b ≻ c.
    #expect(plan.pairs.count == 3 && plan.counts[.duplicatePair] == 1)
  }

  @Test func `rewards none of which is a number are a refusal where scores are asked for`() async throws {
    let ranked = "name: m\nrollouts: {id: id, start: [seed]}\nstrategies: [best_worst]\n"
    let text = try await refusal(ranked) {
      $0.add("a", start: 1, success: true, reward: .nan)
      $0.add("b", start: 1, success: true, reward: nil)
    }
    #expect(text.contains("no episode has a finite score of return"))
  }

  @Test func `a field of the wrong kind is refused with its episode`() async throws {
    let text = try await refusal { fixture in
      fixture.add("a", start: 1, success: nil, extra: [.init("won", "perhaps")])
    }
    #expect(text.contains("episode 0") && text.contains("`won` is no true or false"))
    let bounds =
      "name: m\nrollouts: {id: id, start: [seed], intervention: {flagged: bad, correction: good}}\n"
      + "strategies: [intervention]\n"
    let windows = try await refusal(bounds) {
      $0.add("a", start: 1, success: nil, length: 9, extra: [.init("bad", [2, 12]), .init("good", [4, 9])])
    }
    #expect(windows.contains("2.0 to 12.0 of 9 steps"))
  }

  @Test func `numbers that cannot be are refused or not used, and nothing traps`() async throws {
    let steps =
      "name: m\nrollouts: {id: id, success: won, start: [seed], success_step: done}\nstrategies: [success_failure]\n"
    for step in [-1, 4, Int.max] {
      let text = try await refusal(steps) {
        $0.add("a", start: 1, success: true, extra: [.init("done", JSONValue(step))])
      }
      #expect(text.contains("at step \(step), and has 4"))
    }
    let scores = "name: m\nrollouts: {id: id, start: [seed]}\nscore: {big: 1e9}\nstrategies: [best_worst]\n"
    let text = try await refusal(scores) {
      for (number, value) in [1e300, -1e300, 1e25].enumerated() {
        $0.add("r\(number)", start: 1, success: nil, extra: [.init("big", .real(value))])
      }
    }
    #expect(text.contains("no episode has a finite score of big"))
    let stages = "name: m\nrollouts: {id: id, start: [seed], stage_ends: ends}\nstrategies: [stage_gated]\n"
    let ends: [JSONValue] = [[1, 9], [2, -5], [3, 1e18]]
    let wild = try await refusal(stages) {
      for (number, value) in ends.enumerated() {
        $0.add("r\(number)", start: 1, success: nil, extra: [.init("ends", value)])
      }
    }
    #expect(wild == "" || wild.contains("no pair is left"))
  }

  @Test func `a catalog that does not fit its shards is refused`() async throws {
    let shop = try PairWorkshop()
    let store = try PairSetTests.fixture().write(to: shop.directory.path)
    let catalog = store + "/" + StoreIndex.catalogName
    var rows: [CatalogRow] = []
    try Catalog.read(catalog) { rows.append($0) }
    let changes: [(inout CatalogRow) -> Void] = [
      { $0.length = 1 << 40 }, { $0.firstStep = -1 }, { $0.shard = 9 }, { $0.firstStep = Int.max }, { $0.length = -3 },
      { $0.metadata = "{" },
    ]
    for (number, change) in changes.enumerated() {
      var changed = rows
      change(&changed[1])
      try Catalog.write(to: catalog, dataset: "alpha") { append in for row in changed { try append(row) } }
      var index = try StoreVerifier.index(store)
      index.catalogDigest = try SHA256Digest.hexadecimal(ofFile: catalog)
      try AtomicFile.write(Array(index.json.serialized().utf8), to: store + "/" + StoreIndex.fileName)
      await #expect(throws: (any Error).self, "\(number)") { try await shop.plan([store]) }
    }
    try AtomicFile.write([1, 2, 3], to: catalog)
    await #expect(throws: StoreError.self) { try await shop.plan([store]) }
  }

  @Test func `endings by crash or operator are left out unless they are asked for`() async throws {
    let shop = try PairWorkshop()
    var fixture = RolloutFixture()
    for (number, ending) in ["success", "timeout", "crash", "operator"].enumerated() {
      fixture.add("r\(number)", start: 1, success: number == 0, extra: [.init("end", .string(ending))])
    }
    let store = try fixture.write(to: shop.directory.path)
    let fields =
      "name: m\nrollouts: {id: id, success: won, start: [seed], termination: end}\nstrategies: [success_failure]\n"
    let plan = try await shop.plan([store], fields)
    #expect(plan.pairs.count == 1 && plan.counts[.termination] == 2)
    let all = try await shop.plan([store], fields + "filters: {terminations: [success, timeout, crash, operator]}\n")
    #expect(all.pairs.count == 3)
  }

  @Test func `a first observation tells the start where no field does`() async throws {
    let shop = try PairWorkshop()
    var fixture = RolloutFixture()
    for number in 0..<6 {
      // The same first picture for two rollouts each; their states are all the same.
      fixture.add("r\(number)", start: 0, success: number % 2 == 0) { $0.pictures = [number / 2, 50, 51, 52] }
    }
    let store = try fixture.write(to: shop.directory.path)
    func plan(_ parts: String) async throws -> PairPlan {
      try await shop.plan(
        [store],
        "name: m\nrollouts: {id: id, success: won, start: {observation: [\(parts)]}}\nstrategies: [success_failure]\n")
    }
    let pictures = try await plan("image.primary")
    #expect(pictures.startCount == 3 && pictures.pairs.count == 3)
    let states = try await plan("proprio")
    #expect(states.startCount == 1 && states.pairs.count == 9)
    await #expect(throws: PairBuildError.self) { try await plan("image.wrist") }
  }

  @Test(arguments: [
    ("id_a,id_b\na,b\n", "label"), ("id_a,id_b,label\na,b,maybe\n", ":2:"), ("id_a,id_b,label\na,b\n", "2 cells"),
    ("id_a,id_b,label\n\"a,b,a\n", "quotation mark"), ("{\"id_a\":\"x\",\"label\":\"a\"}\n", "id_b"), ("", "no votes"),
    ("id_a,id_b,label\n,b,a\n", "no id"),
  ])
  func `a file of votes that is not one is refused with its line`(_ text: String, _ part: String) throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write(Array(text.utf8), to: "votes")
    do {
      _ = try VoteFile.votes(path)
      Issue.record("it was read")
    } catch let error as any Failure {
      #expect(error.description.contains(path) && (error.description + "no votes the file is empty").contains(part))
    }
  }

  @Test func `votes in both forms are read alike`() throws {
    let directory = try TemporaryDirectory()
    let table = try directory.write(
      Array("annotator,id_b,id_a,label\nx,\"b, \"\"2\"\"\",a,a\r\n\n,c,a,tie\n".utf8), to: "v.csv")
    let lines = try directory.write(
      Array(
        """
        {"id_a":"a","id_b":"b, \\"2\\"","label":"a","annotator":"x"}

        {"label":"tie","id_a":"a","id_b":"c"}
        """.utf8), to: "v.jsonl")
    #expect(try VoteFile.votes(table) == VoteFile.votes(lines))
    #expect(try VoteFile.votes(table).first == Vote(a: "a", b: "b, \"2\"", label: .a, annotator: "x"))
  }
}
