import ByteIO
import TFRecord
import TestSupport
import Testing

@Suite struct BadEpisodeTests {
  /// A dataset whose episode 1 has `list` as `feature`.
  private func dataset(_ feature: String, _ list: SmallDataset.List) -> SmallDataset {
    var dataset = SmallDataset()
    dataset.adjust = { episode, lists in if episode == 1 { lists["steps/" + feature] = list } }
    return dataset
  }

  private func expectBad(_ dataset: SmallDataset, _ parts: String..., options: [String] = []) throws {
    let place = try dataset.write()
    let start = try RecordIndex(place.data + "/" + dataset.shardName(0)).offsets[1]
    let outcome = try Program.rlds.run(
      ["ingest", place.data, "--dataset", place.manifest, "--out", place.store] + options)
    expectRefusal(outcome, 65, "\(dataset.shardName(0)): record 1 at byte \(start)")
    for part in parts { #expect(outcome.complaint.contains(part), "\(outcome.complaint)") }
    let skipping = try Program.rlds.run(
      ["ingest", place.data, "--dataset", place.manifest, "--out", place.store, "--on-error", "skip"] + options)
    #expect(skipping.ending == .status(0), "\(skipping.complaint)")
    #expect(skipping.complaints.count == 1)
    #expect(skipping.peakByteCount < 400 << 20)
    expectDone(try Program.rlds.run("verify", place.store))
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func `an action that is no number is refused with its step`(value: Float) throws {
    var actions = (0..<3).flatMap { SmallDataset.action(1, $0) }
    actions[9] = value
    try expectBad(dataset("action", .floats(actions)), "step 1")
  }

  @Test func `features that do not fit each other are refused`() throws {
    try expectBad(dataset("action", .floats([1, 2, 3])), "steps/action")
    try expectBad(dataset("state", .floats((0..<16).map { Float($0) })), "steps/")
    try expectBad(dataset("language_instruction", .floats([0, 0, 0])), "language_instruction")
    try expectBad(dataset("language_instruction", .strings([[0xFF, 0xFE], [0x41], [0x41]])))
    var missing = SmallDataset()
    missing.adjust = { episode, lists in if episode == 1 { lists["steps/state"] = nil } }
    try expectBad(missing, "steps/state")
  }

  @Test func `a picture that is none is refused with its step`() throws {
    let jpeg = try readBytes(Repository.fixture("Images/reach_push_0_image_0.jpg"))
    let other = try readBytes(Repository.fixture("Images/rgb-444.jpg"))
    var huge = jpeg
    let frame = try #require(zip(jpeg.indices, jpeg).first { jpeg[$0.0] == 0xFF && jpeg[$0.0 + 1] == 0xC0 }?.0)
    huge.replaceSubrange(frame + 5..<frame + 9, with: [0xFF, 0xFF, 0xFF, 0xFF])
    var bomb = try readBytes(Repository.fixture("Images/rgb8.png"))
    bomb.replaceSubrange(16..<24, with: [0, 0, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF])
    let garbage = (0..<3000).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
    for bad in [garbage, Array(jpeg[..<(jpeg.count / 2)]), Array(jpeg[..<3]), other, huge, bomb, [0]] {
      for options in [[], ["--images", "png:32"], ["--images", "raw:16"], ["--check-images", "decode"]] {
        try expectBad(dataset("image", .strings([jpeg, jpeg, bad])), "steps/image", "step 2", options: options)
      }
    }
  }

  @Test func `a picture of open size that claims 65535 by 65535 is refused in bounded memory`() throws {
    var huge = try readBytes(Repository.fixture("Images/reach_push_0_image_0.jpg"))
    let jpeg = huge
    let frame = try #require(jpeg.indices.dropLast().first { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xC0 })
    huge.replaceSubrange(frame + 5..<frame + 9, with: [0xFF, 0xFF, 0xFF, 0xFF])
    for options in [["--images", "png:32"], ["--check-images", "decode"]] {
      var dataset = dataset("image", .strings([jpeg, huge, jpeg]))
      dataset.declarations[2].declaration = SmallDataset.image("-1", "-1")
      try expectBad(dataset, "steps/image", "step 1", options: options)
    }
  }

  @Test func `a zlib bomb is refused in bounded memory`() throws {
    let deflater = Deflater(.zlib)
    var bomb: [UInt8] = []
    let zeros = [UInt8](repeating: 0, count: 1 << 22)
    for _ in 0..<64 { bomb += deflater.deflate(zeros) }
    bomb += deflater.finish()
    #expect(bomb.count < 1 << 20)
    var dataset = dataset("state", .strings([bomb, bomb, bomb]))
    dataset.declarations[1].declaration = SmallDataset.tensor("float32", [8], encoding: "zlib")
    let sound = Deflater(.zlib)
    let state = sound.deflate([UInt8](repeating: 0, count: 32)) + sound.finish()
    let adjust = dataset.adjust
    dataset.adjust = { episode, lists in
      lists["steps/state"] = .strings([state, state, state])
      adjust(episode, &lists)
    }
    try expectBad(dataset, "steps/state", "zlib")
  }

  @Test func `an Example of garbage is refused`() throws {
    let dataset = SmallDataset()
    for payload in [
      [UInt8](repeating: 0xFF, count: 100), [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F], [], [0x0A, 0x03, 0x0A, 0x01],
    ] {
      let place = try dataset.write()
      let range = try RecordIndex(place.data + "/" + dataset.shardName(0)).range(of: 1)
      try place.damage(dataset.shardName(0)) { $0.replaceSubrange(range, with: RecordWriter.framed(payload)) }
      expectRefusal(try place.ingest(), 65, "\(dataset.shardName(0)): record 1 at byte \(range.lowerBound)")
    }
  }

  @Test func `when every episode is bad nothing is stored`() throws {
    var dataset = SmallDataset()
    dataset.adjust = { _, lists in lists["steps/action"] = .floats([.nan]) }
    let place = try dataset.write()
    expectRefusal(try place.ingest("--on-error", "skip"), 65, "4 episodes are bad")
    #expect(Directory.entry(place.store + "/store.json") == .missing)
  }
}
