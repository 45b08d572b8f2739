import ArgumentParser
import ByteIO
import Checkpoints
import CommandLineStage
import JSON
import Torch
import VLA

struct BenchVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure how fast a model runs here: a forward pass, and one answer.")

  @Argument(help: ArgumentHelp("A checkpoint folder.", valueName: "folder"))
  var folder: String

  @Option(help: ArgumentHelp("Samples in a batch.", valueName: "n"))
  var batch = 8

  @Option(help: ArgumentHelp("Tokens of a text.", valueName: "n"))
  var text = 32

  @Option(help: ArgumentHelp("How often to measure; the median counts.", valueName: "n"))
  var repeats = 9

  @OptionGroup var engine: EngineOptions
  @OptionGroup var options: StageOptions

  func validate() throws {
    guard (1...65_536).contains(batch), (1...65_536).contains(text), (1...10_000).contains(repeats) else {
      throw ValidationError("--batch, --text and --repeats must be positive, and not beyond all measure.")
    }
  }

  func run() async throws {
    try await runVerb {
      let device = try engine.prepare()
      let policy = try Policy.load(CheckpointFolder(folder), engine.dtype.dtype, on: device)
      let result = try PolicyBench(batch: batch, textLength: text, repeats: repeats).run(policy)
      let peak = ProcessMemory.peak
      options.report(
        [
          "forward_seconds": .real(result.forwardSeconds), "positions_per_second": .real(result.positionsPerSecond),
          "predict_seconds": .real(result.predictSeconds), "peak_resident_bytes": JSONValue(peak),
          "threads": JSONValue(engine.workers), "dtype": .string(engine.dtype.rawValue), "batch": JSONValue(batch),
        ],
        text: "forward of batch \(batch): \(milliseconds(result.forwardSeconds)), "
          + "\(Int(result.positionsPerSecond)) positions/s; one answer: \(milliseconds(result.predictSeconds)); "
          + "peak memory \(formatBytes(peak))")
    }
  }

  private func milliseconds(_ seconds: Double) -> String { "\((seconds * 100_000).rounded() / 100) ms" }
}
