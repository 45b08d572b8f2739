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

  @Flag(help: "Take steps of DPO on pairs: rows are chosen answers, then as many rejected ones.")
  var dpo = false

  @Option(help: ArgumentHelp("With --dpo: the file whose pixel_values image_index names.", valueName: "file"))
  var images: String?

  @Option(help: ArgumentHelp("With --dpo: how strongly the reference holds the policy.", valueName: "beta"))
  var beta = 0.1

  @Flag(help: "Compute the decoder's layers again for their gradients rather than keep them.")
  var recompute = false

  @OptionGroup var options: StageOptions

  func validate() throws {
    guard !dpo || model.adapter == nil else {
      throw ValidationError("--dpo trains all parameters; leave --adapter away.")
    }
    guard dpo || images == nil else { throw ValidationError("--images needs --dpo.") }
    guard (0...1_000_000).contains(steps), beta > 0, lr >= 0, weightDecay >= 0, clip ?? 1 > 0, lr.isFinite else {
      throw ValidationError("--steps, --lr and --weight-decay must not be negative, --clip must be positive.")
    }
  }

  func run() async throws {
    try await runVerb {
      let inputs = try SafetensorsFile(self.inputs)
      let policy = try model.loadForTraining()
      if dpo { return try traceDPO(policy, inputs) }
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

  /// How the steps are taken.
  private var trace: TraceOptions {
    var trace = TraceOptions()
    trace.steps = steps
    trace.learningRate = lr
    trace.weightDecay = weightDecay
    trace.clip = clip
    trace.pass = TrainingPass(
      autocast: model.engine.dtype == .bf16 ? .bfloat16 : nil, activations: recompute ? .recomputed : .kept)
    return trace
  }

  /// Prints the trace of a few steps of DPO.
  private func traceDPO(_ policy: Policy, _ inputs: SafetensorsFile) throws {
    let result = try PreferenceTrace(policy, inputs, images: SafetensorsFile(images ?? self.inputs), beta: beta, trace)
    func list(_ values: [Double]) -> JSONValue { .array(values.map { .real($0) }) }
    func lists(_ values: [[Double]]) -> JSONValue { .array(values.map(list)) }
    options.report(
      [
        "loss": list(result.loss), "grad_norm": list(result.gradientNorm),
        "policy_logp": lists(result.policyLogProbabilities), "reference_logp": list(result.referenceLogProbabilities),
        "rewards": lists(result.rewards(beta: beta)),
      ],
      text: result.loss.enumerated().map { step, loss in
        step < result.gradientNorm.count
          ? "step \(step + 1): loss \(loss), gradient norm \(result.gradientNorm[step])" : "after: loss \(loss)"
      }.joined(separator: "\n"))
  }
}
