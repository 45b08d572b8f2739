import ByteIO
import TestSupport
import Testing

@Suite struct DamagedMetadataTests {
  @Test(arguments: ["features.json", "dataset_info.json"])
  func `no prefix of a metadata file is taken for the whole`(file: String) throws {
    let place = try SmallDataset().write()
    let whole = try readBytes(place.data + "/" + file)
    for count in stride(from: 0, to: whole.count - 1, by: file == "features.json" ? 97 : 11) {
      try place.damage(file) { $0 = Array(whole[..<count]) }
      expectRefusal(try place.ingest(), 65, file)
      if count % 5 == 0 { expectRefusal(try Program.rlds.run("inspect", place.data), 65, file) }
    }
    #expect(Directory.entry(place.store) == .missing)
  }

  @Test func `features ten thousand levels deep are refused`() throws {
    let place = try SmallDataset().write()
    let levels = 10_000
    let sequence = #"{"pythonClassName": "a.Sequence", "sequence": {"length": "-1", "feature": "#
    for text in [
      String(repeating: sequence, count: levels) + SmallDataset.text + String(repeating: "}}", count: levels),
      String(repeating: "[", count: 1_000_000), String(repeating: #"{"a":"#, count: 100_000),
    ] {
      try place.damage("features.json") { $0 = Array(text.utf8) }
      expectRefusal(try place.ingest(), 65, "features.json")
      expectRefusal(try Program.rlds.run("inspect", place.data), 65, "features.json")
    }
  }

  @Test(arguments: [
    "../{DATASET}-{SPLIT}.{FILEFORMAT}-{SHARD_X_OF_Y}", "/etc/passwd{SHARD_INDEX}", "a/b-{SHARD_INDEX}", "..",
  ])
  func `a template that leaves its directory is refused`(template: String) throws {
    var dataset = SmallDataset()
    dataset.template = template
    expectRefusal(try dataset.write().ingest(), 65, "template", "refused")
  }

  @Test(arguments: ["array_record", "riegeli", "parquet"])
  func `a file format that is not read is named`(format: String) throws {
    var dataset = SmallDataset()
    dataset.fileFormat = format
    expectRefusal(try dataset.write().ingest(), 65, "small/1.0.0", "`\(format)`")
  }

  @Test func `counts that cannot be are refused in bounded memory`() throws {
    for lengths in ["9223372036854775807", "-1", "1e3", "x", "99999999999999999999"] {
      let place = try SmallDataset().write()
      try place.damage("dataset_info.json") { bytes in
        bytes = Array(
          String(decoding: bytes, as: UTF8.self).replacing(#"["2", "2"]"#, with: "[\"2\", \"\(lengths)\"]").utf8)
      }
      expectRefusal(try place.ingest(), 65, "dataset_info.json")
    }
  }

  @Test func `a shape that no machine can hold is refused`() throws {
    for shape in [[1 << 40, 1 << 40], [Int.max, 2], [Int.max]] {
      var dataset = SmallDataset()
      dataset.declarations[1].declaration = SmallDataset.tensor("float32", shape)
      let outcome = try dataset.write().ingest()
      expectRefusal(outcome, 65)
    }
  }
}
