#if WITH_TORCH
  import ByteIO
  import Foundation
  import JSON
  import TestSupport
  import Testing

  /// What `armature train fit` says when it cannot go on.
  @Suite struct FitRefusalTests {
    private static let settings = "batch: {size: 4}\nlength: {steps: 6}\nsave: {every: 2}\nlog: {every: 1}\n"

    @Test(arguments: [
      ("optimiser: {}\n", 65, "unknown key `optimiser`; did you mean `optimizer`"),
      ("optimizer: {learning_rte: 1}\n", 65, "did you mean `learning_rate`"),
      ("batch: {size: 0}\n", 65, "batch.size"), ("stage: vla-half-train\n", 65, "unknown name `vla-half-train`"),
      ("schedule: {kind: linear-warmup+cosine-decay}\n", 65, "steps: N"),
      ("adapter: {rank: 4, targets: [nothing]}\nlength: {steps: 1}\n", 64, "no linear layer `nothing`"),
      ("data: {mixture: /nowhere}\n", 66, "/nowhere: no complete mixture"),
    ])
    func `a configuration that cannot be is one line with the place`(
      text: String, status: Int32, words: String
    ) throws {
      let folder = try TemporaryDirectory()
      let mixture = try TinyMixture.make(in: folder)
      let data = text.contains("data:") ? "" : "data: {mixture: \(mixture)}\n"
      try Data("name: bad\nmodel: {preset: \(TinyRun.model)}\n\(data)\(text)".utf8)
        .write(to: URL(filePath: folder("bad.yaml")))
      let outcome = try Program.train.run(["fit", folder("bad.yaml"), "--out", folder("out"), "--quiet"])
      expectRefusal(outcome, status, words, memoryLimit: 1 << 30)
    }

    @Test func `a loss that is no number names step, dataset and samples, and keeps the last good state`() throws {
      let run = try TinyRun(Self.settings)
      let outcome = try run.fit("nan", "--learning-rate", "1e38")
      #expect(outcome.ending == .status(65), "\(outcome.complaint)")
      #expect(outcome.complaints.count == 1)
      #expect(outcome.complaint.contains("step "), "\(outcome.complaint)")
      #expect(outcome.complaint.contains("not a number") || outcome.complaint.contains("not numbers"))
      let step = try #require(try run.losses("nan").keys.max())
      #expect(try run.states("nan").last == "step-00000000\(step)")
    }

    @Test func `statistics that are missing, or of other dimensions, are refused`() throws {
      let run = try TinyRun(Self.settings)
      let file = run.mixture + "/dataset_statistics.json"
      let whole = try String(contentsOfFile: file, encoding: .utf8)
      try FileManager.default.removeItem(atPath: file)
      expectRefusal(try run.fit("a"), 66, "dataset_statistics.json", "build it again", memoryLimit: 1 << 30)
      try Data(#"{"metaworld_button_drawer": {"action": {"q01": [0, 0], "q99": [1, 1]}}}"#.utf8)
        .write(to: URL(filePath: file))
      expectRefusal(try run.fit("b"), 65, "2 action dimensions, the mixture 7", memoryLimit: 1 << 30)
      try Data(#"{"other": {"action": {"q01": [0], "q99": [1]}}}"#.utf8).write(to: URL(filePath: file))
      expectRefusal(
        try run.fit("c"), 65, "the statistics of `metaworld_button_drawer` are missing", memoryLimit: 1 << 30)
      try Data(whole.utf8).write(to: URL(filePath: file))
      #expect(try run.fit("a").ending == .status(0))
    }

    @Test func `a run continues only with its own settings`() throws {
      let run = try TinyRun(Self.settings)
      #expect(try run.fit("a", "--steps", "2").ending == .status(0))
      expectRefusal(
        try run.fit("a", "--learning-rate", "0.5"), 64, "`learning_rate`", "another --out", memoryLimit: 1 << 30)
      #expect(try run.fit("a", "--steps", "4").ending == .status(0))
    }

    @Test func `another process in the same folder is told to wait`() throws {
      let run = try TinyRun("batch: {size: 4}\nlength: {steps: 100000}\nlog: {every: 1}\n")
      let running = try Program.train.start(run.arguments("a"))
      defer { running.kill() }
      run.wait("a", until: 1)
      let second = try run.fit("a")
      #expect(second.ending == .status(75), "\(second.complaint)")
      #expect(second.complaints.count == 1)
      running.kill()
      _ = try running.outcome()
    }

    @Test func `memory that does not suffice is said with what would mend it`() throws {
      let run = try TinyRun("batch: {size: 1024}\nlength: {steps: 1}\nlog: {every: 1}\n", samples: 64)
      // A deep decoder: what gradients need of its layers is far more than the batches that are kept ready.
      let preset = String(decoding: try readBytes(TinyRun.model), as: UTF8.self)
      try Data(preset.replacing("layers: 2", with: "layers: 48").utf8).write(to: URL(filePath: run.path("deep.yaml")))
      let config = String(decoding: try readBytes(run.config), as: UTF8.self)
      try Data(config.replacing(TinyRun.model, with: run.path("deep.yaml")).utf8).write(to: URL(filePath: run.config))
      let words = run.arguments("a").map { "'\($0)'" }.joined(separator: " ")
      let outcome = try Program(path: "/bin/sh").run([
        "-c", "ulimit -v 1600000; exec '\(Program.train.path)' \(words)",
      ])
      #expect(outcome.ending == .status(75), "\(outcome.complaint)")
      #expect(outcome.complaint.contains("lower batch.size and raise batch.accumulation"), "\(outcome.complaint)")
      #expect(outcome.complaints.count == 1)
    }

    @Test(.enabled(if: SmallDisk.isPermitted, "mounting a tmpfs needs the right to do so"))
    func `a full disk ends in status 74, and the run goes on when there is room`() throws {
      let run = try TinyRun(Self.settings)
      #expect(try run.fit("whole").ending == .status(0))
      let disk = try SmallDisk(size: "3m")
      let arguments = ["fit", run.config, "--out", disk.path + "/out", "--workers", "1", "--quiet"]
      let outcome = try Program.train.run(arguments)
      expectRefusal(outcome, 74, disk.path, memoryLimit: 1 << 30)
      disk.enlarge(to: "64m")
      #expect(try Program.train.run(arguments).ending == .status(0))
      #expect(try readBytes(disk.path + "/out/checkpoint/model.safetensors") == run.weights("whole"))
    }
  }
#endif
