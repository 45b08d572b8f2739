import ByteIO
import ImageCodec
import JSON
import MixtureSupport
import TFRecord
import TestSupport
import Testing

@testable import RunLog

@Suite struct EventFileTests {
  private let directory: TemporaryDirectory
  private let origin = EventFile.Origin(host: "bench", process: 42)

  init() throws { directory = try TemporaryDirectory() }

  private func file(at time: Double, resumingAfter step: Int? = nil) throws -> EventFile {
    try EventFile(directory: directory.path, resumingAfter: step, origin: origin) { time }
  }

  @Test func `a scalar event has the bytes that Protobuf asks for`() throws {
    let file = try file(at: 1.5)
    let head = try readBytes(file.path).count
    try file.scalars([EventFile.Scalar("loss", 0.5)], step: 3)
    // wall_time, field 1, 64 bits: 09, 1.5 = 3FF8000000000000; step, field 2, varint: 10 03;
    // summary, field 5, 13 bytes: 2A 0D; in it value, field 1, 11 bytes: 0A 0B; in it
    // tag, field 1, 4 bytes: 0A 04 "loss"; simple_value, field 2, 32 bits: 15, 0.5 = 3F000000.
    // Together 9 + 2 + 2 + 2 + 6 + 5 = 26 = 1A hexadecimal; the checksums are from another CRC-32C program.
    let expected = hexadecimalBytes(
      """
      1A00000000000000 129BD82D
      09 000000000000F83F 10 03 2A 0D 0A 0B 0A 04 6C6F7373 15 0000003F
      80655EE3
      """)
    #expect(Array(try readBytes(file.path)[head...]) == expected)
  }

  @Test func `the first record names the format`() throws {
    let file = try file(at: 1.5)
    let payloads = try readPayloads(file.path)
    // file_version, field 3, 13 bytes.
    #expect(payloads == [hexadecimalBytes("09 000000000000F83F 1A 0D") + Array("brain.Event:2".utf8)])
  }

  @Test func `a resumed run says at which step it starts again`() throws {
    let file = try file(at: 1.5, resumingAfter: 300)
    // step 301 = 2·128 + 45: AD 02; session_log, field 7, 2 bytes: status, field 1, START = 1.
    #expect(try readPayloads(file.path).last == hexadecimalBytes("09 000000000000F83F 10 AD02 3A 02 0801"))
  }

  @Test func `an image event carries its size and its bytes`() throws {
    let file = try file(at: 1.5)
    try file.image("p", png: [1, 2, 3], height: 2, width: 200, step: 0)
    // image, field 4: 08 02 height, 10 C8 01 width, 18 03 RGB, 22 03 the bytes: 12 = 0C bytes.
    // value: 0A 01 "p", 22 0C …: 17 = 11 hexadecimal; summary: 0A 11 …: 19 = 13 hexadecimal.
    let expected = "09 000000000000F83F 10 00 2A 13 0A 11 0A 01 70 22 0C 0802 10C801 1803 2203 010203"
    #expect(try readPayloads(file.path).last == hexadecimalBytes(expected))
  }

  @Test func `a time that is given goes before the clock's`() throws {
    let file = try file(at: 7)
    try file.scalars([EventFile.Scalar("a", 1), EventFile.Scalar("b", 2)], step: 1, time: 1.5)
    #expect(try readPayloads(file.path).last?.prefix(9) == hexadecimalBytes("09 000000000000F83F")[...])
    try file.scalars([], step: 2)
    #expect(try readPayloads(file.path).count == 2)
  }

  @Test func `the name has ten digits, the host and the process`() throws {
    let path = try file(at: 1_700_000_000.9).path
    #expect(Directory.name(of: path) == "events.out.tfevents.1700000000.bench.42.0")
    let hostile = try EventFile(directory: directory("b"), origin: .init(host: "a/b c", process: 1)) { -5 }
    #expect(Directory.name(of: hostile.path) == "events.out.tfevents.0000000000.a-b-c.1.0")
  }

  @Test func `a later file sorts behind the earlier ones even where the clock went back`() throws {
    _ = try file(at: 1000)
    #expect(Directory.name(of: try file(at: 1000).path) == "events.out.tfevents.0000001001.bench.42.0")
    #expect(Directory.name(of: try file(at: 10).path) == "events.out.tfevents.0000001002.bench.42.0")
  }

  @Test func `a directory that cannot be made is reported`() throws {
    let file = try directory.write([], to: "plain")
    #expect(throws: FileError.self) { try EventFile(directory: file + "/events", origin: origin) { 0 } }
  }

  @Test func `this machine has a name and a clock`() {
    #expect(!EventFile.Origin.current.host.isEmpty)
    #expect(EventFile.Origin.current.process > 0)
    #expect(EventFile.wallClock() > 1.7e9)
  }

  @Test(
    .enabled(
      if: Python.can("import tensorboard.backend.event_processing.event_accumulator"),
      Comment(rawValue: Python.note("tensorboard"))))
  func `TensorBoard reads the events and drops what a resumed run repeats`() throws {
    let first = try file(at: 1000)
    for step in 1...4 {
      try first.scalars([EventFile.Scalar("loss", 1 / Double(step)), EventFile.Scalar("rate", 0.25)], step: step)
    }
    let pixels = try Raster<UInt8>(shape: ImageShape(height: 2, width: 3, channels: 3), samples: Array(0..<18))
    let png = try ImageEncoder.png(pixels)
    try first.image("picture", png: png, height: 2, width: 3, step: 1)
    let second = try file(at: 1000, resumingAfter: 2)
    try second.scalars([EventFile.Scalar("loss", 8)], step: 3)

    let run = try Python.run([Repository.root + "/Scripts/oracles/tensorboard_open.py", directory.path])
    try #require(run.status == 0, "\(run.complaint)")
    let read = try JSONValue(parsing: Array(run.output.utf8), file: "tensorboard_open.py")
    #expect(
      read == [
        "scalars": ["loss": [[1, 1.0], [2, 0.5], [3, 8.0]], "rate": [[1, 0.25], [2, 0.25]]],
        "images": ["picture": [[1, 2, 3, JSONValue(png.count)]]],
      ])
  }
}
