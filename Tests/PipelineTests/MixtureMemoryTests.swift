import ByteIO
import JSON
import TestSupport
import Testing

@Suite struct MixtureMemoryTests {
  private static let counts = [500, 8500]

  /// Ingests a dataset of `count` episodes of two steps.
  private func store(_ count: Int, in directory: TemporaryDirectory) throws -> String {
    let data = SyntheticDataset(name: "many", splits: [("train", 4, count / 4)], stepCount: { _ in 2 })
    let manifest = try directory.write(
      Array(
        """
        dataset: many
        action: action
        language: language_instruction
        views: {primary: observation/image}
        encodings: {action: eef_pos}

        """.utf8), to: "many.yaml")
    expectDone(
      try Program.rlds.run(
        "ingest", try data.write(to: directory("data-\(count)")), "--dataset", manifest, "--out",
        directory("\(count)/many"), "--quiet"))
    return directory("\(count)")
  }

  @Test func `memory grows with the number of episodes by the stated index alone`() throws {
    let directory = try TemporaryDirectory()
    let manifest = try directory.write(
      Array("name: many\nsamples: 400\nskip_unlabeled: true\nentries:\n  - {dataset: many, split: train}\n".utf8),
      to: "mixture.yaml")
    let stores = try Self.counts.map { try store($0, in: directory) }
    // 8000 episodes more: a table of one kilobyte an episode, or all rows and frames (10 MB), would show.
    for words in [["plan"], ["build", "--workers", "2", "--out"]] {
      let peaks = try zip(stores, Self.counts).map { stores, count in
        let out = words.count > 1 ? [directory("out-\(count)")] : []
        let outcome = try Program.mixture.run(words + out + [manifest, "--stores", stores, "--json"])
        expectDone(outcome)
        #expect(try outcome.json["samples"]?.integer == 400)
        return outcome.peakByteCount
      }
      #expect(peaks[0] > 8 << 20, "a program of this kind holds more: it was not measured: \(peaks)")
      #expect(peaks[1] - peaks[0] < 7 << 20, "\(words[0]): \(peaks)")
    }
  }

  @Test func `a plan takes no memory for its samples`() throws {
    let samples = try SampleStores()
    // A table of one bit a sample would take 125 MB.
    let peaks = try [1000, 1_000_000_000].map { count in
      let manifest = try samples.write(SampleStores.manifest("samples: \(count)"))
      let outcome = try Program.mixture.run("plan", manifest, "--stores", samples.stores, "--at", "999", "--json")
      expectDone(outcome)
      #expect(try outcome.json["position"]?.integer == 999)
      return outcome.peakByteCount
    }
    #expect(peaks[0] > 8 << 20, "a program of this kind holds more: it was not measured: \(peaks)")
    #expect(peaks[1] - peaks[0] < 8 << 20, "\(peaks)")
  }
}
