import ByteIO
import Ranks
import Testing

@Suite struct RankPlaceTests {
  private static let whole = [
    "RANK": "2", "WORLD_SIZE": "4", "LOCAL_RANK": "0", "MASTER_ADDR": "node1", "MASTER_PORT": "29500",
  ]

  @Test func `torchrun's variables are a place, and none are no place`() throws {
    #expect(try RankPlace { Self.whole[$0] } == RankPlace(rank: 2, world: 4, localRank: 0, host: "node1", port: 29500))
    #expect(try RankPlace { _ in nil } == nil)
    let place = try #require(try RankPlace { Self.whole[$0] })
    #expect(place.variables == Self.whole)
    var without = Self.whole
    without["LOCAL_RANK"] = nil
    #expect(try RankPlace { without[$0] }?.localRank == 2)
  }

  @Test func `an agent of torchrun holds the store, for each attempt apart`() throws {
    var variables = Self.whole
    #expect(try RankPlace { variables[$0] }?.store == .firstRank)
    variables["TORCHELASTIC_USE_AGENT_STORE"] = "True"
    #expect(try RankPlace { variables[$0] }?.store == .agent(attempt: 0))
    variables["TORCHELASTIC_RESTART_COUNT"] = "3"
    #expect(try RankPlace { variables[$0] }?.store == .agent(attempt: 3))
    variables["TORCHELASTIC_RESTART_COUNT"] = "many"
    let error = #expect(throws: RankError.self) { try RankPlace { variables[$0] } }
    #expect(error?.place == "TORCHELASTIC_RESTART_COUNT")
    variables["TORCHELASTIC_USE_AGENT_STORE"] = "False"
    #expect(try RankPlace { variables[$0] }?.store == .firstRank)
  }

  @Test(arguments: [
    ("RANK", "4"), ("RANK", "-1"), ("RANK", "two"), ("RANK", nil), ("WORLD_SIZE", "0"), ("WORLD_SIZE", "x"),
    ("LOCAL_RANK", "9"), ("MASTER_PORT", "0"), ("MASTER_PORT", "65536"), ("MASTER_PORT", nil), ("MASTER_ADDR", nil),
    ("MASTER_ADDR", ""),
  ])
  func `a variable that cannot be is named`(name: String, value: String?) throws {
    var variables = Self.whole
    variables[name] = value
    let error = #expect(throws: RankError.self) { try RankPlace { variables[$0] } }
    #expect(error?.place == name && error?.kind == .usage)
  }
}
