import ByteIO
import JSON
import TestSupport
import Testing

@Suite struct JSONNodeTests {
  private let root = JSONNode(
    ["splits": [["name": "train", "count": "12", "share": 0.5], ["name": 3, "count": -1]], "none": .null],
    file: "d/a.json")

  @Test func `values are found with their place`() throws {
    let split = try root.member("splits").array()[0]
    #expect(split.path == "splits[0]")
    #expect(try split.member("name").string() == "train")
    #expect(try split.member("name").path == "splits[0].name")
    #expect(try split.member("count").integer() == 12)
    #expect(try split.member("share").double() == 0.5)
    #expect(try split.members().map(\.name) == ["name", "count", "share"])
    #expect(root.optional("none") == nil)
    #expect(root.optional("absent") == nil)
  }

  @Test func `what is of another kind is refused with its place`() throws {
    let split = try root.member("splits").array()[1]
    let failures: [(String, () throws -> Void)] = [
      ("d/a.json: splits[1].name: a string expected", { _ = try split.member("name").string() }),
      ("d/a.json: splits[1].count: a count of 0 or more expected", { _ = try split.member("count").count() }),
      ("d/a.json: splits[1]: `size` is missing", { _ = try split.member("size") }),
      ("d/a.json: `none` is missing", { _ = try root.member("none") }),
      ("d/a.json: splits: an object expected", { _ = try root.member("splits").member("x") }),
      ("d/a.json: splits[1]: an array expected", { _ = try split.array() }),
      ("d/a.json: splits[1]: an integer expected", { _ = try split.integer() }),
      ("d/a.json: splits[1]: a number expected", { _ = try split.double() }),
      ("d/a.json: splits: an object expected", { _ = try root.member("splits").members() }),
    ]
    for (text, body) in failures {
      let error = #expect(throws: JSONError.self) { try body() }
      #expect(error?.description == text)
    }
  }

  @Test(arguments: ["1.5", "", "x", "99999999999999999999", "1e3", " 1"])
  func `a text that is no integer is refused`(_ text: String) {
    #expect(throws: JSONError.self) { try JSONNode(.string(text), file: "a").integer() }
  }

  @Test func `a missing file and one beyond the limit are reported by their path`() throws {
    let directory = try TemporaryDirectory()
    #expect(throws: FileError.self) { try JSONNode(file: directory("none")) }
    let path = try directory.write(Array("[1,2]".utf8), to: "a.json")
    #expect(try JSONNode(file: path, limit: 5).value == [1, 2])
    let error = #expect(throws: FileError.self) { try JSONNode(file: path, limit: 4) }
    #expect(error?.path == path)
  }
}
