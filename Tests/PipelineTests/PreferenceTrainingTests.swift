#if WITH_TORCH
  import ByteIO
  import Foundation
  import JSON
  import TestSupport
  import Testing

  /// `armature train dpo` as a user runs it, on pairs of the sample's rollouts.
  @Suite struct PreferenceTrainingTests {
    private static let settings = """
      optimizer: {learning_rate: 2.0e-3, clip: 1.0}
      batch: {size: 4, accumulation: 2, pass: 5}
      length: {steps: 12}
      save: {every: 3, keep: 2}
      log: {every: 1}

      """

    @Test func `a run begins at ln 2, learns its pairs, and ends in a checkpoint that answers`() throws {
      let run = try TinyPairs("preference: {beta: 0.5, sft: 0.1}\n" + Self.settings)
      let outcome = try run.dpo("a", "--json")
      #expect(outcome.ending == .status(0), "\(outcome.complaint)")
      let json = try outcome.json
      #expect(json["complete"] == .bool(true) && json["step"]?.integer == 12)
      #expect(abs((json["start_loss"]?.double ?? 0) - 0.693_147_18) <= 1e-4)
      let reference = try #require(json["reference"])
      #expect(reference["source"]?.text == "precomputed")
      // Each of the used steps went through the model once.
      #expect(reference["steps"]?.integer == reference["steps_passed"]?.integer)
      #expect(reference["steps"]?.integer ?? 0 > 0 && reference["steps_rechecked"]?.integer ?? 0 >= 8)
      let evaluation = try #require(json["evaluation"])
      let trained = try #require(evaluation["train"])
      #expect(trained["accuracy"]?.double ?? 0 > 0.5 && trained["margin"]?.double ?? 0 > 0)
      #expect(trained["pairs"]?.integer == json["pairs"]?.integer)
      for kind in ["train", "seen", "unseen"] {
        let group = try #require(evaluation[kind])
        let accuracy = try #require(group["accuracy"]?.double)
        #expect((group["accuracy_low"]?.double ?? 1) <= accuracy && accuracy <= (group["accuracy_high"]?.double ?? 0))
        #expect(group["action_rmse_to_chosen"]?.double ?? 0 > 0)
      }
      #expect(evaluation["kl_per_token"]?.double ?? 0 > 0)
      // The first step's pairs: policy and reference are the same, and nothing is strictly right yet.
      let first = try #require(try run.metrics("a").first)
      #expect(abs((first["loss/preference"]?.double ?? 0) - log(2)) > 1e-3, "the SFT term is part of it")
      #expect(first["rewards/accuracies"]?.double == 0)
      #expect(abs(first["chosen/log_ratio_per_token"]?.double ?? 1) <= 1e-5)
      let page = String(decoding: try readBytes(run.path("a/run.html")), as: UTF8.self)
      #expect(page.contains("Pairs that are right") && page.contains("held out, unseen starts"))
      let answer = try Program.train.run([
        "predict", run.path("a/checkpoint"), "--image", Repository.fixture("Images/button_drawer_0_rgb_static_0.jpg"),
        "--instruction", "reach", "--unnorm-key", "metaworld_reach_push", "--json",
      ])
      #expect(try answer.json["action"]?.elements?.count == 7, "\(answer.complaint)")
      let before = try digests(run.path("a"))
      #expect(try run.dpo("a", "--json").json["evaluation"] == evaluation)
      #expect(try digests(run.path("a")) == before)
    }

    @Test func `killed at any moment, a run goes on to the same losses and weights, bit for bit`() throws {
      let run = try TinyPairs("preference: {loss: ipo, sft: 0.1}\n" + Self.settings)
      #expect(try run.dpo("whole").ending == .status(0))
      var seed: UInt64 = 11
      var kills = 0
      while kills < 6 {
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let running = try Program.train.start(run.arguments("killed"))
        // Sometimes while the reference is computed.
        if kills > 1 { run.wait("killed", until: min(Int(seed >> 33) % 5 + 2 * kills, 11)) }
        usleep(UInt32(seed >> 40) % 200_000)
        running.kill()
        let ending = try running.outcome().ending
        if ending == .status(0) { break }
        #expect(ending == .signal(9))
        kills += 1
      }
      #expect(kills > 2)
      let last = try run.dpo("killed")
      #expect(last.ending == .status(0), "\(last.complaint)")
      #expect(try run.losses("killed") == run.losses("whole"))
      #expect(try run.weights("killed") == run.weights("whole"))
    }

    @Test func `two ranks train as one with the doubled batch`() throws {
      let run = try TinyPairs(
        "preference: {sft: 0.1}\noptimizer: {learning_rate: 1.0e-3, clip: 1.0}\nbatch: {size: 2, pass: 5}\n"
          + "length: {steps: 8}\nlog: {every: 1}\n")
      #expect(try run.dpo("one", "--batch", "4").ending == .status(0))
      let outcome = try run.dpo("two", "--ranks", "2", "--json")
      #expect(outcome.ending == .status(0), "\(outcome.complaint)")
      let (one, two) = (try run.losses("one"), try run.losses("two"))
      #expect(one.count == 8 && two.count == 8)
      for (step, loss) in one {
        let (a, b) = (try #require(Double(loss)), try #require(Double(two[step] ?? "")))
        #expect(abs(a - b) <= 2e-5, "step \(step): \(a), \(b)")
      }
      // What is kept of the reference is the same, computed by one or by two.
      #expect(
        try readBytes(run.path("one/reference.safetensors")) == readBytes(run.path("two/reference.safetensors")))
    }

    @Test func `an adapter has the model without it as its reference, kept or not`() throws {
      let text = "adapter: {rank: 4}\noptimizer: {learning_rate: 1.0e-2}\nbatch: {size: 4, pass: 5}\n"
      let lines = "length: {steps: 5}\nlog: {every: 1}\n"
      let kept = try TinyPairs("preference: {beta: 0.5}\n" + text + lines)
      #expect(try kept.dpo("a").ending == .status(0))
      let live = try kept.with("preference: {beta: 0.5, reference: adapter_off}\n" + text + lines)
      let outcome = try live.dpo("b", "--json")
      #expect(outcome.ending == .status(0), "\(outcome.complaint)")
      #expect(try outcome.json["reference"]?["steps"]?.integer == 0)
      let (one, two) = (try kept.losses("a"), try live.losses("b"))
      for (step, loss) in one {
        let (a, b) = (try #require(Double(loss)), try #require(Double(two[step] ?? "")))
        #expect(abs(a - b) <= 1e-5, "step \(step): \(a), \(b)")
      }
      #expect(Directory.entry(kept.path("a/adapter/adapter_model.safetensors")) == .file)
    }

    @Test func `an anchor's samples are cloned beside the pairs`() throws {
      let run = try TinyPairs(
        "preference: {beta: 0.5, anchor: {weight: 0.5, batch: 4}}\noptimizer: {learning_rate: 2.0e-3}\n"
          + "batch: {size: 2}\nlength: {steps: 6}\nlog: {every: 1}\nsave: {every: 2}\n")
      let whole = try run.dpo("whole", "--mixture", run.mixture)
      #expect(whole.ending == .status(0), "\(whole.complaint)")
      for line in try run.metrics("whole") where line["loss/anchor"] != nil {
        let sum = try #require(line["loss/preference"]?.double) + 0.5 * (try #require(line["loss/anchor"]?.double))
        #expect(abs(sum - (try #require(line["VLA Train/Loss"]?.double))) <= 1e-9)
      }
      // It goes on at its place in the mixture.
      let running = try Program.train.start(run.arguments("stopped", ["--mixture", run.mixture]))
      run.wait("stopped", until: 3)
      kill(running.process, SIGTERM)
      #expect(try running.outcome().ending == .status(75))
      #expect(try run.dpo("stopped", "--mixture", run.mixture).ending == .status(0))
      #expect(try run.losses("stopped") == run.losses("whole"))
    }

    @Test(arguments: [
      ("preference: {reference: adapter_off}\n", "needs an `adapter`"),
      ("preference: {}\nadapter: {rank: 2, dropout: 0.1}\n", "set adapter.dropout to 0"),
      ("preference: {anchor: {weight: 1}}\n", "preference.anchor needs samples"),
      ("preference: {units: [trajectory]}\n", "no pair of split `train` is a trajectory"),
      ("preference: {units: [epoch]}\n", "there is no unit `epoch`"),
      ("preference: {loss: ipo, aggregation: mean}\n", "divides by lengths itself"),
      ("preference: {loss: sigmoid, label_smoothing: 0.1}\n", "no label smoothing"),
      ("preference: {losses: [{loss: sigmoid}], beta: 0.2}\n", "not both"),
      ("preference: {gamma: 1}\n", "gamma"),
      ("", "no section `preference`"),
      ("data: {pairs: nowhere}\npreference: {}\n", "no complete set of pairs"),
    ])
    func `what cannot be trained is refused in one line`(_ text: String, _ message: String) throws {
      let run = try TinyPairs.shared(text + "length: {steps: 1}\n")
      let outcome = try run.dpo("refused")
      #expect(outcome.ending != .status(0))
      #expect(outcome.complaints.count == 1 && outcome.complaint.contains(message), "\(outcome.complaint)")
    }

    @Test func `a kept reference that is damaged, and pairs with other statistics, are refused`() throws {
      let run = try TinyPairs("preference: {recheck: 1}\nbatch: {size: 2}\nlength: {steps: 2}\nlog: {every: 1}\n")
      #expect(try run.dpo("a").ending == .status(0))
      let file = run.path("a/reference.safetensors")
      var bytes = try readBytes(file)
      let header = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) } + 8
      for place in stride(from: header, to: bytes.count, by: 4) { bytes[place + 3] = 0xC3 }
      try Data(bytes).write(to: URL(filePath: file))
      let damaged = try run.dpo("a", "--steps", "3")
      #expect(damaged.ending == .status(65) && damaged.complaint.contains("computed again"), "\(damaged.complaint)")
      // Pairs that are binned by other statistics than the model's.
      let statistics = run.path("pairs/dataset_statistics.json")
      let text = String(decoding: try readBytes(statistics), as: UTF8.self)
      let changed = text.replacing("\"q99\"", with: "\"q99_\"").replacing("\"max\"", with: "\"q99\"")
      try Data(changed.utf8).write(to: URL(filePath: statistics))
      let other = try run.dpo("b")
      #expect(other.ending == .status(65) && other.complaint.contains("pair again with"), "\(other.complaint)")
    }
  }
#endif
