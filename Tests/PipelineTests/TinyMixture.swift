#if WITH_TORCH
  import Foundation
  import Glibc
  import TestSupport
  import Testing

  /// A mixture of the smaller sample, built by the programs themselves.
  enum TinyMixture {
    /// Builds it in `folder`, with so many samples, and returns its directory; the stores lie in `stores`.
    static func make(in folder: TemporaryDirectory, samples: Int = 20, lines: String = "") throws -> String {
      let name = "metaworld_button_drawer"
      let ingest = try Program.rlds.run([
        "ingest", Repository.sample(name), "--dataset", name, "--out", folder("stores/\(name)"), "--quiet",
      ])
      #expect(ingest.ending == .status(0), "\(ingest.complaint)")
      let manifest =
        "name: one\nseed: 1\nsamples: \(samples)\n\(lines)entries:\n  - {dataset: \(name), weight: 1, split: train}\n"
      try Data(manifest.utf8).write(to: URL(filePath: folder("one.yaml")))
      let build = try Program.mixture.run([
        "build", folder("one.yaml"), "--stores", folder("stores"), "--out", folder("mixture"), "--quiet",
      ])
      #expect(build.ending == .status(0), "\(build.complaint)")
      return folder("mixture")
    }
  }

  /// A training run of a small model on a tiny mixture.
  struct TinyRun {
    private let folder: TemporaryDirectory
    let mixture: String
    let config: String

    /// Writes the configuration `text`, to which model and mixture are added, and builds the mixture.
    init(_ text: String, samples: Int = 48, mixtureLines: String = "") throws {
      folder = try TemporaryDirectory()
      mixture = try TinyMixture.make(in: folder, samples: samples, lines: mixtureLines)
      config = folder("run.yaml")
      try Data("name: run\nmodel: {preset: \(Self.model), seed: 1}\ndata: {mixture: \(mixture)}\n\(text)".utf8)
        .write(to: URL(filePath: config))
    }

    /// A model of a fraction of a million parameters, so that debug builds train it quickly.
    static let model = Repository.fixture("Training/nano.yaml")

    func path(_ name: String) -> String { folder(name) }

    func arguments(_ out: String, _ further: [String] = []) -> [String] {
      ["fit", config, "--out", path(out), "--workers", "1", "--quiet"] + further
    }

    func fit(_ out: String, _ further: String...) throws -> Program.Outcome {
      try Program.train.run(arguments(out, further))
    }

    /// The losses by step that a run recorded, as they are written.
    func losses(_ out: String) throws -> [Int: String] { try Self.losses(path(out)) }

    /// The losses by step that the run in `folder` recorded, as they are written.
    static func losses(_ folder: String) throws -> [Int: String] {
      let text = String(decoding: try readBytes("\(folder)/metrics.jsonl"), as: UTF8.self)
      var losses: [Int: String] = [:]
      for line in text.split(separator: "\n") {
        guard let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
          let step = object["step"] as? Int, let loss = object["VLA Train/Loss (Raw)"]
        else { continue }
        losses[step] = "\(loss)"
      }
      return losses
    }

    /// Waits until a run has recorded the step `step`, at most for some time.
    func wait(_ out: String, until step: Int) { Self.wait(path(out), until: step) }

    static func wait(_ folder: String, until step: Int) {
      for _ in 0..<4000 {
        if let newest = (try? losses(folder))?.keys.max(), newest >= step { return }
        usleep(5000)
      }
    }

    /// The steps whose states are kept.
    func states(_ out: String) throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: path("\(out)/states")).sorted()
    }

    func weights(_ out: String) throws -> [UInt8] { try readBytes(path("\(out)/checkpoint/model.safetensors")) }
  }
#endif
