import ByteIO
import Glibc
import TestSupport
import Testing

@Suite struct CrashTests {
  /// How many ingests are killed.
  private static let kills = 20

  @Test func `an ingest that is killed at any moment ends in the same bytes when it is run again`() throws {
    let directory = try TemporaryDirectory()
    var generator = SplitMix(state: 20)
    let clock = ContinuousClock()
    func arguments(_ name: String, _ store: String) -> [String] {
      [
        "ingest", Repository.sample(name), "--dataset", name, "--out", store, "--shard-size", "1", "--images", "png:32",
        "--workers", "2",
      ]
    }
    let names = ["metaworld_button_drawer", "metaworld_reach_push"]
    var expected: [String: [String: String]] = [:]
    var durations: [String: Duration] = [:]
    func runToEnd(_ name: String, _ store: String) throws {
      let duration = try clock.measure { expectDone(try Program.rlds.run(arguments(name, store))) }
      durations[name] = min(duration, durations[name] ?? duration)  // A busy machine must not make the kills late.
    }
    for name in names {
      try runToEnd(name, directory("undisturbed-" + name))
      expected[name] = try digests(directory("undisturbed-" + name))
    }
    var killed = 0
    var store = 0
    while killed < Self.kills, store < 3 * Self.kills {
      let name = names[store % 4 == 3 ? 1 : 0]
      let path = directory("store-\(store)")
      store += 1
      // Up to three kills of the same ingest, then a run to the end.
      for _ in 0..<1 + Int(generator.next() % 3) {
        let running = try Program.rlds.start(arguments(name, path))
        let share = Double(generator.next() >> 11) * 0x1p-53
        usleep(UInt32((durations[name] ?? .seconds(1)) / .microseconds(1) * share))
        running.kill()
        if try running.outcome().ending == .signal(SIGKILL) { killed += 1 }
      }
      try runToEnd(name, path)
      #expect(try digests(path) == expected[name])
      try Directory.remove(path)
    }
    #expect(killed >= Self.kills)
  }

  @Test func `a store is complete as soon as its index exists`() throws {
    let place = try SmallDataset().write()
    expectDone(try place.ingest())
    try Directory.remove(place.store + "/store.json")
    expectRefusal(try Program.rlds.run("verify", place.store), 66, "store.json")
    expectRefusal(try Program.rlds.run("stats", place.store), 66, "store.json")
    expectRefusal(try Program.rlds.run("tokens", place.store), 66, "store.json")
  }

  /// SplitMix64, so that the moments are the same shares of a run each time.
  private struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }
}
