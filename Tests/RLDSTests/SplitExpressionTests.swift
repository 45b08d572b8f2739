import ByteIO
import JSON
import RLDS
import TestSupport
import Testing

@Suite struct SplitExpressionTests {
  @Test func `expressions select what TFDS selects`() throws {
    let rows = try JSONNode(file: Repository.fixture("Features/expected/slices.json")).array()
    #expect(rows.count == 327)
    for row in rows {
      let splits = try row.member("splits").array().map { node in
        let parts = try node.array()
        return (name: try parts[0].string(), shardLengths: try parts[1].array().map { try $0.integer() })
      }
      let text = try row.member("expression").string()
      let positions = try row.optional("positions")?.array().map { node in
        let parts = try node.array()
        let (from, to) = (try parts[1].integer(), try parts[2].integer())
        return SplitExpression.Selection(split: try parts[0].string(), range: from..<to)
      }
      if let positions {
        let found = Result { try SplitExpression(text, splits: splits, path: "set").selections }
        #expect(throws: Never.self, "\(splits) \(text)") { try found.get() }
        let selections = try? found.get()
        #expect(selections == positions, "\(splits) \(text)")
      } else {
        #expect(throws: DatasetError.self, "\(splits) \(text)") {
          try SplitExpression(text, splits: splits, path: "set")
        }
      }
    }
  }

  static let malformed = [
    "train[", "train[1:2", "train[1:2:3]", "train[a:b]", "train[:1e3]", "train[:--1]", "train[:1.5]", "train[::]",
    "train[:]x", "train[:101%]", "train[:99999999999999999999]", "train[5:2]", "", "+", "train+", "trai",
    "train[5]", "train[1%:2shard]", "train[shard]", "train[%:]", "train[nan:]", "train[inf:]", "train[١:]",
  ]

  @Test(arguments: malformed) func `a malformed expression is refused as wrong usage`(_ text: String) throws {
    let error = #expect(throws: DatasetError.self) {
      try SplitExpression(text, splits: [(name: "train", shardLengths: [5, 5])], path: "/data/set")
    }
    #expect(error?.kind == .usage)
    #expect(error?.description.hasPrefix("/data/set: ") == true)
    #expect(error?.description.contains("\n") == false)
  }

  @Test func `an unknown split is answered with those there are`() throws {
    let error = #expect(throws: DatasetError.self) {
      try SplitExpression("test", splits: [("train", [1]), ("val", [1])], path: "set")
    }
    #expect(error?.description == "set: no split `test`; there are train, val")
  }
}
