import ByteIO
import TestSupport
import Testing

@testable import MixtureBuild

@Suite struct FrameCopyTests {
  /// Frames of 1 to 9 bytes, two a sample, from anywhere in two stores; some lie nowhere.
  @Test(arguments: [1, 16, 100, 1 << 20])
  func `frames come in the samples' order, whatever fits into a window`(windowByteCount: Int) async throws {
    let workshop = try Workshop(TinyStore("alpha", lengths: [5, 4, 6]), TinyStore("beta", lengths: [3, 8]))
    let plan = try workshop.plan(
      "entries: [{dataset: alpha, split: all}, {dataset: beta, split: all}]\nseed: 3\nsamples: 40\n")
    let files = StoreFiles(plan)
    let drawn = try SampleSource(plan).drawn(0..<40)
    var generator = SeededGenerator(4)
    var places: [FramePlace] = []
    var expected: [UInt8] = []
    for _ in 0..<80 {
      let file = Int(generator.next() % UInt64(files.shards.count))
      let count = 1 + Int(generator.next() % 9)
      let offset = Int(generator.next() % 200)
      guard generator.next() % 5 > 0 else {
        places.append(FramePlace(file: -1, offset: 0, count: count))
        expected += [UInt8](repeating: 0, count: count)
        continue
      }
      places.append(FramePlace(file: Int32(file), offset: offset, count: count))
      expected += try readBytes(files.shards[file].path)[offset..<offset + count]
    }
    let path = workshop("frames")
    let target = try AtomicFile(path)
    var told = 0
    try FrameCopy(files, StoreReader(openLimit: 4), windowByteCount: windowByteCount)
      .append(places, 2, drawn, to: target) { told += $0 }
    _ = try target.commit()
    #expect(try readBytes(path) == expected)
    #expect(told == expected.count)
  }
}
