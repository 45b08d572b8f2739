import ArgumentParser
import CommandLineStage
import JSON
import TensorFiles
import Torch
import Training
import VLA

struct TraceVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace",
    abstract: "Take a few optimiser steps on one prepared batch, to check a trainer against another.",
    discussion: """
      The inputs are as `forward` takes them, with labels. All parameters are trained, or with --adapter \
      its own alone; weights are float32, and --dtype is the type of matrix products. \
      Prints the loss before each step and after the last, and the norm of each step's gradients before clipping.
      """)

  @OptionGroup var model: PolicyArgument

  @Option(help: ArgumentHelp("The prepared tensors, safetensors.", valueName: "file"))
  var inputs: String

  @Option(help: ArgumentHelp("The optimiser steps.", valueName: "n"))
  var steps = 5

  @Option(help: ArgumentHelp("The learning rate.", valueName: "rate"))
  var lr = 1e-3

  @Option(help: ArgumentHelp("AdamW's weight decay.", valueName: "factor"))
  var weightDecay = 0.01

  @Option(help: ArgumentHelp("The largest gradient norm; there is no limit unless given.", valueName: "norm"))
  var clip: Double?

  @Option(help: ArgumentHelp("Where to write all parameters that were trained, safetensors.", valueName: "file"))
  var out: String?

  @Flag(help: "Compute the decoder's layers again for their gradients rather than keep them.")
  var recompute = false

  @OptionGroup var options: StageOptions

  func validate() throws {
    guard (0...1_000_000).contains(steps), lr >= 0, weightDecay >= 0, clip ?? 1 > 0, lr.isFinite else {
      throw ValidationError("--steps, --lr and --weight-decay must not be negative, --clip must be positive.")
    }
  }

  func run() async throws {
    try await runVerb {
      let inputs = try SafetensorsFile(self.inputs)
      let policy = try model.loadForTraining()
      var trace = PolicyTrace.Options()
      trace.steps = steps
      trace.learningRate = lr
      trace.weightDecay = weightDecay
      trace.clip = clip
      trace.pass = TrainingPass(
        autocast: model.engine.dtype == .bf16 ? .bfloat16 : nil, activations: recompute ? .recomputed : .kept)
      let result = try PolicyTrace(policy, inputs, trace)
      if let out {
        let tensors = try policy.parameters.names.compactMap { name -> (name: String, tensor: HostTensor)? in
          guard let tensor = policy.parameters[name], tensor.requiresGradient else { return nil }
          return (name, HostTensor(try tensor.dtype, tensor.shape, try tensor.detached().bytes))
        }
        try writeTensors(tensors, metadata: ["format": "pt"], to: out)
      }
      options.report(
        [
          "loss": .array(result.loss.map { .real($0) }), "grad_norm": .array(result.gradientNorm.map { .real($0) }),
        ],
        text: result.loss.enumerated().map { step, loss in
          step < result.gradientNorm.count
            ? "step \(step + 1): loss \(loss), gradient norm \(result.gradientNorm[step])" : "after: loss \(loss)"
        }.joined(separator: "\n"))
    }
  }
}
