#if WITH_TORCH
  import ByteIO
  import Foundation
  import Glibc
  import JSON
  import TestSupport
  import Testing

  /// Writing a checkpoint is all or nothing, whatever stops it.
  @Suite struct CheckpointCrashTests {
    private func arguments(_ out: String) -> [String] {
      ["init", "small", "--seed", "5", "--shard-size", "8MB", "--out", out]
    }

    private func contents(_ folder: String) throws -> [String: String] {
      var digests: [String: String] = [:]
      for name in try Directory.names(folder) {
        digests[name] = try SHA256Digest.hexadecimal(ofFile: folder + "/" + name)
      }
      return digests
    }

    @Test func `a checkpoint that was killed while it was written is not there, and the same command writes it`() throws
    {
      let directory = try TemporaryDirectory()
      let start = ContinuousClock.now
      expectDone(try Program.train.run(arguments(directory("undisturbed"))))
      let duration = (ContinuousClock.now - start) / .microseconds(1)
      let expected = try contents(directory("undisturbed"))
      #expect(expected.count > 5)
      var generator = SeededGenerator(11)
      let out = directory("out")
      var killed = 0
      for _ in 0..<8 {
        let running = try Program.train.start(arguments(out))
        usleep(UInt32(duration * Double(generator.next() >> 11) * 0x1p-53))
        running.kill()
        guard try running.outcome().ending == .signal(SIGKILL) else {
          #expect(try contents(out) == expected)
          try Directory.remove(out)
          continue
        }
        killed += 1
        // Either nothing, or, when the kill came after the move, everything.
        if Directory.entry(out) != .missing {
          #expect(try contents(out) == expected)
          try Directory.remove(out)
        }
      }
      #expect(killed > 0)
      expectDone(try Program.train.run(arguments(out)))
      #expect(try contents(out) == expected)
      #expect(Directory.entry(out + ".part") == .missing)
    }

    @Test(
      .enabled(if: SmallDisk.isPermitted, "mounting a tmpfs needs the right to do so"), arguments: ["64k", "20m"])
    func `a disk that is full leaves nothing of a checkpoint`(size: String) throws {
      let disk = try SmallDisk(size: size)
      let out = disk.path + "/model"
      expectRefusal(try Program.train.run(arguments(out)), 74, disk.path)
      #expect(try Directory.names(disk.path) == [])
      disk.enlarge(to: "80m")
      expectDone(try Program.train.run(arguments(out)))
    }

    @Test(arguments: ["f32", "bf16"])
    func `loading takes hardly more memory than the weights`(dtype: String) throws {
      let directory = try TemporaryDirectory()
      // 40 million parameters, nearly all of them in two matrices; 160 MB in f32.
      let preset = """
        name: wide
        vision: {backbone: siglip-vit-so400m, image: 32, towers: [{width: 32, depth: 2, heads: 2, patch: 16}]}
        language: {model: llama2-7b-pure, hidden: 1024, intermediate: 64, layers: 1, heads: 8}
        vocabulary: {rows: 16384, padding: 64, empty_token: 5}

        """
      let manifest = try directory.write(Array(preset.utf8), to: "wide.yaml")
      let bench = ["--batch", "1", "--text", "4", "--repeats", "1", "--workers", "1", "--json", "--dtype", dtype]
      func peak(_ model: String) throws -> Int {
        expectDone(try Program.train.run(["init", model, "--dtype", "bf16", "--out", directory("m")]))
        let outcome = try Program.train.run(["bench", directory("m")] + bench)
        expectDone(outcome)
        try Directory.remove(directory("m"))
        return try #require(try outcome.json["peak_resident_bytes"]?.integer)
      }
      let weights = try #require(
        try Program.train.run(["describe", manifest, "--json"]).json["bytes"]?["weights_\(dtype)"]?.integer)
      #expect(weights > 60 << 20)
      let base = try peak("tiny")
      // What computing takes beyond that of the small model, 4 positions of 16384 logits, is under 2 MB.
      #expect(try peak(manifest) - base < weights * 11 / 10)
    }
  }
#endif
