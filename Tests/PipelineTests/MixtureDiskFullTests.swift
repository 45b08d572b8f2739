import ByteIO
import TestSupport
import Testing

@Suite struct MixtureDiskFullTests {
  /// 3000 samples as PNG of 24 × 24 take about 3 MB, and the scratch file of a shard lies beside them.
  @Test(
    .enabled(if: SmallDisk.isPermitted, "mounting a tmpfs needs the right to do so"),
    arguments: ["64k", "600k", "1800k"])
  func `a disk that is full at any stage ends in status 74, and the build goes on when there is room`(
    size: String
  ) throws {
    let samples = try SampleStores()
    let manifest = try samples.write(
      SampleStores.manifest("samples: 3000\nshard_size: 256KiB\nimage: {form: png, size: [24, 24]}"))
    let undisturbed = samples.directory("undisturbed")
    expectDone(try Program.mixture.run(samples.arguments(manifest, undisturbed, "--workers", "2")))
    let disk = try SmallDisk(size: size)
    let out = disk.path + "/out"
    // Trying again helps nothing and harms nothing.
    for _ in 0..<2 {
      expectRefusal(try Program.mixture.run(samples.arguments(manifest, out, "--workers", "2")), 74, disk.path)
      #expect(Directory.entry(out + "/mixture.json") == .missing)
    }
    disk.enlarge(to: "64m")
    expectDone(try Program.mixture.run(samples.arguments(manifest, out, "--workers", "2")))
    #expect(try digests(out) == digests(undisturbed))
  }
}
