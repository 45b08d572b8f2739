import ByteIO
import JSON
import TFRecord
import TestSupport
import Testing

@Suite struct DamagedRecordTests {
  private func range(_ place: SmallDataset.Place, _ file: String, _ record: Int) throws -> Range<Int> {
    try RecordIndex(place.data + "/" + file).range(of: record)
  }

  /// What each byte of a record belongs to: where to flip, counted from the record's first byte; negative from its end.
  private static let flips = [0, 3, 7, 8, 11, 12, 13, 500, -5, -4, -1]

  @Test(arguments: flips)
  func `a flipped byte of a record is reported with file, record and offset`(position: Int) throws {
    let dataset = SmallDataset()
    let place = try dataset.write()
    let file = dataset.shardName(1)
    let range = try range(place, file, 1)
    try place.damage(file) { $0[position < 0 ? range.upperBound + position : range.lowerBound + position] ^= 0x40 }
    let where_ = "\(file): record 1 at byte \(range.lowerBound)"
    expectRefusal(try place.ingest(), 65, where_)
    #expect(Directory.entry(place.store + "/store.json") == .missing)
    expectRefusal(
      try Program.rlds.run("dump", place.data, "--episode", "3", "--out", place.directory("dump.safetensors")), 65,
      where_)
    #expect(Directory.entry(place.directory("dump.safetensors")) == .missing)
    let scan = try Program.rlds.run("scan", place.data)
    #expect(scan.ending == .status(65))
    #expect(scan.complaints.count == 1 && scan.complaint.contains(where_))
  }

  @Test(arguments: flips)
  func `a damaged episode is left out and listed when errors are skipped`(position: Int) throws {
    let dataset = SmallDataset()
    let place = try dataset.write()
    let file = dataset.shardName(0)
    let range = try range(place, file, 1)
    try place.damage(file) { $0[position < 0 ? range.upperBound + position : range.lowerBound + position] ^= 0x40 }
    let outcome = try place.ingest("--on-error", "skip", "--json")
    #expect(outcome.ending == .status(0), "\(outcome.complaint)")
    #expect(outcome.complaints.count == 1)
    #expect(try outcome.json["skipped"]?.integer == 1)
    #expect(try outcome.json["episodes"]?.integer == 3)
    let skipped = try JSONNode(file: place.store + "/store.json").member("skipped").array()
    #expect(skipped.count == 1)
    #expect(try skipped.first?.member("file").string() == file)
    #expect(try skipped.first?.member("record").count() == 1)
    #expect(
      try skipped.first?.member("error").string().hasPrefix("\(file): record 1 at byte \(range.lowerBound)") == true)
    expectDone(try Program.rlds.run("verify", place.store))
    let shard = try SafetensorsFixture(path: place.store + "/episodes-00000-of-00001.safetensors")
    #expect(try shard.unsignedIntegers("episode.ordinal") == [0, 2, 3])
    let statistics = try JSONNode(file: place.store + "/statistics.json").member("small")
    #expect(try statistics.member("num_trajectories").count() == 3)
    #expect(try statistics.member("num_transitions").count() == 9)
    // Column 0 is e + t / 64 for e = 0, 2, 3 and t = 0, 1, 2: the mean is 5 / 3 + 1 / 64.
    let mean = try #require(try statistics.member("action").member("mean").array().first).double()
    #expect(abs(mean - (5.0 / 3 + 1.0 / 64)) < 1e-6)
  }

  @Test func `a shard cut anywhere is refused, and skipping keeps what is whole`() throws {
    let dataset = SmallDataset()
    for cut in [1, 11, 12, 20, 400, -1, -4, -5] {
      let place = try dataset.write()
      let file = dataset.shardName(1)
      let range = try range(place, file, 1)
      let end = cut < 0 ? range.upperBound + cut : range.lowerBound + cut
      try place.damage(file) { $0.removeSubrange(end...) }
      expectRefusal(try place.ingest(), 65, "\(file): record 1 at byte \(range.lowerBound)")
      let skipping = try place.ingest("--on-error", "skip")
      #expect(skipping.ending == .status(0), "\(skipping.complaint)")
      expectDone(try Program.rlds.run("verify", place.store))
      let index = try JSONNode(file: place.store + "/store.json")
      #expect(try index.member("episodes").count() == 3)
      #expect(try index.member("skipped").array().count == 1)
    }
    // Cut between records, to no record at all, and to no file.
    let place = try dataset.write()
    let start = try range(place, dataset.shardName(1), 1).lowerBound
    try place.damage(dataset.shardName(1)) { $0.removeSubrange(start...) }
    expectRefusal(try place.ingest(), 65, dataset.shardName(1), "2", "1")
    try place.damage(dataset.shardName(1)) { $0 = [] }
    expectRefusal(try place.ingest(), 65, dataset.shardName(1))
    try Directory.remove(place.data + "/" + dataset.shardName(1))
    expectRefusal(try place.ingest(), 66, dataset.shardName(1))
  }

  @Test func `a record that claims two to the 63 bytes is refused in bounded memory`() throws {
    let dataset = SmallDataset()
    for length in [UInt64(1) << 63, .max, .max - 15, UInt64(Int64.max), 1 << 40] {
      let place = try dataset.write()
      let field = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * UInt64($0))) }
      let crc = CRC32C.mask(CRC32C.checksum(field))
      try place.damage(dataset.shardName(0)) { bytes in
        bytes.replaceSubrange(0..<12, with: field + (0..<4).map { UInt8(truncatingIfNeeded: crc >> (8 * UInt32($0))) })
      }
      expectRefusal(try place.ingest(), 65, "\(dataset.shardName(0)): record 0 at byte 0", "\(length)")
      let scan = try Program.rlds.run("scan", place.data)
      #expect(scan.ending == .status(65) && scan.complaints.count == 1)
      #expect(scan.peakByteCount < 400 << 20)
    }
  }
}
