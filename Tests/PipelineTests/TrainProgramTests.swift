#if WITH_TORCH
  import ByteIO
  import Foundation
  import JSON
  import TestSupport
  import Testing

  /// `armature train` as a user runs it, on the small checkpoints that the reference made.
  @Suite struct TrainProgramTests {
    private static let dev = Repository.fixture("TinyOpenVLA/dev")
    private static let picture = Repository.fixture("Images/button_drawer_0_rgb_static_0.jpg")

    private func run(_ arguments: [String]) throws -> Program.Outcome { try Program.train.run(arguments) }

    @Test func `describe counts the released model's parameters without touching weights`() throws {
      let outcome = try run(["describe", "openvla-7b", "--json"])
      #expect(outcome.ending == .status(0))
      #expect(try outcome.json["parameters"]?.integer == 7_541_237_184)
      #expect(outcome.peakByteCount < 200 << 20)
      #expect(try run(["describe", "openvla-v01-7b", "--json"]).json["parameters"]?.integer == 7_188_124_608)
      let keys = try run(["describe", "openvla-7b", "--keys", "--json"]).json["keys"]
      #expect(
        keys?["vision_backbone.fused_featurizer.attn_pool.kv.weight"]?.elements?.compactMap(\.integer) == [2304, 1152])
      #expect(keys?["language_model.lm_head.weight"]?.elements?.compactMap(\.integer) == [32064, 4096])
    }

    @Test func `a folder is written again tensor by tensor the same`() throws {
      let folder = try TemporaryDirectory()
      let first = ["forward", "\(Self.dev)/model", "--inputs", "\(Self.dev)/forward.safetensors", "--workers", "1"]
      #expect(try run(first + ["--out", folder("a.safetensors")]).ending == .status(0))
      let export = ["export", "\(Self.dev)/model", "--out", folder("copy"), "--shard-size", "300KB"]
      #expect(try run(export).ending == .status(0))
      #expect(try run(export).ending == .status(73))
      var second = first
      second[1] = folder("copy")
      #expect(try run(second + ["--out", folder("b.safetensors")]).ending == .status(0))
      #expect(try readBytes(folder("a.safetensors")) == readBytes(folder("b.safetensors")))
      let copied = try JSONValue(parsing: readBytes(folder("copy/config.json")), file: "config.json")
      #expect(try copied == JSONValue(parsing: readBytes("\(Self.dev)/model/config.json"), file: "config.json"))
    }

    @Test func `from a mixture's instructions to an action`() throws {
      let folder = try TemporaryDirectory()
      let mixture = try TinyMixture.make(in: folder)
      let tokenizer = ["tokenizer", mixture, "--size", "640", "--out", folder("t.model")]
      let fitted = try run(tokenizer + ["--json"])
      #expect(fitted.ending == .status(0))
      #expect(fitted.complaint.isEmpty)
      let digest = try fitted.json["sha256"]
      #expect(try run(tokenizer + ["--json"]).json["sha256"] == digest)

      let make = [
        "init", "tiny", "--seed", "7", "--tokenizer", folder("t.model"), "--statistics",
        "\(mixture)/dataset_statistics.json",
      ]
      #expect(try run(make + ["--out", folder("m")]).ending == .status(0))
      #expect(try run(make + ["--out", folder("n")]).ending == .status(0))
      for name in ["model.safetensors", "config.json", "preprocessor_config.json"] {
        #expect(try readBytes(folder("m/\(name)")) == readBytes(folder("n/\(name)")), "\(name)")
      }
      let answer = try run([
        "predict", folder("m"), "--image", Self.picture, "--instruction", "Push the BUTTON", "--workers", "1", "--json",
      ])
      #expect(answer.ending == .status(0))
      #expect(try answer.json["action"]?.elements?.count == 7)
      let ids = try answer.json["ids"]?.elements?.compactMap(\.integer) ?? []
      #expect(ids.count == 7 && ids.allSatisfy { (384..<640).contains($0) })
      #expect((try answer.json["peak_resident_bytes"]?.integer ?? 0) > 1 << 20)
      let lower = try run([
        "predict", folder("m"), "--image", Self.picture, "--instruction", "push the button", "--workers", "1", "--json",
      ])
      #expect(try lower.json["prompt_ids"] == answer.json["prompt_ids"])

      // A tokenizer of another size, and one that is missing.
      let other = try run(["tokenizer", mixture, "--size", "650", "--out", folder("u.model")])
      #expect(other.ending == .status(0))
      let misfit = try run(["init", "tiny", "--tokenizer", folder("u.model"), "--out", folder("o")])
      #expect(misfit.ending == .status(65))
      #expect(misfit.complaints.count == 1 && misfit.complaint.contains("650 pieces, the model's vocabulary 640"))
      #expect(Directory.entry(folder("o")) == .missing)
    }

    @Test func `what cannot be used is one line with a status`() throws {
      let folder = try TemporaryDirectory()
      func copy(_ name: String) throws -> String {
        try FileManager.default.copyItem(atPath: "\(Self.dev)/model", toPath: folder(name))
        return folder(name)
      }
      let missing = try copy("missing")
      try Directory.remove("\(missing)/model-00002-of-00002.safetensors")
      let nan = try copy("nan")
      let shard = "\(nan)/model-00001-of-00002.safetensors"
      var bytes = try readBytes(shard)
      bytes.replaceSubrange((bytes.count - 4)..., with: [0, 0, 0xC0, 0x7F])
      try Data(bytes).write(to: URL(filePath: shard))
      let cut = try copy("cut")
      try Data(bytes.dropLast(9)).write(to: URL(filePath: "\(cut)/model-00001-of-00002.safetensors"))
      try Data("no picture".utf8).write(to: URL(filePath: folder("bad.png")))
      let inputs = "\(Self.dev)/forward.safetensors"
      let out = folder("out.safetensors")
      let cases: [(arguments: [String], status: Int32, words: String)] = [
        (["forward", missing, "--inputs", inputs, "--out", out], 66, "the weight file is missing"),
        (["forward", nan, "--inputs", inputs, "--out", out], 65, "is NaN or infinite at element"),
        (["forward", cut, "--inputs", inputs, "--out", out], 65, "it is cut or damaged"),
        (["forward", folder("none"), "--inputs", inputs, "--out", out], 66, "there is no such folder"),
        (["forward", "\(Self.dev)/model", "--inputs", folder("none"), "--out", out], 66, "none"),
        (["forward", "\(Self.dev)/model", "--inputs", inputs, "--out", "/nowhere/out"], 73, "/nowhere/out"),
        (["forward", "\(Self.dev)/model", "--inputs", inputs, "--out", out, "--device", "cuda:9"], 64, "cuda:9"),
        (["describe", "openvla-8b"], 66, "there is no such folder, and no `openvla-8b.yaml`"),
        (
          ["predict", "\(Self.dev)/model", "--image", folder("bad.png"), "--instruction", "x"], 65, "bad.png"
        ),
        (
          ["predict", "\(Self.dev)/model", "--image", Self.picture, "--instruction", "x"], 66, "tokenizer.model"
        ),
      ]
      for (arguments, status, words) in cases {
        let outcome = try run(arguments)
        #expect(outcome.ending == .status(status), "\(arguments): \(outcome.complaint)")
        #expect(outcome.complaints.count == 1, "\(outcome.complaint)")
        #expect(outcome.complaint.contains(words), "\(outcome.complaint)")
        #expect(Directory.entry(out) == .missing)
      }
    }

    @Test func `a tokenizer cannot be fitted to a plan, nor to too few pieces`() throws {
      let folder = try TemporaryDirectory()
      let mixture = try TinyMixture.make(in: folder)
      let plan = try Program.mixture.run([
        "build", folder("one.yaml"), "--stores", folder("stores"), "--out", folder("plan"), "--virtual", "--quiet",
      ])
      #expect(plan.ending == .status(0), "\(plan.complaint)")
      for (source, size, status, words) in [
        (
          folder("plan"), "640", 65,
          "plan: the mixture is a plan only; give its --stores, or build it without --virtual"
        ),
        (folder("nothing"), "640", 66, "nothing: no complete mixture"),
        (mixture, "520", 64, "520 pieces have no room for the texts'"),
      ] as [(String, String, Int32, String)] {
        let outcome = try run(["tokenizer", source, "--size", size, "--out", folder("t.model")])
        #expect(outcome.ending == .status(status))
        #expect(outcome.complaints.count == 1 && outcome.complaint.contains(words), "\(outcome.complaint)")
        #expect(Directory.entry(folder("t.model")) == .missing)
      }
    }

    @Test func `an unknown unnorm key lists those there are`() throws {
      let folder = try TemporaryDirectory()
      let mixture = try TinyMixture.make(in: folder)
      _ = try run(["tokenizer", mixture, "--size", "640", "--out", folder("t.model")])
      let statistics = "\(mixture)/dataset_statistics.json"
      _ = try run(["init", "tiny", "--tokenizer", folder("t.model"), "--statistics", statistics, "--out", folder("m")])
      let outcome = try run([
        "predict", folder("m"), "--image", Self.picture, "--instruction", "x", "--unnorm-key", "nobody",
      ])
      #expect(outcome.ending == .status(64))
      #expect(outcome.complaint.contains("there is no unnorm key `nobody`; known are "))
      #expect(outcome.complaints.count == 1)
    }
  }
#endif
