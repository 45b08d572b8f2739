import ByteIO
import EpisodeStore
import SampleShards
import TestSupport
import Testing

@testable import MixtureBuild

@Suite struct SelectionTests {
  /// The ordinals that the first entry may draw.
  private func ordinals(_ plan: MixturePlan, _ entry: Int = 0) -> [Int] {
    let frames = plan.entries[entry].selection.frames
    return (0..<frames.episodeCount).map { frames.episode($0).ordinal }
  }

  /// The steps of each episode that may be drawn.
  private func steps(_ plan: MixturePlan) -> [[Int]] {
    let frames = plan.entries[0].selection.frames
    var found = [[Int]](repeating: [], count: frames.episodeCount)
    for frame in 0..<frames.frameCount {
      let place = frames.place(of: frame)
      found[place.episode].append(place.step)
    }
    return found
  }

  private func counts(_ plan: MixturePlan) -> [String: Int] {
    Dictionary(uniqueKeysWithValues: plan.entries[0].selection.dropped.map { ($0.filter, $0.count) })
  }

  private func message(_ workshop: Workshop, _ lines: String) -> String {
    do {
      _ = try workshop.plan(lines)
      return "no error"
    } catch { return "\(error)" }
  }

  // MARK: - Splits

  @Test func `without a split the reference's rule decides`() throws {
    let alone = TinyStore("alone", lengths: [Int](repeating: 1, count: 40))
    var split = TinyStore("split", lengths: [])
    let episodes = TinyStore(lengths: [1, 1, 1, 1, 1]).episodes
    split.splits = [("train", Array(episodes[..<3])), ("val", Array(episodes[3...]))]
    let plan = try Workshop(alone, split).plan("entries:\n  - dataset: alone\n  - dataset: split")
    // 95 % of 40 is 38.
    #expect(ordinals(plan, 0) == Array(0..<38))
    #expect(plan.entries[0].record.split == "train[:95%]")
    #expect(ordinals(plan, 1) == [0, 1, 2])
    #expect(plan.entries[1].record.split == "train")
  }

  @Test(arguments: [
    ("val", [6, 7, 8, 9]), ("all", Array(0..<10)), ("train[2:4]", [2, 3]), ("train[:50%]+val[-1:]", [0, 1, 2, 9]),
    ("val+train[:1]", [0, 6, 7, 8, 9]), ("train[:2]+train[1:3]", [0, 1, 2]),
  ])
  func `split expressions count the store's episodes`(expression: String, expected: [Int]) throws {
    var store = TinyStore(lengths: [])
    let episodes = TinyStore(lengths: [Int](repeating: 2, count: 10)).episodes
    store.splits = [("train", Array(episodes[..<6])), ("val", Array(episodes[6...]))]
    let plan = try Workshop(store).plan("entries: [{dataset: alpha, split: \"\(expression)\"}]")
    #expect(ordinals(plan) == expected)
  }

  @Test func `bad splits name line and column`() throws {
    let workshop = try Workshop(TinyStore(lengths: [2, 2]))
    for (split, words) in [("test", "test"), ("train[:", "train[:"), ("train[a:]", "train[a:]")] {
      let text = message(workshop, "entries:\n  - dataset: alpha\n    split: \"\(split)\"")
      #expect(text.contains("/m.yaml:4:5: entries[0]: "), "\(text)")
      #expect(text.contains(words), "\(text)")
      #expect(!text.contains("\n"))
    }
  }

  // MARK: - Conditions

  @Test(arguments: [
    ("success = 1", [0, 2, 4]), ("length BETWEEN 2 AND 3", [1, 2]), ("instruction LIKE '%2'", [2, 5]),
    ("success = 1 OR ordinal = 5", [0, 2, 4, 5]),
    ("length = (SELECT max(length) FROM episodes)", [5]),
  ])
  func `a condition leaves what it says`(condition: String, expected: [Int]) throws {
    let workshop = try Workshop(TinyStore(lengths: [1, 2, 3, 4, 5, 6]))
    let plan = try workshop.plan("entries:\n  - dataset: alpha\n    split: all\n    where: \"\(condition)\"")
    #expect(ordinals(plan) == expected)
    #expect(counts(plan)["where"] == 6 - expected.count)
    #expect(plan.entries[0].record.condition == condition)
  }

  @Test(arguments: [
    ("ordinal >", "is not valid"), ("no_such_column = 1", "no such column: no_such_column"),
    ("success = 1; SELECT 1", "is not valid"), ("1) ; SELECT (1", "more than one statement"),
    ("1) ; DELETE FROM episodes WHERE (1", "more than one statement"),
    ("load_extension('x') = 1", "load_extension"), ("ordinal IN (PRAGMA table_info(episodes))", "is not valid"),
    ("1; ATTACH 'x' AS y", "is not valid"), ("1); ATTACH 'x' AS y; SELECT (1", "more than one statement"),
    ("(SELECT count(*) FROM sqlite_master) > 0", "not authorized"),
    ("(SELECT count(*) FROM pragma_table_info('episodes')) > 0", "authorized"),
    ("ordinal IN (SELECT ordinal FROM other)", "no such table: other"),
    ("readfile('/etc/passwd') IS NOT NULL", "no such function"), ("-- all", "is not valid"),
    ("ordinal = 99", "its conditions leave no episode"), ("0", "its conditions leave no episode"),
  ])
  func `a condition that is none, or does more than read, names line and column`(
    condition: String, words: String
  ) throws {
    let workshop = try Workshop(TinyStore(lengths: [1, 2]))
    let catalog = workshop("alpha/" + StoreIndex.catalogName)
    let before = try SHA256Digest.hexadecimal(ofFile: catalog)
    let text = message(workshop, "entries:\n  - dataset: alpha\n    where: \"\(condition)\"")
    #expect(text.contains("/m.yaml:5:12: entries[0].where: "), "\(text)")
    #expect(text.contains(words), "\(text)")
    #expect(!text.contains("\n"))
    #expect(try SHA256Digest.hexadecimal(ofFile: catalog) == before)
    #expect(
      try Directory.names(workshop("alpha")).sorted()
        == [
          StoreIndex.catalogName, StoreIndex.shardName(0, of: 1), StoreIndex.statisticsName, StoreIndex.fileName,
        ].sorted())
  }

  @Test func `a condition that reorders or repeats rows leaves each episode once`() throws {
    let workshop = try Workshop(TinyStore(lengths: [3, 2, 1]))
    for condition in ["1) ORDER BY length /*", "1) UNION ALL SELECT ordinal FROM episodes /*"] {
      let plan = try? workshop.plan("entries:\n  - dataset: alpha\n    split: all\n    where: \"\(condition)\"")
      #expect(plan.map { ordinals($0) } ?? [0, 1, 2] == [0, 1, 2])
    }
  }

  // MARK: - Lists

  @Test func `a list keeps the episodes that it names`() throws {
    let workshop = try Workshop(TinyStore(lengths: [1, 2, 3, 4, 5, 6]))
    try workshop.directory.write(Array("# good ones\n4\n\n 1 # twice\n1\r\n99\n".utf8), to: "keep.txt")
    let list = "episodes: \"\(workshop("keep.txt"))\""
    #expect(ordinals(try workshop.plan("entries: [{dataset: alpha, split: all, \(list)}]")) == [1, 4])
    let both = try workshop.plan("entries: [{dataset: alpha, split: all, where: ordinal < 3, \(list)}]")
    #expect(ordinals(both) == [1])
    let none = message(workshop, "entries: [{dataset: alpha, where: ordinal = 0, \(list)}]")
    #expect(none.contains("its conditions leave no episode"))
  }

  @Test(arguments: ["x", "-1", "1.5", "1 2x", "99999999999999999999"])
  func `a bad line of a list is named`(line: String) throws {
    let workshop = try Workshop(TinyStore(lengths: [1, 2]))
    try workshop.directory.write(Array("0\n\(line)\n".utf8), to: "keep.txt")
    let text = message(workshop, "entries: [{dataset: alpha, episodes: \"\(workshop("keep.txt"))\"}]")
    #expect(text.contains("/keep.txt:2: `"), "\(text)")
    #expect(text.contains("is no episode's ordinal"))
  }

  @Test func `a list that is missing or empty is refused`() throws {
    let workshop = try Workshop(TinyStore(lengths: [1, 2]))
    let lines = "entries: [{dataset: alpha, episodes: \"\(workshop("keep.txt"))\"}]"
    #expect(message(workshop, lines).contains("there is no such list of episodes"))
    try workshop.directory.write(Array("# nothing\n".utf8), to: "keep.txt")
    #expect(message(workshop, lines).contains("its conditions leave no episode"))
  }

  // MARK: - Rules on episodes

  @Test func `episodes without instruction are left out unless they are wanted`() throws {
    var store = TinyStore(lengths: [2, 2, 2])
    store.splits[0].episodes[1].instruction = nil
    let workshop = try Workshop(store)
    let plan = try workshop.plan("entries: [{dataset: alpha, split: all}]")
    #expect(ordinals(plan) == [0, 2])
    #expect(counts(plan) == ["unlabeled": 1])
    let all = try workshop.plan("entries: [{dataset: alpha, split: all}]\nskip_unlabeled: false")
    #expect(ordinals(all) == [0, 1, 2])
  }

  @Test func `values beyond a limit, or that are no numbers, leave their episode out`() throws {
    // Not normalised, so that the limits act on what stands here.
    let store = TinyStore(train: [
      .init(action: [[0.5, 1], [1, 0]], proprio: [[1], [2]]),
      .init(action: [[0.5, 1], [-1.5, 0]], proprio: [[1], [2]]),
      .init(action: [[0, 1], [0, 0]], proprio: [[1], [-4]]),
      .init(action: [[0, 1], [0, 0]], proprio: [[1], [.nan]]),
      .init(action: [[.nan, 1], [0, 0]], proprio: [[1], [1]]),
      .init(action: [[0, 1.25], [0, 0]], proprio: [[1], [1]]),
    ])
    let workshop = try Workshop(store)
    let entry = "entries: [{dataset: alpha, split: all}]\nnormalization: none\n"
    let actions = try workshop.plan(entry + "max_action: 1")
    #expect(ordinals(actions) == [0, 2, 3])
    #expect(counts(actions) == ["action": 3])
    let states = try workshop.plan(entry + "max_proprio: 3")
    #expect(ordinals(states) == [0, 1, 4, 5])
    #expect(counts(states) == ["proprio": 2])
    #expect(ordinals(try workshop.plan(entry + "max_action: 1\nmax_proprio: 3")) == [0])
    #expect(message(workshop, entry + "max_action: 0").contains("no frame of "))
    #expect(message(workshop, entry + "max_action: 0").contains("(left out: 6 by action)"))
  }

  @Test func `limits act on normalised values`() throws {
    // `normal`: eight steps of which one is far out.
    let rows: [[Float]] = [[0, 0], [1, 0], [0, 0], [1, 0], [0, 0], [1, 0], [0, 0], [100, 0]]
    let workshop = try Workshop(TinyStore(train: (0..<4).map { .init(action: Array(rows[2 * $0..<2 * $0 + 2])) }))
    // Mean 12.875, deviation about 32.9: the last step is at 2.65, the others at −0.39.
    let plan = try workshop.plan("entries: [{dataset: alpha, split: all}]\nnormalization: normal\nmax_action: 2")
    #expect(ordinals(plan) == [0, 1, 2])
    #expect(
      ordinals(try workshop.plan("entries: [{dataset: alpha, split: all}]\nnormalization: normal\nmax_action: 3"))
        == [0, 1, 2, 3])
  }

  @Test func `episodes shorter than a chunk are left out when padding is dropped`() throws {
    let workshop = try Workshop(TinyStore(lengths: [1, 2, 3, 4, 5]))
    let lines = "entries: [{dataset: alpha, split: all}]\nchunk: 3\n"
    let plan = try workshop.plan(lines + "padding: drop")
    #expect(ordinals(plan) == [2, 3, 4])
    #expect(steps(plan) == [[0], [0, 1], [0, 1, 2]])
    #expect(counts(plan) == ["shorter_than_chunk": 2])
    #expect(try workshop.plan(lines).entries[0].selection.frames.frameCount == 15)
  }

  @Test func `episodes without steps are left out`() throws {
    let workshop = try Workshop(TinyStore(lengths: [2, 0, 3]))
    let plan = try workshop.plan("entries: [{dataset: alpha, split: all}]")
    #expect(ordinals(plan) == [0, 2])
    #expect(counts(plan) == ["empty": 1])
  }

  // MARK: - Rules on frames

  @Test func `steps that do nothing are left out`() throws {
    let store = TinyStore(train: [
      // Nothing yet; moves; nothing; the gripper changes; nothing.
      .init(action: [[0, 0, 1], [0.5, 0, 1], [0, 0, 1], [0, 0, 0], [1e-5, 0, 0]]),
      .init(action: [[0, 0, 1], [0, 1e-3, 1]]),
      .init(action: [[0, 0, 1], [0, 0, 1]]),
    ])
    let workshop = try Workshop(store)
    let entry = "entries: [{dataset: alpha, split: all}]\n"
    let plan = try workshop.plan(entry + "drop_noops: true")
    #expect(ordinals(plan) == [0, 1])
    #expect(steps(plan) == [[1, 3], [1]])
    // Three steps of the first episode, one of the second and both of the third.
    #expect(counts(plan) == ["frames": 6])
    let coarse = try workshop.plan(entry + "drop_noops: {tolerance: 1e-2}")
    #expect(steps(coarse) == [[1, 3]])
    // With a chunk of 2 and no padding the last step cannot be drawn anyway.
    let dropped = try workshop.plan(entry + "drop_noops: true\nchunk: 2\npadding: drop")
    #expect(steps(dropped) == [[1, 3]])
  }

  @Test func `null actions of the dataset's frame filter are left out`() throws {
    // Where 0 lies exactly in the middle of the statistics' 1 % and 99 % and of the filter's, a zero becomes a zero; the
    // filter looks at the first two of three columns.
    var store = TinyStore(train: [
      .init(action: [[-1, -1, 0], [0, 0, 1], [0, 0, 0], [1, 1, 1]]),
      .init(action: [[0, 0, 0], [0, 0, 1]]),
      .init(action: [[-1, 1, 0], [1, -1, 1]]),
    ])
    store.manifestLines = """
      frame_filter:
        drop_null_actions: {columns: ":2", tolerance: 1e-3, q01: [-1, -1], q99: [1, 1]}

      """
    let workshop = try Workshop(store)
    let entry = "entries: [{dataset: alpha, split: all}]\n"
    let plan = try workshop.plan(entry)
    #expect(ordinals(plan) == [0, 2])
    #expect(steps(plan) == [[0, 3], [0, 1]])
    // With a chunk of 2 a step stays when the next one moves: step 2 of the first episode.
    #expect(steps(try workshop.plan(entry + "chunk: 2")) == [[0, 2, 3], [0, 1]])
    // The filter reads statistics of 1 % and 99 %, whatever the mixture normalises by.
    #expect(steps(try workshop.plan(entry + "normalization: none")) == [[0, 3], [0, 1]])
  }
}
