import ArgumentParser
import ByteIO
import Checkpoints
import CommandLineStage
import JSON
import TensorFiles
import Torch
import Training
import VLA

struct BenchVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure how fast a model runs here: a forward pass, and one answer.")

  @OptionGroup var model: PolicyArgument

  @Option(help: ArgumentHelp("Samples in a batch.", valueName: "n"))
  var batch = 8

  @Option(help: ArgumentHelp("Tokens of a text.", valueName: "n"))
  var text = 32

  @Option(help: ArgumentHelp("How often to measure; the median counts.", valueName: "n"))
  var repeats = 9

  @Flag(help: "Measure optimiser steps over all parameters instead; --dtype bf16 is that of matrix products then.")
  var training = false

  @Flag(help: "With --training: compute the decoder's layers again for their gradients rather than keep them.")
  var recompute = false

  @OptionGroup var options: StageOptions

  func validate() throws {
    guard (1...65_536).contains(batch), (1...65_536).contains(text), (1...10_000).contains(repeats) else {
      throw ValidationError("--batch, --text and --repeats must be positive, and not beyond all measure.")
    }
  }

  func run() async throws {
    try await runVerb {
      if training { return try measureTraining() }
      let (policy, _) = try model.load()
      let result = try PolicyBench(batch: batch, textLength: text, repeats: repeats).run(policy)
      let peak = ProcessMemory.peak
      options.report(
        [
          "forward_seconds": .real(result.forwardSeconds), "positions_per_second": .real(result.positionsPerSecond),
          "predict_seconds": .real(result.predictSeconds), "peak_resident_bytes": JSONValue(peak),
          "threads": JSONValue(model.engine.workers), "dtype": .string(model.engine.dtype.rawValue),
          "batch": JSONValue(batch),
        ],
        text: "forward of batch \(batch): \(milliseconds(result.forwardSeconds)), "
          + "\(Int(result.positionsPerSecond)) positions/s; one answer: \(milliseconds(result.predictSeconds)); "
          + "peak memory \(formatBytes(peak))")
    }
  }

  private func measureTraining() throws {
    let policy = try model.loadForTraining()
    let pass = TrainingPass(
      autocast: model.engine.dtype == .bf16 ? .bfloat16 : nil, activations: recompute ? .recomputed : .kept)
    let seconds = try TrainingBench(batch: batch, textLength: text, repeats: repeats, pass: pass).run(policy)
    let peak = ProcessMemory.peak
    options.report(
      [
        "step_seconds": .real(seconds), "steps_per_second": .real(1 / seconds), "peak_resident_bytes": JSONValue(peak),
        "threads": JSONValue(model.engine.workers), "dtype": .string(model.engine.dtype.rawValue),
        "batch": JSONValue(batch),
      ],
      text: "a step of batch \(batch): \(milliseconds(seconds)); peak memory \(formatBytes(peak))")
  }

  private func milliseconds(_ seconds: Double) -> String { "\((seconds * 100_000).rounded() / 100) ms" }
}
