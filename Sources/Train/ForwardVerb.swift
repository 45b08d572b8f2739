import ArgumentParser
import ByteIO
import Checkpoints
import CommandLineStage
import JSON
import TensorFiles
import Torch
import VLA

struct ForwardVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "forward",
    abstract: "Run prepared tensors through a model and write every stage, to compare a conversion.",
    discussion: """
      The inputs are input_ids, attention_mask, pixel_values and labels, and prompt_ids.N with the image N of \
      pixel_values. Greedy ids are chosen over all rows, as the reference chooses them.
      """)

  @OptionGroup var model: PolicyArgument

  @Option(help: ArgumentHelp("The prepared tensors, safetensors.", valueName: "file"))
  var inputs: String

  @Option(help: ArgumentHelp("Where to write the stages, safetensors.", valueName: "file"))
  var out: String

  @OptionGroup var options: StageOptions

  func run() async throws {
    try await runVerb {
      let inputs = try SafetensorsFile(self.inputs)
      let (policy, folder) = try model.load()
      let report = try ForwardReport(policy, inputs, folder.actionStatistics)
      try writeTensors(report.tensors, metadata: ["format": "pt"], to: out)
      let scalars = try ["loss", "action_accuracy", "action_l1"].compactMap { name in
        try report[name].map { (name, try Tensor.copying($0.bytes, $0.dtype, $0.shape).scalar()) }
      }
      options.report(
        .object(
          [.init("out", .string(out)), .init("tensors", JSONValue(report.tensors.count))]
            + scalars.map { .init($0.0, .real($0.1)) }),
        text: "\(out): \(report.tensors.count) tensors"
          + scalars.map { "; \($0.0) \($0.1)" }.joined())
    }
  }
}
