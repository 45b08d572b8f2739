import JSON
import Testing

@Suite struct JSONWriterTests {
  @Test func `a value survives a round trip in both layouts`() throws {
    let value: JSONValue = [
      "name": "größer 杯 \u{1F916} \"\\/\u{8}\u{C}\n\r\t\u{0}\u{1F}\u{7F}",
      "sizes": [1, -2, 0.5, 1e300, .real(-.leastNonzeroMagnitude)],
      "limits": [.integer(.min), .integer(.max)], "none": [:], "empty": [], "on": true, "off": false, "nothing": .null,
      "": [[[]], [["": .null]]],
    ]
    for layout in [JSONValue.Layout.compact, .indented] {
      #expect(try JSONValue(parsing: Array(value.serialized(layout).utf8), file: "x.json") == value)
    }
  }

  @Test func `members keep their order`() {
    #expect((["b": 1, "a": 2] as JSONValue).serialized() == #"{"b":1,"a":2}"#)
  }

  /// Doubles and what Python's `repr` gives for them.
  static let numbers: [(Double, String)] = [
    (0.1, "0.1"), (0.0, "0.0"), (-0.0, "-0.0"), (1, "1.0"), (-1.5, "-1.5"), (100, "100.0"), (1e-05, "1e-05"),
    (0.0001, "0.0001"), (1e-07, "1e-07"), (123456.789, "123456.789"), (1e15, "1000000000000000.0"),
    (9999999999999998, "9999999999999998.0"), (1e16, "1e+16"), (1.5e16, "1.5e+16"), (1e22, "1e+22"),
    (18014398509481984, "1.8014398509481984e+16"), (123456789012345680.0, "1.2345678901234568e+17"), (1e100, "1e+100"),
    (.leastNonzeroMagnitude, "5e-324"), (2.2250738585072014e-308, "2.2250738585072014e-308"),
    (1.7976931348623157e308, "1.7976931348623157e+308"), (1 / 3, "0.3333333333333333"),
    (0.1 + 0.2, "0.30000000000000004"), (-1e-10, "-1e-10"), (1.25e-05, "1.25e-05"),
    (Double(Float(0.1)), "0.10000000149011612"),
    (.nan, "NaN"), (.infinity, "Infinity"), (-.infinity, "-Infinity"),
  ]

  @Test(arguments: numbers) func `real numbers are written as Python writes them`(_ value: Double, _ text: String)
    throws
  {
    #expect(JSONValue.real(value).serialized() == text)
    let back = try JSONValue(parsing: Array(text.utf8), file: "x").double
    #expect(back?.bitPattern == value.bitPattern || value.isNaN && back?.isNaN == true)
  }

  @Test func `the indented layout is Python's`() {
    let value: JSONValue = [
      "a": [1, 2.5, -0.0], "b": [:], "c": [], "d": ["e": "x\n\"y\"", "f": .null], "g": [[true], false],
    ]
    // json.dumps(value, indent=2)
    let expected = """
      {
        "a": [
          1,
          2.5,
          -0.0
        ],
        "b": {},
        "c": [],
        "d": {
          "e": "x\\n\\"y\\"",
          "f": null
        },
        "g": [
          [
            true
          ],
          false
        ]
      }
      """
    #expect(value.serialized(.indented) == expected)
  }

  @Test func `control characters are escaped and all others kept`() {
    #expect(
      JSONValue.string("\u{0}\u{1F}\u{7F}\n\r\t\"\\/é\u{1F916}").serialized()
        == "\"\\u0000\\u001f\\u007f\\n\\r\\t\\\"\\\\/é\u{1F916}\"")
  }
}
