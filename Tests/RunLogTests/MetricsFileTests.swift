import ByteIO
import JSON
import TestSupport
import Testing

@testable import RunLog

@Suite struct MetricsFileTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func write(_ text: String) throws -> String { try directory.write(Array(text.utf8), to: "metrics.jsonl") }

  private func text(_ path: String) throws -> String { String(decoding: try readBytes(path), as: UTF8.self) }

  @Test func `each value becomes one line`() throws {
    let path = directory("metrics.jsonl")
    let file = try MetricsFile(path: path, resumingAfter: 0)
    try file.append(["step": 1, "loss": 0.5])
    try file.append(["step": 2, "loss": .real(.nan), "note": "a\nb"])
    try file.flush()
    #expect(try text(path) == "{\"step\":1,\"loss\":0.5}\n{\"step\":2,\"loss\":NaN,\"note\":\"a\\nb\"}\n")
    let read = try MetricsFile.read(path)
    #expect(read.count == 2)
    #expect(read[0] == ["step": 1, "loss": 0.5])
    #expect(read[1]["note"] == "a\nb")
  }

  @Test func `resuming cuts off the lines of later steps`() throws {
    let path = try write("{\"step\":1}\n{\"step\":2,\"a\":1}\n{\"step\":2,\"b\":1}\n{\"step\":3}\n{\"step\":4}\n")
    let file = try MetricsFile(path: path, resumingAfter: 2)
    try file.append(["step": 3, "again": true])
    #expect(try text(path) == "{\"step\":1}\n{\"step\":2,\"a\":1}\n{\"step\":2,\"b\":1}\n{\"step\":3,\"again\":true}\n")
  }

  @Test func `a later step between earlier ones is cut out too`() throws {
    let path = try write("{\"step\":1}\n{\"step\":9}\n{\"step\":2}\n")
    _ = try MetricsFile(path: path, resumingAfter: 5)
    #expect(try text(path) == "{\"step\":1}\n{\"step\":2}\n")
  }

  @Test(arguments: ["{\"st", "{\"step\":2,\"loss\":0.", "{\"step\":2,\"loss\":0.\n", "\u{0}\u{0}\u{0}", "{}"])
  func `a last line that a crash left unfinished is cut off`(end: String) throws {
    let path = try write("{\"step\":1}\n" + end)
    #expect(try MetricsFile.read(path) == [["step": 1]])
    _ = try MetricsFile(path: path, resumingAfter: 7)
    #expect(try text(path) == "{\"step\":1}\n")
  }

  @Test func `a whole last line that lacks only its line feed is kept and ended`() throws {
    let path = try write("{\"step\":1}\n{\"step\":2}")
    try MetricsFile(path: path, resumingAfter: 7).append(["step": 3])
    #expect(try text(path) == "{\"step\":1}\n{\"step\":2}\n{\"step\":3}\n")
  }

  @Test(arguments: ["nonsense", "", "{\"loss\":1,\"step\":2}", "{\"step\":1.5}", "[1]"])
  func `a line in the middle that is no metrics line is named`(line: String) throws {
    let path = try write("{\"step\":1}\n\(line)\n{\"step\":3}\n")
    let before = try readBytes(path)
    for run in [{ _ = try MetricsFile(path: path, resumingAfter: 1) }, { _ = try MetricsFile.read(path) }] {
      let error = try #require(throws: RunLogError.self) { try run() }
      #expect(error.place == "\(path): line 2")
      #expect(error.kind == .badData)
    }
    #expect(try readBytes(path) == before)
  }

  @Test func `an empty file is no lines`() throws {
    let path = try write("")
    #expect(try MetricsFile.read(path).isEmpty)
    _ = try MetricsFile(path: path, resumingAfter: 0)
    #expect(try readBytes(path).isEmpty)
  }

  @Test(arguments: [["loss": 1, "step": 1], ["step": "1"], [1], [:]] as [JSONValue])
  func `a value that does not begin with its step is refused`(value: JSONValue) throws {
    let path = directory("metrics.jsonl")
    let file = try MetricsFile(path: path, resumingAfter: 0)
    #expect(throws: RunLogError.self) { try file.append(value) }
    #expect(try readBytes(path).isEmpty)
  }

  @Test func `a full disk is reported with the file`() throws {
    let file = try AppendFile("/dev/full", .createOrContinue)
    let error = try #require(throws: FileError.self) { try file.append([1, 2, 3]) }
    #expect(error == FileError(path: "/dev/full", operation: .write, code: 28))  // ENOSPC
    #expect(error.kind == .inputOutput)
  }

  @Test func `a place that cannot be written is reported with the path`() throws {
    let path = directory("missing/metrics.jsonl")
    let error = try #require(throws: FileError.self) { try MetricsFile(path: path, resumingAfter: 0) }
    #expect(error == FileError(path: path, operation: .write, code: 2))  // ENOENT
    #expect(throws: FileError.self) { try MetricsFile.read(path) }
  }
}
