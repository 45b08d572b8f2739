#if WITH_TORCH
  import ByteIO
  import Foundation
  import JSON
  import TestSupport
  import Testing

  /// A run on pairs of single steps of the sample's rollouts, from a small model with fresh weights.
  struct TinyPairs {
    private let folder: TemporaryDirectory
    let mixture: String
    private let config: String

    private static let dataset = "metaworld_reach_push"

    /// One set for tests that only read it.
    private static let common = Result { try TinyPairs("") }

    /// A run with the configuration `text` on a set that others use too.
    static func shared(_ text: String) throws -> TinyPairs { try common.get().with(text) }

    /// Makes store, mixture, model and pairs, and writes the configuration `text`, to which these are added.
    init(_ text: String) throws {
      folder = try TemporaryDirectory()
      let store = folder("stores/\(Self.dataset)")
      expectDone(
        try Program.rlds.run([
          "ingest", Repository.sample(Self.dataset), "--dataset", Self.dataset, "--out", store, "--quiet",
        ]))
      let manifest =
        "name: one\nseed: 1\nsamples: 24\nentries:\n  - {dataset: \(Self.dataset), weight: 1, split: train}\n"
      try Data(manifest.utf8).write(to: URL(filePath: folder("one.yaml")))
      mixture = folder("mixture")
      expectDone(
        try Program.mixture.run([
          "build", folder("one.yaml"), "--stores", folder("stores"), "--out", mixture, "--quiet",
        ]))
      expectDone(
        try Program.train.run([
          "tokenizer", mixture, "--size", "640", "--out", folder("tokenizer.model"),
        ]))
      expectDone(
        try Program.train.run([
          "init", TinyRun.model, "--seed", "1", "--tokenizer", folder("tokenizer.model"), "--statistics",
          "\(mixture)/dataset_statistics.json", "--out", folder("model"),
        ]))
      expectDone(
        try Program.prefs.run([
          "pair", store, "--manifest", "step_distance", "--statistics", "\(mixture)/dataset_statistics.json",
          "--unnorm-key", Self.dataset, "--out", folder("pairs"), "--quiet",
        ]))
      config = folder("dpo.yaml")
      try write(text, to: config)
    }

    private init(_ folder: TemporaryDirectory, _ mixture: String, _ config: String) {
      (self.folder, self.mixture, self.config) = (folder, mixture, config)
    }

    /// The same data with another configuration.
    func with(_ text: String) throws -> TinyPairs {
      let run = TinyPairs(folder, mixture, folder("dpo-\(UUID().uuidString).yaml"))
      try write(text, to: run.config)
      return run
    }

    private func write(_ text: String, to file: String) throws {
      let data = text.contains("data:") ? "" : "data: {pairs: \(folder("pairs"))}\n"
      try Data("name: run\nmodel: {checkpoint: \(folder("model"))}\n\(data)\(text)".utf8)
        .write(to: URL(filePath: file))
    }

    func path(_ name: String) -> String { folder(name) }

    func arguments(_ out: String, _ further: [String] = []) -> [String] {
      ["dpo", config, "--out", path(out), "--workers", "1", "--quiet"] + further
    }

    func dpo(_ out: String, _ further: String...) throws -> Program.Outcome {
      try Program.train.run(arguments(out, further))
    }

    func losses(_ out: String) throws -> [Int: String] { try TinyRun.losses(path(out)) }

    func wait(_ out: String, until step: Int) { TinyRun.wait(path(out), until: step) }

    func weights(_ out: String) throws -> [UInt8] { try readBytes(path("\(out)/checkpoint/model.safetensors")) }

    /// The lines that a run recorded.
    func metrics(_ out: String) throws -> [JSONValue] {
      let text = String(decoding: try readBytes(path("\(out)/metrics.jsonl")), as: UTF8.self)
      return try text.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8), file: "metrics") }
    }
  }
#endif
