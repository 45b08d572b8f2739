import ArgumentParser
import ByteIO
import CommandLineStage
import JSON
import RunLog
import SampleShards
import Torch
import Training
import VLA

struct EvalVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval",
    abstract: "Measure a checkpoint on a mixture: loss, accuracy and L1, beside the best constants.",
    discussion: """
      L1 is the mean distance of bin centres in the normalised range: of the greedy token, and of the expected action \
      over the bins. The constants are the most frequent bin and the median of each dataset and dimension of the same \
      samples, the best that answering without looking can do.
      """)

  @OptionGroup var model: PolicyArgument

  @Argument(help: ArgumentHelp("A mixture, or a plan that --virtual wrote.", valueName: "mix"))
  var mixture: String

  @Option(help: ArgumentHelp("A directory in which the stores of a plan lie.", valueName: "dir"))
  var stores: [String] = []

  @Option(help: ArgumentHelp("The most samples, evenly over the mixture.", valueName: "n"))
  var samples = 4096

  @Option(help: ArgumentHelp("Samples at a time.", valueName: "n"))
  var batch = 32

  @Option(help: ArgumentHelp("Where to write the confusion of bins as a picture, PNG.", valueName: "file"))
  var confusion: String?

  @OptionGroup var options: StageOptions

  func validate() throws {
    guard (1...1 << 40).contains(samples), (1...65_536).contains(batch) else {
      throw ValidationError("--samples and --batch must be positive.")
    }
  }

  func run() async throws {
    try await runVerb {
      let source = try await FitArgument.samples(mixture, stores, workers: model.engine.workers)
      let (model, limit, batch) = (model, samples, batch)
      let report = try await onDedicatedThread { () throws -> EvaluationReport in
        let (policy, folder) = try model.load()
        return try CheckpointEvaluation(policy, PolicyInputs(folder), TrainingPass(), batchSize: batch)
          .run(on: source, limit: limit, workers: model.engine.workers)
      }
      if let confusion { try AtomicFile.write(BinPicture.png(counts: report.confusion), to: confusion) }
      options.report(report.json, text: EvaluationText(report).text)
    }
  }
}
