#if WITH_TORCH
  import ByteIO
  import Foundation
  import JSON
  import TestSupport
  import Testing

  /// `armature train fit` as a user runs it.
  @Suite struct FitTests {
    private static let settings = """
      optimizer: {learning_rate: 3.0e-3, clip: 1.0}
      batch: {size: 4, accumulation: 2}
      length: {steps: 24}
      save: {every: 3, keep: 2}
      log: {every: 1}

      """

    @Test func `a run ends in a checkpoint that answers, with its metrics, events and page`() throws {
      let run = try TinyRun(Self.settings + "evaluation: {held_out: {share: 0.3}, every: 10, samples: 32}\n")
      let outcome = try run.fit("a", "--json")
      #expect(outcome.ending == .status(0), "\(outcome.complaint)")
      let json = try outcome.json
      #expect(json["complete"] == .bool(true) && json["step"]?.integer == 24)
      #expect(try run.losses("a").count == 24)
      let evaluation = try #require(json["evaluation"])
      #expect(evaluation["all"]?["tokens"]?.integer ?? 0 > 0)
      #expect(evaluation["moving"]?["constant_l1"]?.double ?? 0 > 0)
      #expect(try run.states("a") == ["step-000000021", "step-000000024"])
      let page = String(decoding: try readBytes(run.path("a/run.html")), as: UTF8.self)
      #expect(page.contains("Confusion of bins") && page.contains("data:image/png;base64,"))
      #expect(try !Directory.names(run.path("a/events")).isEmpty)
      let answer = try Program.train.run([
        "predict", run.path("a/checkpoint"), "--image", Repository.fixture("Images/button_drawer_0_rgb_static_0.jpg"),
        "--instruction", "open the drawer", "--json",
      ])
      #expect(try answer.json["action"]?.elements?.count == 7, "\(answer.complaint)")
      // The same command again recognises that all is done.
      let before = try digests(run.path("a"))
      let again = try run.fit("a", "--json")
      #expect(try again.json["step"]?.integer == 24)
      #expect(try again.json["evaluation"] == evaluation)
      #expect(try digests(run.path("a")) == before)

      let measured = try Program.train.run([
        "eval", run.path("a/checkpoint"), run.mixture, "--workers", "1", "--json", "--confusion", run.path("c.png"),
      ])
      #expect(measured.ending == .status(0), "\(measured.complaint)")
      #expect(try measured.json["samples"]?.integer == 48)
      #expect(try readBytes(run.path("c.png")).starts(with: [0x89, 0x50, 0x4E, 0x47]))
    }

    @Test func `killed at any moment, a run goes on to the same losses and weights, bit for bit`() throws {
      let run = try TinyRun(Self.settings)
      #expect(try run.fit("whole").ending == .status(0))
      let losses = try run.losses("whole")
      var seed: UInt64 = 7
      var kills = 0
      while kills < 10 {
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        // Waits until the run has said so many steps more, then a few milliseconds.
        let before = (try? run.losses("killed").count) ?? 0
        let target = min(before + 1 + Int(seed >> 33) % 4, 23)
        let running = try Program.train.start(run.arguments("killed"))
        run.wait("killed", until: target)
        usleep(UInt32(seed >> 40) % 60_000)
        running.kill()
        let ending = try running.outcome().ending
        if ending == .status(0) { break }
        #expect(ending == .signal(9))
        kills += 1
      }
      let last = try run.fit("killed")
      #expect(last.ending == .status(0), "\(last.complaint)")
      #expect(try run.losses("killed") == losses)
      #expect(try run.weights("killed") == run.weights("whole"))
    }

    @Test func `asked to stop, a run keeps its state, says so in status 75, and goes on`() throws {
      let run = try TinyRun(Self.settings)
      #expect(try run.fit("whole").ending == .status(0))
      let running = try Program.train.start(run.arguments("stopped"))
      run.wait("stopped", until: 5)
      kill(running.process, SIGTERM)
      let outcome = try running.outcome()
      #expect(outcome.ending == .status(75))
      #expect(outcome.complaints.count == 1 && outcome.complaint.contains("the same command continues it"))
      #expect(Directory.entry(run.path("stopped/checkpoint/model.safetensors")) == .file)
      #expect(try run.fit("stopped").ending == .status(0))
      #expect(try run.losses("stopped") == run.losses("whole"))
      #expect(try run.weights("stopped") == run.weights("whole"))
    }

    @Test func `recomputed activations, a plan with its stores, and more readers give the same bits`() throws {
      let run = try TinyRun(Self.settings)
      #expect(try run.fit("a").ending == .status(0))
      let plan = try Program.mixture.run([
        "build", run.path("one.yaml"), "--stores", run.path("stores"), "--out", run.path("plan"), "--virtual",
        "--quiet",
      ])
      #expect(plan.ending == .status(0))
      #expect(
        try run.fit("b", "--mixture", run.path("plan"), "--stores", run.path("stores")).ending == .status(0))
      #expect(try run.losses("b") == run.losses("a"))
      let text = try String(contentsOfFile: run.config, encoding: .utf8)
      try Data((text + "activations: recomputed\n").utf8).write(to: URL(filePath: run.config))
      #expect(try run.fit("c").ending == .status(0))
      #expect(try run.losses("c") == run.losses("a"))
      #expect(try run.weights("c") == run.weights("a"))
    }

    @Test func `two ranks train as one with the doubled batch`() throws {
      let run = try TinyRun(
        "optimizer: {learning_rate: 1.0e-3, clip: 1.0}\nbatch: {size: 4}\nlength: {steps: 20}\nlog: {every: 1}\n")
      #expect(try run.fit("one", "--batch", "8").ending == .status(0))
      let outcome = try run.fit("two", "--ranks", "2", "--json")
      #expect(outcome.ending == .status(0), "\(outcome.complaint)")
      #expect(try outcome.json["step"]?.integer == 20)
      let (one, two) = (try run.losses("one"), try run.losses("two"))
      #expect(one.count == 20 && two.count == 20)
      for (step, loss) in one {
        let (a, b) = (try #require(Double(loss)), try #require(Double(two[step] ?? "")))
        #expect(abs(a - b) <= 1e-5, "step \(step): \(a), \(b)")
      }
    }

    @Test(arguments: [0, 1, 2])
    func `a rank that dies is named within seconds, and the state before is kept`(rank: Int) throws {
      let run = try TinyRun(
        "optimizer: {learning_rate: 1.0e-3}\nbatch: {size: 4}\nlength: {steps: 100000}\nsave: {every: 0}\nlog: {every: 1}\n"
      )
      let running = try Program.train.start(run.arguments("r", ["--ranks", "3"]))
      defer { kill(running.process, SIGKILL) }
      run.wait("r", until: 3)
      let victim = try #require(Self.children(of: running.process).first { Self.rank(of: $0) == rank })
      let start = ContinuousClock.now
      kill(victim, SIGKILL)
      let outcome = try running.outcome()
      #expect(ContinuousClock.now - start < .seconds(20))
      #expect(outcome.ending == .status(75), "\(outcome.complaint)")
      #expect(outcome.complaint.contains("rank \(rank) of 3 is gone"), "\(outcome.complaint)")
      #expect(outcome.complaint.contains("rank \(rank) of 3 was ended by signal 9"))
      #expect(outcome.complaints.count == 2, "\(outcome.complaint)")
      #expect(try run.states("r").count == 1)
      #expect(Directory.entry(run.path("r/checkpoint/model.safetensors")) == .file)
      // It goes on from there, with another number of ranks if need be.
      let steps = try #require(try run.states("r").first.flatMap { Int($0.dropFirst(5)) }) + 2
      #expect(try run.fit("r", "--steps", "\(steps)").ending == .status(0))
    }

    /// The processes that any thread of `process` started.
    private static func children(of process: pid_t) throws -> [pid_t] {
      try Directory.names("/proc/\(process)/task").flatMap { thread -> [pid_t] in
        let path = "/proc/\(process)/task/\(thread)/children"
        return String(decoding: try readBytes(path), as: UTF8.self).split(separator: " ").compactMap { pid_t($0) }
      }
    }

    private static func rank(of process: pid_t) -> Int? {
      guard let bytes = try? readBytes("/proc/\(process)/environ") else { return nil }
      let entries = bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      return entries.first { $0.hasPrefix("RANK=") }.flatMap { Int($0.dropFirst(5)) }
    }

    @Test func `an adapter is trained alone, and its folder and the merged model agree`() throws {
      let run = try TinyRun(Self.settings)
      #expect(try run.fit("base").ending == .status(0))
      let base = run.path("base/checkpoint")
      try Data(
        """
        name: lora
        model: {checkpoint: \(base)}
        data: {mixture: \(run.mixture)}
        adapter: {rank: 4, alpha: 8, dropout: 0.1, start: gaussian}
        \(Self.settings)
        """.utf8
      ).write(to: URL(filePath: run.config))
      #expect(try run.fit("lora").ending == .status(0))
      #expect(try run.fit("again").ending == .status(0))
      #expect(try run.weights("lora") == run.weights("again"))
      let merged = try Program.train.run([
        "merge", base, run.path("lora/adapter"), "--out", run.path("merged"), "--json",
      ])
      #expect(try merged.json["merged"]?.integer ?? 0 > 20, "\(merged.complaint)")
      #expect(try readBytes(run.path("merged/model.safetensors")) == run.weights("lora"))
      #expect(try run.weights("lora") != run.weights("base"))
    }

    @Test func `an adapter over a bfloat16 model stays float32, and is merged in bfloat16`() throws {
      let run = try TinyRun(Self.settings)
      #expect(try run.fit("base", "--steps", "2").ending == .status(0))
      let base = run.path("base/checkpoint")
      let half = try Program.train.run(["export", base, "--out", run.path("half"), "--dtype", "bf16"])
      #expect(half.ending == .status(0))
      try Data(
        """
        name: lora
        model: {checkpoint: \(run.path("half"))}
        data: {mixture: \(run.mixture)}
        adapter: {rank: 4}
        precision: bf16
        frozen: bf16
        activations: recomputed
        \(Self.settings)
        """.utf8
      ).write(to: URL(filePath: run.config))
      #expect(try run.fit("a", "--steps", "3").ending == .status(0))
      #expect(try run.fit("a", "--steps", "6").ending == .status(0))
      #expect(try run.fit("b", "--steps", "6").ending == .status(0))
      #expect(try run.weights("a") == run.weights("b"))
      let merged = try Program.train.run([
        "merge", run.path("half"), run.path("a/adapter"), "--out", run.path("merged"), "--dtype", "bf16",
      ])
      #expect(merged.ending == .status(0), "\(merged.complaint)")
      #expect(try readBytes(run.path("merged/model.safetensors")) == run.weights("a"))
    }

    @Test func `two batches are learnt by heart`() throws {
      let run = try TinyRun(
        """
        optimizer: {learning_rate: 3.0e-3, clip: 1.0}
        batch: {size: 8}
        length: {steps: 800}
        save: {every: 0}
        log: {every: 20}

        """, samples: 16)
      let outcome = try run.fit("a", "--json")
      #expect(outcome.ending == .status(0), "\(outcome.complaint)")
      let measured = try Program.train.run(["eval", run.path("a/checkpoint"), run.mixture, "--workers", "1", "--json"])
      #expect(try measured.json["all"]?["accuracy"]?.double ?? 0 >= 0.99, "\(measured.output)")
    }
  }
#endif
