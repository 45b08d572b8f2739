import EpisodeStore
import TestSupport
import Testing

@Suite struct CatalogQueryTests {
  private let directory: TemporaryDirectory
  private let query: CatalogQuery

  /// Four episodes of lengths 3, 5, 7 and 9, of two tasks, one without an instruction.
  init() throws {
    directory = try TemporaryDirectory()
    let path = directory("catalog.sqlite")
    try Catalog.write(to: path, dataset: "d") { append in
      for (ordinal, text) in ["lift", nil, "lift", "größer"].enumerated() {
        try append(
          CatalogRow(
            ordinal: ordinal, split: "train", shard: 0, position: ordinal, firstStep: 0, length: 3 + 2 * ordinal,
            sourceFile: "f", sourceRecord: ordinal, sourceOffset: 0, instruction: text, success: ordinal == 2,
            rewardSum: Double(ordinal) / 2, metadata: #"{"scene": "s\#(ordinal % 2)"}"#))
      }
    }
    query = CatalogQuery(path)
  }

  @Test func `a condition gives the ordinals that satisfy it, ascending`() throws {
    #expect(try query.ordinals(where: "instruction = 'lift' AND length > 3") == [2])
    #expect(try query.ordinals(where: "1") == [0, 1, 2, 3])
    #expect(try query.ordinals(where: "instruction IS NULL -- why") == [1])
  }

  @Test func `an expression gives a text for each episode, and none where it is NULL`() throws {
    #expect(try query.texts(of: "instruction") == [0: "lift", 2: "lift", 3: "größer"])
    #expect(try query.texts(of: "metadata ->> 'scene'") == [0: "s0", 1: "s1", 2: "s0", 3: "s1"])
    #expect(try query.texts(of: "length + 1") == [0: "4", 1: "6", 2: "8", 3: "10"])
    #expect(try query.texts(of: "NULL").isEmpty)
  }

  @Test func `a statement gives its columns and values of their types`() throws {
    let found = try query.rows(of: "SELECT ordinal, reward_sum AS sum, instruction FROM episodes WHERE ordinal < 2")
    #expect(found.columns == ["ordinal", "sum", "instruction"])
    #expect(found.rows == [[.integer(0), .real(0), .text("lift")], [.integer(1), .real(0.5), .null]])
  }

  @Test(arguments: [
    "length >", "no_such_column = 1", "ordinal IN (SELECT 1 FROM sqlite_master)", "random() > 0",
    "1); DELETE FROM episodes; --", "length > date('now')", "EXISTS (SELECT 1 FROM pragma_table_info('episodes'))",
  ])
  func `what is no condition, or does more than read, is refused in one line`(_ condition: String) {
    let error = #expect(throws: StoreError.self) { try query.ordinals(where: condition) }
    #expect(error?.description.contains("catalog.sqlite") == true)
    #expect(error?.description.contains("\n") == false)
    #expect(throws: StoreError.self) { try query.texts(of: condition) }
  }

  @Test(arguments: ["DELETE FROM episodes", "SELECT 1; SELECT 2", "ATTACH 'x' AS y", "PRAGMA user_version", ""])
  func `only one SELECT is a statement`(_ statement: String) throws {
    #expect(throws: StoreError.self) { try query.rows(of: statement) }
    #expect(try query.ordinals(where: "1").count == 4)
  }
}
