import ByteIO
import Curation
import EpisodeStore
import TestSupport
import Testing

/// What a check leaves in the catalog, and what is chosen from it.
@Suite struct CatalogRecordTests {
  @Test func `scores, counts and findings are in the catalog, and the store stays sound`() async throws {
    let store = try SyntheticStore(images: false) { number, episode in if number == 5 { episode.a[9][2] = .nan } }
    let before = try StoreVerifier.index(store.path)
    let report = try await StoreCheck(store.path, CheckSelection()).run()
    try report.annotation.apply(to: store.path)
    _ = try StoreVerifier(store.path).verify()
    #expect(try StoreVerifier.index(store.path).catalogDigest != before.catalogDigest)
    let query = CatalogQuery(store.path + "/catalog.sqlite")
    #expect(try query.ordinals(where: "non_finite > 0") == [5])
    #expect(try query.ordinals(where: "defects > 0 AND dropped IS NULL AND black_camera IS NULL") == [5])
    let rows = try query.rows(
      of: "SELECT \"check\", episode, first_step, last_step FROM findings WHERE class = 'defect'")
    #expect(rows.rows == [[.text("non-finite"), .integer(5), .integer(9), .integer(9)]])
    let first = try readBytes(store.path + "/catalog.sqlite")
    // Checking again replaces what was there, down to the byte.
    try report.annotation.apply(to: store.path)
    #expect(try readBytes(store.path + "/catalog.sqlite") == first)
  }

  @Test func `1, 2 and 7 workers leave equal catalogs`() async throws {
    let store = try SyntheticStore { number, episode in if number == 5 { episode.frames[3] = [1, 2, 3] } }
    var catalogs: Set<[UInt8]> = []
    for workers in [1, 2, 7] {
      let report = try await StoreCheck(store.path, CheckSelection(), workers: workers).run()
      try report.annotation.apply(to: store.path)
      catalogs.insert(try readBytes(store.path + "/catalog.sqlite"))
    }
    #expect(catalogs.count == 1)
  }

  @Test func `what is dropped is noted with its reason and stays when the store is checked again`() async throws {
    let store = try SyntheticStore(images: false) { number, episode in if number == 5 { episode.a[9][2] = .nan } }
    try await StoreCheck(store.path, CheckSelection()).run().annotation.apply(to: store.path)
    let choice = try EpisodeChoice(store.path, checks: [], classes: [.defect])
    #expect(choice.entries.map(\.ordinal) == [5] && choice.entries.map(\.check) == ["non-finite"])
    #expect(try choice.losses(.drop) == [])
    try choice.record(.drop)
    try EpisodeChoice(store.path, where: "ordinal = 7", reason: "looks odd").record(.drop)
    try await StoreCheck(store.path, CheckSelection()).run().annotation.apply(to: store.path)
    let query = CatalogQuery(store.path + "/catalog.sqlite")
    #expect(try query.ordinals(where: "dropped IS NOT NULL") == [5, 7])
    #expect(try query.texts(of: "dropped")[7] == "looks odd")
    _ = try StoreVerifier(store.path).verify()
  }

  @Test func `emptying a task or dropping more than half is told with numbers`() throws {
    let store = try SyntheticStore(images: false)
    let task = try EpisodeChoice(store.path, where: "instruction = 'open the drawer'")
    #expect(try task.losses(.drop) == ["no episode is left of the task `open the drawer`, which has 12"])
    let most = try EpisodeChoice(store.path, where: "ordinal > 3")
    #expect(try most.losses(.drop) == ["more than half of the dataset goes: 20 of 24 episodes"])
    #expect(try most.losses(.keep) == [])
  }

  @Test func `a store that was not checked has no findings to choose by`() throws {
    let store = try SyntheticStore(images: false)
    let error = #expect(throws: CurationError.self) { try EpisodeChoice(store.path, checks: [], classes: [.defect]) }
    #expect(error?.description.contains("armature curate check") == true)
  }

  @Test func `stores are compared by what is in their episodes`() async throws {
    let first = try SyntheticStore(images: false)
    let second = try SyntheticStore(episodes: 23, images: false) { number, episode in
      if number == 5 { episode.a[9][2] = 0.5 }
      if number == 8 { episode.split = "train" }
    }
    let difference = try StoreDifference(first.path, second.path)
    #expect(difference.added == [5] && difference.removed == [5, 23] && difference.changed == [])
    try await StoreCheck(second.path, CheckSelection(["idle"])).run().annotation.apply(to: second.path)
    #expect(try StoreDifference(first.path, second.path).onlySecond == ["dropped", "idle", "defects", "risks"])
  }
}
