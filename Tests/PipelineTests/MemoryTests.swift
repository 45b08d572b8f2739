import ByteIO
import JSON
import TestSupport
import Testing

@Suite struct MemoryTests {
  /// Writes the first shards of a sample `times` times over, as one dataset.
  private func repeated(_ times: Int, in directory: TemporaryDirectory) throws -> String {
    let source = Repository.sample("metaworld_reach_push/1.0.0")
    let target = directory("x\(times)/metaworld_reach_push/1.0.0")
    try Directory.create(target)
    let count = 4 * times
    func name(_ index: Int, of count: Int) -> String {
      func five(_ number: Int) -> String { String(String(100_000 + number).dropFirst()) }
      return "metaworld_reach_push-train.tfrecord-\(five(index))-of-\(five(count))"
    }
    for index in 0..<count {
      try AtomicFile.write(
        try readBytes(source + "/" + name(index % 4, of: 4)), to: target + "/" + name(index, of: count))
    }
    let lengths = [String](repeating: "\"15\"", count: count).joined(separator: ",")
    let info = """
      {"name": "metaworld_reach_push", "version": "1.0.0", "fileFormat": "tfrecord",
       "splits": [{"name": "train", "numBytes": "1", "shardLengths": [\(lengths)]}]}
      """
    try AtomicFile.write(Array(info.utf8), to: target + "/dataset_info.json")
    try AtomicFile.write(try readBytes(source + "/features.json"), to: target + "/features.json")
    return target
  }

  @Test(arguments: [["--images", "keep"], ["--statistics-only"], ["--images", "jpeg:80:16", "--shard-size", "1"]])
  func `memory does not grow with the number of episodes`(options: [String]) throws {
    let directory = try TemporaryDirectory()
    let peaks = try [1, 4].map { times in
      let outcome = try Program.rlds.run(
        [
          "ingest", try repeated(times, in: directory), "--dataset", "metaworld_reach_push", "--workers", "2", "--out",
          directory("store-\(times)"), "--json",
        ] + options)
      expectDone(outcome)
      #expect(try outcome.json["episodes"]?.integer == 60 * times)
      return outcome.peakByteCount
    }
    #expect(peaks[0] > 10 << 20, "a program of this kind holds more: it was not measured: \(peaks)")
    #expect(peaks[1] - peaks[0] < 20 << 20, "\(peaks)")
    #expect(peaks[1] < 300 << 20)
  }
}
