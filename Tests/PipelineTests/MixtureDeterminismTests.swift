import ByteIO
import Glibc
import JSON
import TestSupport
import Testing

/// The same manifest, stores and seed give the same bytes, whatever happens on the way.
@Suite struct MixtureDeterminismTests {
  @Test func `any number of workers, and parts in any order, give the same bytes`() throws {
    let samples = try SampleStores()
    let manifest = try samples.write()
    let first = samples.directory("workers-1")
    expectDone(try Program.mixture.run(samples.arguments(manifest, first, "--workers", "1")))
    let expected = try digests(first)
    #expect(expected.keys.filter { $0.hasPrefix("samples-") }.count > 8)
    for workers in ["2", "7"] {
      let out = samples.directory("workers-" + workers)
      expectDone(try Program.mixture.run(samples.arguments(manifest, out, "--workers", workers)))
      #expect(try digests(out) == expected)
    }
    let parts = samples.directory("parts")
    for rank in [2, 0, 1] {
      let outcome = try Program.mixture.run(
        samples.arguments(manifest, parts, "--rank", "\(rank)", "--world", "3", "--json"))
      expectDone(outcome)
      #expect(try outcome.json["complete"]?.bool == (rank == 1))
    }
    #expect(try digests(parts) == expected)
    // Parts from different machines, put together, are completed by one more run.
    let joined = samples.directory("joined")
    for rank in 0..<2 {
      let part = samples.directory("part-\(rank)")
      expectDone(
        try Program.mixture.run(samples.arguments(manifest, part, "--rank", "\(rank)", "--world", "2")))
      try copyTree(part, to: joined)
    }
    expectDone(try Program.mixture.run(samples.arguments(manifest, joined)))
    #expect(try digests(joined) == expected)
    // What is complete is left as it is.
    let again = try Program.mixture.run(samples.arguments(manifest, first, "--json"))
    expectDone(again)
    #expect(try again.json["was_complete"]?.bool == true)
  }

  private func copyTree(_ source: String, to target: String) throws {
    try Directory.create(target)
    for name in try Directory.names(source) {
      if Directory.entry(source + "/" + name) == .directory {
        try copyTree(source + "/" + name, to: target + "/" + name)
      } else {
        try AtomicFile.write(try readBytes(source + "/" + name), to: target + "/" + name)
      }
    }
  }

  @Test func `stores at another path, reached by a variable in the same manifest, give the same bytes`() throws {
    let samples = try SampleStores()
    let manifest = try samples.write(
      """
      name: two
      stores: ${HERE}
      entries:
        - {dataset: metaworld_reach_push}
        - {store: "${HERE}/metaworld_button_drawer", weight: 0.5}
      samples: 500

      """)
    let copy = samples.directory("elsewhere")
    for name in SampleStores.names { try copyFiles(samples.stores + "/" + name, to: copy + "/" + name) }
    var found: [[String: String]] = []
    for (place, out) in [(samples.stores, "a"), (copy, "b")] {
      let out = samples.directory(out)
      expectDone(
        try Program.mixture.run(["build", manifest, "--out", out, "--quiet"], variables: ["HERE": place]))
      found.append(try digests(out))
    }
    #expect(found[0] == found[1] && !found[0].isEmpty)
    expectRefusal(
      try Program.mixture.run("build", manifest, "--out", samples.directory("c")), 66, "two.yaml:2:9", "`HERE`")
  }

  @Test func `a build that is killed at any moment ends in the same bytes when it is run again`() throws {
    let samples = try SampleStores()
    let manifest = try samples.write(
      SampleStores.manifest("samples: 4000\nshard_size: 128KiB\nimage: {form: png, size: [24, 24]}"))
    let clock = ContinuousClock()
    let undisturbed = samples.directory("undisturbed")
    var duration = try clock.measure {
      expectDone(try Program.mixture.run(samples.arguments(manifest, undisturbed, "--workers", "2")))
    }
    let expected = try digests(undisturbed)
    var generator = SystemRandomNumberGenerator()
    var killed = 0
    var turn = 0
    while killed < 20, turn < 60 {
      let out = samples.directory("out-\(turn)")
      turn += 1
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let running = try Program.mixture.start(samples.arguments(manifest, out, "--workers", "2"))
        usleep(UInt32(duration / .microseconds(1) * Double.random(in: 0...1, using: &generator)))
        running.kill()
        if try running.outcome().ending == .signal(SIGKILL) { killed += 1 }
      }
      let again = try clock.measure {
        expectDone(try Program.mixture.run(samples.arguments(manifest, out, "--workers", "2")))
      }
      duration = min(duration, again)
      #expect(try digests(out) == expected)
      try Directory.remove(out)
    }
    #expect(killed >= 20)
  }

  @Test func `two builds into one directory do no harm`() throws {
    let samples = try SampleStores()
    let manifest = try samples.write(SampleStores.manifest("samples: 4000\nshard_size: 128KiB"))
    let alone = samples.directory("alone")
    expectDone(try Program.mixture.run(samples.arguments(manifest, alone)))
    let out = samples.directory("out")
    let running = try (0..<2).map { _ in try Program.mixture.start(samples.arguments(manifest, out)) }
    let endings = try running.map { try $0.outcome().ending }
    #expect(endings.allSatisfy { $0 == .status(0) || $0 == .status(75) }, "\(endings)")
    #expect(endings.contains(.status(0)))
    #expect(try digests(out) == digests(alone))
  }
}
