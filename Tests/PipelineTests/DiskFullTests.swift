import ByteIO
import Glibc
import TestSupport
import Testing

/// A file system in memory of a given size, where mounting is permitted.
final class SmallDisk {
  /// Whether this process may mount one.
  static let isPermitted: Bool = {
    guard let directory = try? TemporaryDirectory(), mount("tmpfs", directory.path, "tmpfs", 0, "size=64k") == 0
    else { return false }
    return umount(directory.path) == 0
  }()

  let directory: TemporaryDirectory
  var path: String { directory.path }

  init(size: String) throws {
    directory = try TemporaryDirectory()
    #expect(mount("tmpfs", directory.path, "tmpfs", 0, "size=" + size) == 0)
  }

  func enlarge(to size: String) { #expect(mount("tmpfs", path, "tmpfs", UInt(MS_REMOUNT), "size=" + size) == 0) }

  deinit { umount2(directory.path, Int32(MNT_DETACH)) }
}

@Suite struct DiskFullTests {
  @Test(
    .enabled(if: SmallDisk.isPermitted, "mounting a tmpfs needs the right to do so"),
    arguments: ["1m", "4m", "6500k"])
  func `a full disk ends in status 74 and the ingest goes on when there is room`(size: String) throws {
    let undisturbed = try TemporaryDirectory()
    func ingest(_ store: String) throws -> Program.Outcome {
      try Program.rlds.run(
        "ingest", Repository.sample("metaworld_reach_push"), "--dataset", "metaworld_reach_push", "--out", store,
        "--shard-size", "1", "--workers", "2")
    }
    expectDone(try ingest(undisturbed("store")))
    let disk = try SmallDisk(size: size)
    expectRefusal(try ingest(disk.path + "/store"), 74, disk.path)
    expectRefusal(try ingest(disk.path + "/store"), 74, disk.path)  // Trying again helps nothing and harms nothing.
    disk.enlarge(to: "64m")
    expectDone(try ingest(disk.path + "/store"))
    #expect(try digests(disk.path + "/store") == digests(undisturbed("store")))
  }

  @Test(.enabled(if: SmallDisk.isPermitted, "mounting a tmpfs needs the right to do so"))
  func `a dump that does not fit leaves nothing behind`() throws {
    let disk = try SmallDisk(size: "64k")
    expectRefusal(
      try Program.rlds.run("dump", Repository.sample("metaworld_reach_push"), "--out", disk.path + "/d.safetensors"),
      74,
      disk.path)
    #expect(try Directory.names(disk.path) == [])
  }
}
