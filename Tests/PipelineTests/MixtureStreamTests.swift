import ByteIO
import TestSupport
import Testing

/// What the reader delivers from every place on, in processes of their own.
@Suite struct MixtureStreamTests {
  /// A mixture of both samples.
  private struct Built {
    let directory: TemporaryDirectory
    var path: String { directory("mixture") }

    init() throws {
      directory = try TemporaryDirectory()
      for name in ["metaworld_reach_push", "metaworld_button_drawer"] {
        expectDone(
          try Program.rlds.run(
            "ingest", Repository.sample(name), "--dataset", name, "--out", directory("stores/\(name)"), "--quiet"))
      }
      let manifest = try directory.write(
        Array(
          """
          name: two
          seed: 5
          entries:
            - {dataset: metaworld_reach_push}
            - {dataset: metaworld_button_drawer, weight: 0.5}
          samples: 620
          shard_size: 256KiB

          """.utf8), to: "two.yaml")
      expectDone(
        try Program.mixture.run(
          "build", manifest, "--stores", directory("stores"), "--out", directory("mixture"), "--quiet"))
    }

    func lines(_ options: String...) throws -> [Substring] {
      let outcome = try Program.mixture.run(
        ["stream", path, "--size", "8", "--augment", "--workers", "1"] + options)
      expectDone(outcome)
      return outcome.output.split(separator: "\n")
    }
  }

  @Test func `from every place on the same samples follow in the same order`() throws {
    let built = try Built()
    let all = try built.lines("--samples", "700")
    #expect(all.count == 700)
    #expect(Set(all).count == 700, "no two samples are the same, also not in another epoch")
    #expect(all[620].hasPrefix("1 0 "))
    for place in 0...500 {
      let rest = try built.lines("--position", "\(place)", "--samples", "2")
      #expect(rest == Array(all[place..<place + 2]), "place \(place)")
    }
    #expect(try built.lines("--epoch", "1", "--position", "7", "--samples", "3") == Array(all[627..<630]))
  }

  @Test func `readers share the stream, whatever their number, and can change it on the way`() throws {
    let built = try Built()
    let all = try built.lines("--samples", "150")
    // 40 samples by one reader, 60 by two, 30 by three: each goes on where the ones before stood.
    var found = try built.lines("--samples", "40")
    for (world, count, place) in [(2, 60, 40), (3, 30, 100)] {
      let parts = try (0..<world).map { rank in
        try built.lines(
          "--position", "\(place)", "--rank", "\(rank)", "--world", "\(world)", "--samples", "\(count / world)")
      }
      for sample in 0..<count { found.append(parts[sample % world][sample / world]) }
    }
    #expect(found == Array(all[..<130]))
  }

  @Test func `any number of workers reads the same`() throws {
    let built = try Built()
    let one = try Program.mixture.run("stream", built.path, "--size", "8", "--samples", "200", "--workers", "1")
    for workers in ["2", "7"] {
      let other = try Program.mixture.run("stream", built.path, "--size", "8", "--samples", "200", "--workers", workers)
      #expect(other.output == one.output)
    }
    #expect(one.output.split(separator: "\n").count == 200)
  }
}
