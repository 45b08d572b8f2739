import JSON
import Testing

@Test func `a value survives a round trip`() throws {
  let value: JSONValue = ["name": "x", "sizes": [1, -2, 0.5], "none": [:], "on": true]
  #expect(try JSONValue(parsing: Array(value.serialized(.indented).utf8), file: "x.json") == value)
}
