import ByteIO
import TestSupport
import Testing

@Suite struct DeterminismTests {
  @Test(arguments: ["keep", "png:32", "raw:32", "jpeg:80:32"])
  func `a store does not depend on workers, place or dates`(images: String) throws {
    let directory = try TemporaryDirectory()
    // The second sample has depth and pictures of varying size.
    for name in images == "jpeg:80:32" ? ["metaworld_reach_push"] : ["metaworld_button_drawer"] {
      let source = Repository.sample(name) + "/1.0.0"
      try copyFiles(source, to: directory("elsewhere/\(name)"))
      var stores: [[String: String]] = []
      for (number, (data, workers)) in [
        (source, 1), (source, 2), (source, 7), (directory("elsewhere/\(name)"), 3),
      ].enumerated() {
        let store = directory("\(name)-\(number)")
        expectDone(
          try Program.rlds.run(
            "ingest", data, "--dataset", name, "--out", store, "--shard-size", "1", "--images", images,
            "--workers", "\(workers)"))
        stores.append(try digests(store))
        try Directory.remove(store)
      }
      #expect(stores[0].count > 5)
      for other in stores.dropFirst() { #expect(other == stores[0]) }
    }
  }

  @Test func `statistics alone do not depend on workers`() throws {
    let outputs = try [1, 2, 7].map { workers in
      try Program.rlds.run(
        "ingest", Repository.sample("metaworld_reach_push"), "--dataset", "metaworld_reach_push", "--statistics-only",
        "--workers", "\(workers)"
      ).output
    }
    #expect(outputs[0].count > 1000)
    #expect(outputs[1] == outputs[0] && outputs[2] == outputs[0])
  }
}
